"""`python -m tests.bench.quota`: how much of an endpoint's quota the service uses, and how often it runs against it.

The endpoint is the sandbox with fixed windows of a second and of a minute, and the service knows of them only from
its answers.
"""

from __future__ import annotations

import time

import click

from consumer.sandbox.faults import FaultPlan, RateLimitPlan
from consumer.sandbox.sandbox import running_sandbox
from consumer.sandbox.settings import SandboxSettings
from tests.bench.contenders import SERVICE, Run
from tests.bench.ground import ground
from tests.bench.stream import write_backlog
from tests.support.waiting import eventually

PER_SECOND, PER_MINUTE = 100, 1000
_START_SECONDS = 60


@click.command()
@click.option("--minutes", default=2, show_default=True, help="windows of a minute to look at")
@click.option("--in-flight", default=64, show_default=True, help="requests at once")
def main(minutes: int, in_flight: int) -> None:
    """Print the share of the quota that was used, and the share of requests that were answered 429."""
    limit = RateLimitPlan(per_second=PER_SECOND, per_minute=PER_MINUTE)
    with ground() as place, running_sandbox(SandboxSettings(faults=FaultPlan(rate_limit=limit))) as bluecore:
        topic = place.topic("backlog")
        write_backlog(place.bootstrap, topic, place.schema_id, 2 * PER_MINUTE * minutes)
        with SERVICE.running(Run(place, topic, bluecore.api_url, in_flight)):
            eventually(lambda: bluecore.sandbox.counts.total, _START_SECONDS, "the first request")
            time.sleep(60 * minutes)  # the length of the measurement
            counts = bluecore.sandbox.counts
    refused = sum(events for status, events in counts.by_status.items() if str(status) == "429")
    click.echo(f"used {counts.accepted / (PER_MINUTE * minutes):.1%} of {PER_MINUTE:,}/min and {PER_SECOND}/s")
    click.echo(f"{refused} of {counts.total:,} requests answered 429: {refused / counts.total:.1%}")


if __name__ == "__main__":
    main()
