"""What the instances' own words mean: what is held and why, and which versions run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from consumer.commands.doctor.finding import Finding, error, ok, warning
from consumer.commands.status.durations import spelt
from consumer.commands.status.instance import Instance
from consumer.commands.status.snapshot import Snapshot

_WELL: Final = frozenset({"ok", "closed", "written", ""})
_DETAILS: Final = {
    "circuit": ("it only probes Bluecore", "see the section BluecoreOutage of the runbook; `doctor` tells more"),
    "held": ("it holds a route back", "correct the producer or the route: BluecoreDeadLetterFlood in the runbook"),
    "kafka": ("it is cut off from Kafka", "ask the owners of Kafka; `doctor` says why it finds none"),
    "reading": ("it does not read everything", "see BluecoreTopicUnreadable in the runbook"),
    "registry": ("the registry fails it", "bring the registry back; `doctor` says what it answers"),
    "keys": ("keys of encrypted fields fail it", "see what holds the keys"),
    "topics": ("topics are missing", "create them, or correct the routes"),
    "failed_records": ("failed records cannot be written", "see BluecoreDeadLettersNotWritten in the runbook"),
    "receipts": ("receipts cannot be written", "see BluecoreReceiptsNotWritten in the runbook"),
    "throttled": ("Bluecore holds it back", "see BluecoreThrottles in the runbook"),
    "quota": ("Bluecore's quota holds it back", "ask Bluecore for a larger one, if it takes too long"),
    "hot_key": ("one key holds others up", "see BluecoreHotKey in the runbook: more instances do not help"),
    "answers": ("Bluecore answers slowly", "see BluecoreAnswersSlowly in the runbook"),
}
"""By detail of `/readyz`: what it means that it is not well, and what to do."""
_UNKNOWN: Final = ("records wait for a schema", "register it, or see BluecoreSchemaUnknown in the runbook")
"""Of the registry, where it answers and has not got one."""
_JUST_NOW: Final = 600.0
_OF_ITSELF: Final = frozenset(("memory", "route_rate"))
"""Why reading stops where nothing is wrong: more is read than is to be sent at once."""
_OF_A_TOPIC: Final = frozenset(("held", "reading", "topics"))
"""The details that name the topics that they are of."""


def explains(instance: Instance, topic: str) -> bool:
    """Whether what an instance says of itself is a reason why nothing of a topic is settled."""
    if instance.stalled or instance.ready:
        return True
    unwell = {name: value for name, value in _said(instance) if not value.startswith("paused: ")}
    return any(name not in _OF_A_TOPIC or topic in value for name, value in unwell.items())


def _said(instance: Instance) -> Iterator[tuple[str, str]]:
    """The details that are not well. A flood has one of its own, which says more than the circuit's."""
    for name in _DETAILS:
        value = str(instance.details.get(name, ""))
        flood = name == "circuit" and value == "dead_letter_flood" and instance.details.get("held")
        if not (value in _WELL or value.startswith("ok: ") or flood):
            yield name, value


def instance_findings(instance: Instance) -> Iterator[Finding]:
    where = instance.address
    if instance.error:
        advice = "it hangs, or cannot be reached from here: look at its log; if it hangs, restart it and report it"
        yield error(where, f"{where}: {instance.error}", advice)
        return
    if instance.stalled:
        yield error(where, f"{where}: {instance.stalled}", "restart it, keep its log, and report it")
    elif instance.ready:
        yield warning(where, f"{where} is not ready: {instance.ready}", "see its log")
    said = dict(_said(instance))
    for name, value in said.items():
        meaning, advice = _UNKNOWN if name == "registry" and value.startswith("schema ") else _DETAILS[name]
        if name == "quota":
            yield warning(where, f"{where}: {meaning}: {value}", advice)
        elif not value.startswith("paused: "):
            yield error(where, f"{where}: {meaning}: {value}", advice)
        elif _OF_ITSELF.issuperset(value.removeprefix("paused: ").split(", ")):
            yield ok(where, f"{where} reads no more until some of what it has is sent ({value})")
        elif said.keys() == {name}:
            yield warning(where, f"{where} has stopped reading for now ({value})", "see its log for the cause")


def version_findings(seen: Snapshot) -> Iterator[Finding]:
    """Which versions run, since when, and whether that has just changed."""
    answered = [each for each in seen.instances if not each.error]
    versions = sorted({each.version for each in answered if each.version})
    if len(versions) > 1:
        runs = "; ".join(f"{each.address} runs {each.version}" for each in answered)
        yield warning("version", f"different versions run: {runs}", "finish the rollout, or roll it back")
    yield from _differing_settings(answered)
    for each in answered:
        if not each.started_at:
            continue
        since = datetime.fromtimestamp(each.started_at, UTC).isoformat(timespec="seconds")
        ago = max(0.0, seen.at - each.started_at)
        recently = f", {spelt(ago)} ago" if ago < _JUST_NOW else ""
        yield ok("version", f"{each.address} runs {each.version} since {since}{recently}")


def _differing_settings(instances: Iterable[Instance]) -> Iterator[Finding]:
    """A setting that one instance has and another has not: a rollout under way, or two configurations."""
    values: dict[str, dict[float, list[str]]] = {}
    for each in instances:
        for labels, value in each.samples.get("delivery_setting", ()):
            values.setdefault(labels["setting"], {}).setdefault(value, []).append(each.address)
    for setting, found in values.items():
        if len(found) > 1:
            has = "; ".join(f"{value:g} at {', '.join(where)}" for value, where in sorted(found.items()))
            yield warning("settings", f"delivery.{setting} differs: {has}", "finish the rollout, or roll it back")
