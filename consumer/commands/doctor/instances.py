"""What the running instances have seen of Bluecore: one request of the doctor's tells of no phase."""

from __future__ import annotations

from collections.abc import Iterator

from consumer.commands.doctor.finding import Finding, ok, warning
from consumer.commands.status.instance import addresses, ask_all
from consumer.config.model import Config
from consumer.kafka.group import Untold, members

_WELL = "ok"


def check_instances(config: Config) -> Iterator[Finding]:
    """Their latency beside what is usual, and whether Bluecore holds them back; nothing of those that are silent."""
    try:
        found = members(config)
    except Untold:
        return
    for instance in ask_all(addresses((), found, config.telemetry.port)):
        for name in ("answers", "throttled"):
            value = str(instance.details.get(name, ""))
            what = f"{instance.address}, {name}"
            if value.startswith(_WELL):
                if name == "answers":
                    yield ok(what, value.removeprefix(f"{_WELL}: "))
            elif value:
                yield warning(what, value, "see BluecoreAnswersSlowly and BluecoreThrottles in the runbook")
