"""What a topic's lag means: that it is worked off, that something binds, or that nothing moves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from consumer.commands.doctor.finding import Finding, error, ok, warning
from consumer.commands.status.durations import counted, spelt
from consumer.commands.status.instances import explains
from consumer.commands.status.lag import TopicLag
from consumer.commands.status.snapshot import Snapshot
from consumer.config.model import Config

_MUCH: Final = 1000
"""Records: a lag that grows below that is the ebb and flow of the day, as in the alert of it."""
_MOSTLY: Final = 0.8
_OLD_SHARE: Final = 0.25
"""Of the age at which Bluecore takes no event any more."""
_MINUTE: Final = 60
_OWN_RATE: Final = "its own rate"


def lag_findings(config: Config, seen: Snapshot, lag: TopicLag) -> Iterator[Finding]:
    """How far a topic is behind and where that is going; what an instance or the group says already is no fault too.

    Args:
        config: the configuration.
        seen: all that was found.
        lag: the topic's.
    """
    limit = age_limit(config, lag.topic)
    age = max(0.0, seen.at - lag.oldest_ms / 1000) if lag.oldest_ms is not None else 0.0
    oldest = f"; the oldest is {spelt(age)} old" if lag.oldest_ms is not None else ""
    are = "is" if lag.records == 1 else "are"
    what = f"{counted(lag.records, 'record')} of {lag.topic} {are} not settled{oldest}"
    if not lag.records:
        yield ok(lag.topic, f"nothing of {lag.topic} waits")
        return
    binding = _binding(config, seen, lag)
    if lag.standing and (seen.group == () or any(explains(each, lag.topic) for each in seen.instances)):
        yield ok(lag.topic, f"{what}; {'it waits' if lag.records == 1 else 'they wait'} for what is told above")
    elif binding is not None and (lag.per_second <= 0 or lag.records <= _MUCH or binding[1] == _OWN_RATE):
        yield ok(lag.topic, f"{what}; {_held(lag, *binding)}")
    elif lag.standing:
        yield _standing(seen, lag, what)
    elif lag.per_second > 0 and lag.records > _MUCH:
        yield warning(lag.topic, f"{what}, and there are {lag.per_second:.0f} more each second", _grows(lag))
    else:
        yield ok(lag.topic, f"{what}; {_course(lag)}")
    if limit and age > limit * _OLD_SHARE and (lag.gone_in_seconds is None or lag.standing):
        advice = (
            "end what holds it up; afterwards `bluecore-consumer dead-letters list --config FILE --reason too_old` "
            "says what did not make it"
        )
        message = f"the oldest event of {lag.topic} is {spelt(age)} old, and becomes a dead letter at {spelt(limit)}"
        yield error(lag.topic, message, advice)


def age_limit(config: Config, topic: str) -> float:
    """Seconds after which the first events of a topic are too old, as far as Kafka's timestamps tell; 0: never."""
    general: float = config.delivery.max_event_age_seconds
    taking = [route for route in config.routes if route.takes(topic)]
    if not taking:
        return general
    limits = [
        general if route.max_event_age_seconds is None else route.max_event_age_seconds
        for route in taking
        if route.own_time is None
    ]
    return min(filter(None, limits), default=0)


def _binding(config: Config, seen: Snapshot, lag: TopicLag) -> tuple[float, str] | None:
    """The rate that holds the topic back, requests a second of all instances, and whose it is; None: none does."""
    if any(each.error for each in seen.instances):
        return None
    own = [route.rate_limit_per_second for route in config.routes if route.takes(lag.topic)]
    rate, whose = min(filter(None, own), default=0.0), _OWN_RATE
    if not rate:
        rate, whose = config.delivery.rate_limit_per_second, "delivery.rate_limit_per_second"
    rate *= max(1, len(seen.instances))
    if not rate:
        return None
    # Where so few are sent that none falls into the look, standing still is what the rate looks like.
    slow = lag.standing and rate * seen.seconds < 1
    full = bool(lag.standing) and any("route_rate" in str(each.details.get("reading")) for each in seen.instances)
    return (rate, whose) if slow or full or lag.settled_per_second >= _MOSTLY * rate else None


def _held(lag: TopicLag, rate: float, whose: str) -> str:
    held = f"held to {rate:g} a second by {whose}"
    falls = rate - max(0.0, lag.per_second + lag.settled_per_second)
    return f"{held}; gone in about {spelt(lag.records / falls)}" if falls > 0 else f"{held}, and as many or more come"


def _standing(seen: Snapshot, lag: TopicLag, what: str) -> Finding:
    owners = sorted(
        f"{each.host} ({each.client})"
        for each in seen.group or ()
        if any(partition.topic == lag.topic and partition.number in lag.standing for partition in each.partitions)
    )
    numbers = ", ".join(map(str, sorted(lag.standing)))
    one = len(lag.standing) == 1
    where = f" {'It is' if one else 'They are those'} of {', '.join(owners)}." if owners else ""
    partitions = f"partition {numbers} of {lag.topic} stands" if one else f"partitions {numbers} of {lag.topic} stand"
    advice = (
        "see what the instances say; one without an answer hangs"
        if any(each.error for each in seen.instances)
        else "see the instances' logs, and the section BluecoreNoProgress of the runbook"
    )
    still = f"{partitions} still: nothing was settled in {seen.seconds:g} s. In all, {what}.{where}"
    return error(lag.topic, still, advice)


def _grows(lag: TopicLag) -> str:
    if lag.largest_share >= _MOSTLY:
        return (
            f"partition {lag.largest} has {lag.largest_share:.0%} of it: one key there is hot, and its records go "
            "one after the other; more instances do not help"
        )
    return "see the section BluecoreLagGrows of the runbook: it says what binds"


def _course(lag: TopicLag) -> str:
    if lag.gone_in_seconds is not None:
        return f"{_pace(-lag.per_second, 'fewer')}: gone in {spelt(lag.gone_in_seconds)}"
    return f"{_pace(lag.settled_per_second, 'settled')}, and as many come"


def _pace(per_second: float, what: str) -> str:
    """So many each second; each minute, where they are so few that none would be left of them."""
    count, each = (round(per_second), "second") if round(per_second) else (round(per_second * _MINUTE), "minute")
    verb = f"{'is' if count == 1 else 'are'} " if what == "settled" else ""
    return f"{count} {verb}{what} each {each}"
