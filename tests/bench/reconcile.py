"""Whether `reconcile` finds every consent that differs, and how long it takes within the quota.

`python -m tests.bench.reconcile`: 10,000 consents of 3,000 customers, of whom one in a hundred has another state at
the sandbox than the last word here; the quota is the documented one. It exits 1 where a difference is missed or made
up.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from click.testing import CliRunner
from confluent_kafka import Consumer, Producer, TopicPartition

from consumer.cli import main as cli
from consumer.kafka.embedded import PARTITIONS, embedded_broker
from consumer.sandbox.faults import RateLimitPlan
from consumer.sandbox.profile import Profile
from consumer.sandbox.registry import registry_app
from consumer.sandbox.sandbox import Running, running_sandbox
from consumer.sandbox.serve import serve
from consumer.sandbox.settings import RestSettings, SandboxSettings
from consumer.sandbox.subscriptions import MARKETING, Source, Status, Subscription
from tests.support.settings import service_settings, write_settings
from tests.support.shop import Shop, registered

TOPIC, GROUP, NAMESPACE = "shop.consents", "reconcile-bench", "bench"
_RECORDS: Final = {"optin": "com.shop.events.OptIn", "unsubscribe": "com.shop.events.Unsubscribe"}
_STATUSES: Final = {"optin": Status.SUBSCRIBED, "unsubscribe": Status.UNSUBSCRIBED}
_HOUR: Final = 3_600


@dataclass(frozen=True)
class Size:
    """How much there is; `differ`: the share of the customers whose state is another one there."""

    consents: int = 10_000
    customers: int = 3_000
    differ: float = 0.01
    per_second: int = 100
    per_minute: int = 1_000
    seed: int = 1


@dataclass(frozen=True)
class Outcome:
    """What was to be found, what was, and what it took; `refused`: requests that the sandbox answered with 429."""

    expected: frozenset[str]
    found: frozenset[str]
    checked: int
    seconds: float
    refused: int


def reconciled(size: Size) -> Outcome:
    """One run from the topic to the differences."""
    draw = random.Random(size.seed)
    rest = RestSettings(quota=RateLimitPlan(per_second=size.per_second, per_minute=size.per_minute))
    settings = SandboxSettings(keep_customers=2 * size.customers, rest=rest)
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_broker([TOPIC]) as bootstrap,
        serve(registry_app()) as registry_url,
        running_sandbox(settings) as running,
    ):
        last = _say(bootstrap, registered(registry_url), size, draw)
        differing = frozenset(draw.sample(sorted(last), round(size.differ * len(last))))
        _store(running, last, differing)
        file = _settings(Path(folder), bootstrap, registry_url, running)
        begun = time.monotonic()
        result = CliRunner().invoke(cli, ["reconcile", "--config", str(file), "--show-values"])
        seconds = time.monotonic() - begun
        if not result.stdout:
            raise SystemExit(result.output)
        *rows, whole = map(json.loads, result.stdout.splitlines())
        refused = running.sandbox.counts.by_api["eligibility_read"].get("429", 0)
        found = frozenset(row["customer"] for row in rows)
        return Outcome(differing, found, whole["summary"]["checked"], seconds, refused)


def _say(bootstrap: str, shop: Shop, size: Size, draw: random.Random) -> dict[str, str]:
    """Writes the consents, all delivered; gives the last event of each customer."""
    last: dict[str, str] = {}
    at_ms = int((time.time() - _HOUR) * 1000)
    with Producer({"bootstrap.servers": bootstrap, "log_level": 0}) as producer:
        for number in range(size.consents):
            # Each of the customers at least once.
            who = f"customer-{number if number < size.customers else draw.randrange(size.customers)}@example.com"
            event = draw.choice(tuple(_RECORDS))
            last[who] = event
            producer.produce(TOPIC, shop.event(event, who), who.encode(), timestamp=at_ms + number)
            producer.poll(0)
        producer.flush()
    options = {"bootstrap.servers": bootstrap, "group.id": GROUP, "enable.auto.commit": False, "log_level": 0}
    with Consumer(options) as consumer:
        places = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
        ends = [consumer.get_watermark_offsets(each, timeout=30)[1] for each in places]
        offsets = [TopicPartition(TOPIC, each.partition, end) for each, end in zip(places, ends, strict=True)]
        consumer.commit(offsets=offsets, asynchronous=False)
    return last


def _store(running: Running, last: dict[str, str], differing: frozenset[str]) -> None:
    """What Bluecore has of them: the last word, and of some the opposite."""
    at = time.time_ns() - _HOUR * 1_000_000_000
    for who, event in last.items():
        status = _STATUSES[event]
        if who in differing:
            status = Status.SUBSCRIBED if status is Status.UNSUBSCRIBED else Status.UNSUBSCRIBED
        subscription = Subscription(who, MARKETING, status, at, Source.EVENTS)

        def take(profile: Profile, said: Subscription = subscription) -> None:
            profile.subscriptions.take(said)

        running.sandbox.store.profiles.change(NAMESPACE, who, take)


def _settings(folder: Path, bootstrap: str, registry_url: str, running: Running) -> Path:
    routes = [{"topic": TOPIC, "event": event, "record": record} for event, record in _RECORDS.items()]
    rest_api = {
        "url": running.rest_url,
        "token_url": running.token_url,
        "client_id": "bench",
        "client_secret": "s3cret",
    }
    bluecore = {"rest_api": rest_api, "timeout_seconds": 10}
    whole = service_settings(
        bootstrap,
        routes,
        bluecore_url=running.api_url,
        registry_url=registry_url,
        namespace=NAMESPACE,
        kafka={"group_id": GROUP},
        bluecore=bluecore,
    )
    return write_settings(folder, whole)


def main() -> int:
    """Says what was found, and what of it was expected."""
    usual = Size()
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in vars(usual).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    size = Size(**vars(parser.parse_args()))
    outcome = reconciled(size)
    missed, made_up = outcome.expected - outcome.found, outcome.found - outcome.expected
    sys.stdout.write(
        f"{outcome.checked:,} customers checked of {size.consents:,} consents in {outcome.seconds:.0f} s, "
        f"{outcome.checked / outcome.seconds * 60:,.0f} a minute; {outcome.refused} requests refused for the quota\n"
        f"{len(outcome.found & outcome.expected)} of {len(outcome.expected)} differences found, "
        f"{len(missed)} missed, {len(made_up)} made up\n"
    )
    return 1 if missed or made_up else 0


if __name__ == "__main__":
    sys.exit(main())
