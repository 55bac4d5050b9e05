"""Whether the promises were kept: what was written against what arrived, and in which order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from consumer.records import CONSENTS
from tests.chaos.endpoint import Arrival
from tests.chaos.producer import Event

UNEXPLAINED: Final = "unexplained"
AT_RISK_MS: Final = 1_000
"""How long before a kill -9 an event may have been delivered and not be in the group's commits yet: the commit's
interval and its round trip on a busy machine. While the brokers are away nothing can be committed at all."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of time, in ms since the epoch."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Crashes:
    """What excuses a duplicate: the processes killed, by name with the time, and when the brokers were away.

    Times are in ms since the epoch.
    """

    killed: Mapping[str, int]
    broker_away: tuple[Interval, ...] = ()

    def at_risk(self, arrival: Arrival) -> bool:
        """Whether the process that sent it was killed before it could commit it."""
        killed = self.killed.get(arrival.sender)
        return killed is not None and arrival.at_ms >= self._committed_to(killed)

    def cut_off(self, at_ms: int) -> bool:
        """Whether the brokers could not take the commit of what was settled at this time."""
        return any(away.begin - AT_RISK_MS <= at_ms <= away.end for away in self.broker_away)

    def near(self, at_ms: int) -> bool:
        """Whether what any process settled at this time may have missed its commit."""
        return self.cut_off(at_ms) or any(0 <= killed - at_ms <= AT_RISK_MS for killed in self.killed.values())

    def _committed_to(self, killed: int) -> int:
        since = [away.begin for away in self.broker_away if away.begin <= killed <= away.end + AT_RISK_MS]
        return min([killed, *since]) - AT_RISK_MS


@dataclass(frozen=True, slots=True)
class Failures:
    """What the service put aside, by idempotency key.

    `retried`: when it was written to the retry topic, in ms since the epoch. `dead`: the dead letter's reason.
    """

    retried: Mapping[str, Sequence[int]]
    dead: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Each list names idempotency keys: the topic, partition and offset of a record.

    `reordered`: first deliveries that came after a later one of the same customer, topic and class: consents keep
    their order among themselves, and so does all else. Where order does not outlast the retry topic, records that
    went through it are in `overtaken` instead. `duplicates` counts deliveries beyond the first by what brought them
    about; `at_risk` is how many events were delivered and not committed at crashes, and so the most that they may
    repeat. `unexplained` tells of the duplicates without a cause.
    """

    written: int
    delivered: int
    retried: int
    dead_lettered: int
    lost: list[str]
    reordered: list[str]
    overtaken: int
    wrongly_dead: list[str]
    garbled: list[str]
    duplicates: Counter[str]
    at_risk: int
    unexplained: list[str]

    @property
    def share(self) -> float:
        """Duplicates a delivered event."""
        return self.duplicates.total() / max(1, self.delivered)

    @property
    def kept(self) -> bool:
        return not any((self.lost, self.reordered, self.wrongly_dead, self.garbled, self.unexplained))


def judge(written: Mapping[str, Event], arrivals: Iterable[Arrival], failures: Failures, crashes: Crashes) -> Verdict:
    """`arrivals` in the order in which they came."""
    firsts: dict[str, Arrival] = {}
    duplicates: Counter[str] = Counter()
    unexplained = []
    at_risk = 0
    for arrival in arrivals:
        first = firsts.setdefault(arrival.key, arrival)
        at_risk += crashes.at_risk(arrival)
        if first is not arrival:
            cause = _cause(first, failures, crashes)
            duplicates[cause] += 1
            if cause == UNEXPLAINED:
                unexplained.append(_story(first, arrival))
    good = {key for key, event in written.items() if not event.broken}
    reordered, overtaken = _reordered(firsts.values(), written, failures.retried)
    return Verdict(
        written=len(written),
        delivered=len(firsts),
        retried=len(failures.retried),
        dead_lettered=len(failures.dead),
        lost=sorted((good - firsts.keys()) | (written.keys() - good - failures.dead.keys())),
        reordered=reordered,
        overtaken=overtaken,
        wrongly_dead=sorted(good & failures.dead.keys()),
        garbled=[arrival.key for arrival in firsts.values() if not _is_as_written(arrival, written)],
        duplicates=duplicates,
        at_risk=at_risk,
        unexplained=unexplained,
    )


def _cause(first: Arrival, failures: Failures, crashes: Crashes) -> str:
    if crashes.at_risk(first):
        return "in flight at a crash"
    if crashes.cut_off(first.at_ms):
        return "brokers away"
    # The write to the retry topic outlived the crash, the commit did not: it is redelivered, and read anew.
    put_off = any(crashes.near(at_ms) for at_ms in failures.retried.get(first.key, ()))
    return "put off around a crash" if put_off else UNEXPLAINED


def _story(*arrivals: Arrival) -> str:
    return f"{arrivals[0].key}: " + ", ".join(f"from {each.sender} at {each.at_ms}" for each in arrivals)


def _reordered(
    firsts: Iterable[Arrival], written: Mapping[str, Event], retried: Collection[str]
) -> tuple[list[str], int]:
    latest: defaultdict[tuple[str, str, bool], int] = defaultdict(lambda: -1)
    reordered, overtaken = [], 0
    for arrival in firsts:
        event = written.get(arrival.key)
        if event is None:
            continue
        lane = event.topic, event.customer, event.kind in CONSENTS
        if not event.ordered and arrival.key in retried:
            overtaken += event.sequence < latest[lane]
            continue
        if event.sequence < latest[lane]:
            reordered.append(arrival.key)
        latest[lane] = max(latest[lane], event.sequence)
    return reordered, overtaken


def _is_as_written(arrival: Arrival, written: Mapping[str, Event]) -> bool:
    event = written.get(arrival.key)
    return event is not None and (event.customer, event.sequence) == (arrival.customer, arrival.sequence)
