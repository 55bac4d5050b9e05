"""Whether the promises were kept: what was written against what arrived, and in which order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from consumer.records import CONSENTS
from tests.chaos.endpoint import Arrival
from tests.chaos.events import Event
from tests.chaos.ledger import place_of
from tests.chaos.spans import Span

LIVING: Final = "sent twice by one living process"
UNEXPLAINED: Final = "unexplained"
AT_RISK_MS: Final = 1_000
"""How long before a kill -9 an event may have been delivered and not be in the group's commits yet: the commit's
interval and its round trip on a busy machine. While brokers are missing a commit may take until they are back."""


@dataclass(frozen=True, slots=True)
class Crashes:
    """What excuses a duplicate: the processes killed, by name with the time, and when brokers were missing.

    Times are in ms since the epoch.
    """

    killed: Mapping[str, int]
    troubled: tuple[Span, ...] = ()

    def at_risk(self, arrival: Arrival) -> bool:
        """Whether the process that sent it was killed before it could commit it."""
        killed = self.killed.get(arrival.sender)
        return killed is not None and arrival.at_ms >= self._committed_to(killed)

    def cut_off(self, at_ms: int) -> bool:
        """Whether the commit of what was settled at this time may have met a missing broker."""
        return any(each.begin - AT_RISK_MS <= at_ms <= each.end for each in self.troubled)

    def near(self, at_ms: int) -> bool:
        """Whether what any process settled at this time may have missed its commit."""
        return self.cut_off(at_ms) or any(0 <= killed - at_ms <= AT_RISK_MS for killed in self.killed.values())

    def _committed_to(self, killed: int) -> int:
        since = [each.begin for each in self.troubled if each.begin <= killed <= each.end + AT_RISK_MS]
        return min([killed, *since]) - AT_RISK_MS


@dataclass(frozen=True, slots=True)
class Failures:
    """What the service put aside, by idempotency key.

    `retried`: when it was written to the retry topic, in ms since the epoch. `dead`: the dead letter's reason.
    """

    retried: Mapping[str, Sequence[int]]
    dead: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A delivery beyond the first, and what brought it about."""

    at_ms: int
    cause: str
    story: str

    @property
    def explained(self) -> bool:
        return self.cause not in {LIVING, UNEXPLAINED}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Each list names idempotency keys: the topic, partition and offset of a record.

    `reordered`: first deliveries that came after a later record of the same customer, topic and class: consents keep
    their order among themselves, and so does all else. Where order does not outlast the retry topic, records that
    went through it are in `overtaken` instead. `garbled`: the request is not that of the record. `unasked`: no
    consumer may see the record: its transaction was aborted, or it lay there before `latest`. `at_risk` is how many
    events were delivered and not committed at kills, and so the most that they may repeat.
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
    unasked: list[str]
    duplicates: list[Duplicate]
    at_risk: int

    @property
    def causes(self) -> Counter[str]:
        return Counter(each.cause for each in self.duplicates)

    @property
    def unexplained(self) -> list[str]:
        return [f"{each.cause}: {each.story}" for each in self.duplicates if not each.explained]

    @property
    def kept(self) -> bool:
        broken = (self.lost, self.reordered, self.wrongly_dead, self.garbled, self.unasked, self.unexplained)
        return not any(broken)


def judge(written: Mapping[str, Event], arrivals: Iterable[Arrival], failures: Failures, crashes: Crashes) -> Verdict:
    """`written` has what a consumer may see, `arrivals` are in the order in which they came."""
    came: dict[str, list[Arrival]] = {}
    duplicates = []
    at_risk = 0
    for arrival in arrivals:
        before = came.setdefault(arrival.key, [])
        at_risk += crashes.at_risk(arrival)
        if before:
            cause = _cause(before, arrival, failures, crashes)
            duplicates.append(Duplicate(arrival.at_ms, cause, _story(*before, arrival)))
        before.append(arrival)
    firsts = [each[0] for each in came.values()]
    good = {key for key, event in written.items() if not event.broken}
    reordered, overtaken = _reordered(firsts, written, failures.retried)
    return Verdict(
        written=len(written),
        delivered=len(firsts),
        retried=len(failures.retried),
        dead_lettered=len(failures.dead),
        lost=sorted((good - came.keys()) | (written.keys() - good - failures.dead.keys())),
        reordered=reordered,
        overtaken=overtaken,
        wrongly_dead=sorted(good & failures.dead.keys()),
        garbled=[each.key for each in firsts if each.key in written and not _is_of(each, written[each.key])],
        unasked=[each.key for each in firsts if each.key not in written],
        duplicates=duplicates,
        at_risk=at_risk,
    )


def _cause(before: Sequence[Arrival], again: Arrival, failures: Failures, crashes: Crashes) -> str:
    # The write to the retry topic outlived the kill, the commit did not: it is redelivered, and read anew.
    if any(crashes.near(at_ms) for at_ms in failures.retried.get(again.key, ())):
        return "put off around a kill"
    if any(each.sender == again.sender for each in before):
        return LIVING
    if crashes.at_risk(before[-1]):
        return "in flight at a kill"
    if crashes.cut_off(before[-1].at_ms):
        return "a broker missing, the partition moved"
    return UNEXPLAINED


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
        _, offset = place_of(arrival.key)
        if not event.ordered and arrival.key in retried:
            overtaken += offset < latest[lane]
            continue
        if offset < latest[lane]:
            reordered.append(arrival.key)
        latest[lane] = max(latest[lane], offset)
    return reordered, overtaken


def _is_of(arrival: Arrival, event: Event) -> bool:
    return (event.customer, event.number) == (arrival.customer, arrival.number)
