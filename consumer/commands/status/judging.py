"""What is wrong in a snapshot, the worst first, each in a sentence with what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from consumer.commands.doctor.finding import Finding, Severity, error, ok, warning
from consumer.commands.status.durations import counted
from consumer.commands.status.instances import instance_findings, version_findings
from consumer.commands.status.lagging import lag_findings
from consumer.commands.status.snapshot import Snapshot
from consumer.config.model import Config

_MOST_LETTERS = 5
_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.OK: 2}


def judged(config: Config, seen: Snapshot) -> list[Finding]:
    """The findings, the worst first; those that are well come last."""
    found = [
        *_group(config, seen),
        *(finding for each in seen.instances for finding in instance_findings(each)),
        *(error(topic, f"there is no topic {topic}, or none that we may see", _CREATE) for topic in seen.missing),
        *(finding for lag in seen.lags for finding in lag_findings(config, seen, lag)),
        *_letters(seen),
        *version_findings(seen),
        *(ok(topic, f"{topic} is not read: its route is paused") for topic in seen.paused),
    ]
    if seen.waiting:
        waits = "waits" if seen.waiting == 1 else "wait"
        what = f"{counted(seen.waiting, 'record')} {waits} in {config.dead_letters.retry_topic}"
        found.append(ok("retry", f"{what} for the time of the next attempt"))
    return sorted(found, key=lambda each: _RANK[each.severity])


_CREATE = "create it, correct the route, or allow this user to describe it"


def exit_code(findings: list[Finding], seen: Snapshot) -> int:
    """0: all is well; 1: something is wrong; 2: that cannot be told."""
    if any(each.severity is not Severity.OK for each in findings):
        return 1
    return 2 if seen.untold else 0


def _group(config: Config, seen: Snapshot) -> Iterator[Finding]:
    group = config.kafka.group_id
    if seen.group is None:
        return
    if not seen.group:
        yield error("group", f"nobody is in the group {group}: nothing is read", "start the service")
        return
    held = Counter(partition.topic for each in seen.group for partition in each.partitions)
    ours = {lag.topic for lag in seen.lags} | set(seen.paused) | {config.dead_letters.retry_topic}
    for member in seen.group:
        foreign = sorted({partition.topic for partition in member.partitions} - ours)
        if foreign:
            advice = "give the other service a kafka.group_id of its own: two services in one group share partitions"
            what = f"{member.client} at {member.host} reads {', '.join(foreign)}, which no route of ours names"
            yield error("group", f"another service is in the group {group}: {what}", advice)
    for lag in seen.lags:
        if not held[lag.topic]:
            advice = "look for rebalances that do not end, and at `reading` in /readyz"
            yield error("group", f"no member of the group {group} has a partition of {lag.topic}", advice)
    partitions = sum(held.values())
    # An instance has one for its topics, and one for the retry topic.
    whole = f"{counted(partitions, 'partition')} with {counted(len(seen.group), 'member')}, two for each instance"
    yield ok("group", f"{group} has {whole}")


def _letters(seen: Snapshot) -> Iterator[Finding]:
    for each in seen.letters[:_MOST_LETTERS]:
        unreplayed = each.letters - each.replayed
        if not unreplayed:
            continue
        number, offset = each.newest
        message = (
            f"{counted(unreplayed, 'dead letter')} of {each.kind.topic} in the last hour, "
            f"{each.kind.reason}: {each.message}"
        )
        shown = f"bluecore-consumer dead-letters show --config FILE --partition {number} --offset {offset}"
        advice = f"`{shown}` shows the newest"
        yield warning("dead_letters", message, advice)
