"""What is wrong in a snapshot, the worst first, each in a sentence with what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from consumer.commands.doctor.finding import Finding, Severity, error, ok, warning
from consumer.commands.status.durations import spelt
from consumer.commands.status.instances import instance_findings, version_findings
from consumer.commands.status.lag import TopicLag
from consumer.commands.status.snapshot import Snapshot
from consumer.config.model import Config

_MOST_LETTERS = 5
_MUCH = 1000
"""Records: a lag that grows below that is the ebb and flow of the day, as in the alert of it."""
_MOSTLY = 0.8
_OLD_SHARE = 0.25
"""Of the age at which Bluecore takes no event any more."""
_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.OK: 2}


def judged(config: Config, seen: Snapshot) -> list[Finding]:
    """The findings, the worst first; those that are well come last."""
    found = [
        *_group(config, seen),
        *(finding for each in seen.instances for finding in instance_findings(each)),
        *(error(topic, f"there is no topic {topic}, or none that we may see", _CREATE) for topic in seen.missing),
        *(finding for lag in seen.lags for finding in _lag(config, seen, lag)),
        *_letters(seen),
        *version_findings(seen),
        *(ok(topic, f"{topic} is not read: its route is paused") for topic in seen.paused),
    ]
    if seen.waiting:
        found.append(ok("retry", f"{seen.waiting} records wait in {config.dead_letters.retry_topic} for their time"))
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
    yield ok("group", f"{group} has {partitions} partitions with {len(seen.group)} members, two for each instance")


def age_limit(config: Config, topic: str) -> float:
    """Seconds after which the first events of a topic are too old, as far as Kafka's timestamps tell; 0: never."""
    general = config.delivery.max_event_age_seconds
    taking = [route for route in config.routes if route.takes(topic)]
    if not taking:
        return general
    limits = [
        general if route.max_event_age_seconds is None else route.max_event_age_seconds
        for route in taking
        if route.own_time is None
    ]
    return min(filter(None, limits), default=0)


def _lag(config: Config, seen: Snapshot, lag: TopicLag) -> Iterator[Finding]:
    limit = age_limit(config, lag.topic)
    age = max(0.0, seen.at - lag.oldest_ms / 1000) if lag.oldest_ms is not None else 0.0
    oldest = f"; the oldest is {spelt(age)} old" if lag.oldest_ms is not None else ""
    what = f"{lag.records} records of {lag.topic} are not settled{oldest}"
    if not lag.records:
        yield ok(lag.topic, f"nothing of {lag.topic} waits")
        return
    if lag.standing:
        yield from _standing(seen, lag, what)
    elif lag.per_second > 0 and lag.records > _MUCH:
        yield warning(lag.topic, f"{what}, and there are {lag.per_second:.0f} more each second", _grows(lag))
    else:
        yield ok(lag.topic, f"{what}; {_course(lag)}")
    if limit and age > limit * _OLD_SHARE and (lag.gone_in_seconds is None or lag.standing):
        advice = "end what holds it up; afterwards `dead-letters list --reason too_old` says what did not make it"
        message = f"the oldest event of {lag.topic} is {spelt(age)} old, and becomes a dead letter at {spelt(limit)}"
        yield error(lag.topic, message, advice)


def _standing(seen: Snapshot, lag: TopicLag, what: str) -> Iterator[Finding]:
    owners = sorted(
        f"{each.host} ({each.client})"
        for each in seen.group or ()
        if any(partition.topic == lag.topic and partition.number in lag.standing for partition in each.partitions)
    )
    numbers = ", ".join(map(str, sorted(lag.standing)))
    where = f" They are those of {', '.join(owners)}." if owners else ""
    stands = f"partition(s) {numbers} of {lag.topic} stand still: nothing was settled in {seen.seconds:g} s"
    yield error(
        lag.topic, f"{stands}. In all, {what}.{where}", "see what the instances say; one without an answer hangs"
    )


def _grows(lag: TopicLag) -> str:
    if lag.largest_share >= _MOSTLY:
        return (
            f"partition {lag.largest} has {lag.largest_share:.0%} of it: one key there is hot, and its records go "
            "one after the other; more instances do not help"
        )
    return "see the section BluecoreLagGrows of the runbook: it says what binds"


def _course(lag: TopicLag) -> str:
    if lag.gone_in_seconds is not None:
        return f"{-lag.per_second:.0f} fewer each second: gone in {spelt(lag.gone_in_seconds)}"
    return f"{lag.settled_per_second:.0f} are settled each second, and as many come"


def _letters(seen: Snapshot) -> Iterator[Finding]:
    for each in seen.letters[:_MOST_LETTERS]:
        unreplayed = each.letters - each.replayed
        if not unreplayed:
            continue
        number, offset = each.newest
        message = (
            f"{unreplayed} dead letters of {each.kind.topic} in the last hour, {each.kind.reason}: {each.message}"
        )
        advice = f"`dead-letters show --partition {number} --offset {offset}` shows the newest"
        yield warning("dead_letters", message, advice)
