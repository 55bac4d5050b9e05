"""When which offsets are committed, and with how large a map of what is settled beyond them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum, auto

from consumer.delivery.consents import Consents
from consumer.delivery.decisions import Commit
from consumer.delivery.offset_map import LIMIT, encode, encode_note
from consumer.delivery.offset_ranges import NOTHING
from consumer.delivery.task import UNBOUNDED, PartitionState
from consumer.records import Partition

_MAP_TOO_FULL = 0.75
_COMMIT_AGAIN_SECONDS = 0.25
# A broker writes a commit as one batch of records, of at most message.max.bytes: 1 MiB by default [measured].
_REQUEST_BYTES = 512 << 10
_SMALLEST_REQUEST_BYTES = 8 << 10
_OVERHEAD = 200  # of one partition's record, beside its topic and its map


class CommitFailure(Enum):
    """Why a commit failed, as far as it says what to do."""

    LOST = auto()  # it is repeated
    MAP_REFUSED = auto()  # the brokers take the offset, but not with so much metadata
    NOT_A_MEMBER = auto()  # the group has given this member up: its partitions will be lost
    UNKNOWN = auto()  # perhaps the request was too large as a whole: a smaller one is tried


class Commits:
    """Reads the states of the partitions that are ours."""

    def __init__(
        self,
        states: Mapping[Partition, PartitionState],
        interval_seconds: float,
        note_of: Callable[[str], str],
        consents: Consents,
    ) -> None:
        """Begin with nothing to commit.

        Args:
            states: those of the partitions that are ours.
            interval_seconds: between two commits.
            note_of: what is to be remembered of a topic beside its offsets.
            consents: is told what the group has.
        """
        self._states = states
        self._note_of = note_of
        self._consents = consents
        self._interval = interval_seconds
        self._next = 0.0
        self._request_bytes = _REQUEST_BYTES

    def due(self, now: float, *, leaving: bool = False) -> list[Commit]:
        """The offsets to commit now: at most once in the interval.

        Args:
            now: seconds since the epoch.
            leaving: those of the partitions that drain, whatever the interval.
        """
        if now < self._next and not leaving:
            return []
        commits = []
        for state in self._states.values():
            watermark = state.settled.watermark
            if not state.changed or watermark is None or (leaving and not state.draining):
                continue
            metadata, state.map_sent = "", NOTHING
            if self._request_bytes > _SMALLEST_REQUEST_BYTES:
                metadata = _map_of(state, watermark, self._note_of(state.partition.topic))
            state.changed = False
            state.commit_sent = watermark
            state.unanswered.add(watermark)
            state.lease.asked(now)
            commits.append(Commit(state.partition, watermark, metadata))
        if commits:
            self._next = now + self._interval
        return commits

    def requests(self, commits: Sequence[Commit]) -> Iterator[list[Commit]]:
        """The same commits in requests that the brokers take."""
        request: list[Commit] = []
        size = 0
        for commit in commits:
            each = _OVERHEAD + len(commit.partition.topic) + len(commit.metadata)
            if request and size + each > self._request_bytes:
                yield request
                request, size = [], 0
            request.append(commit)
            size += each
        if request:
            yield request

    @property
    def next_at(self) -> float:
        """When there is something to commit; infinity while there is nothing."""
        return self._next if any(state.changed for state in self._states.values()) else float("inf")

    def acknowledged(self, partitions: Iterable[Partition]) -> None:
        for partition in partitions:
            state = self._states.get(partition)
            if state is not None and state.commit_sent is not None:  # else the answer is to one from before it left
                state.acknowledged, state.map_acknowledged = state.commit_sent, state.map_sent
                state.unanswered.clear()
                self._consents.committed(partition, state.commit_sent)
                state.lease.granted()

    def failed(self, partitions: Iterable[Partition], failure: CommitFailure) -> None:
        """The commits are lost: they are repeated a little later, in a form that the brokers may take."""
        for partition in partitions:
            if (state := self._states.get(partition)) is not None:
                state.changed = True
                state.mapless |= failure is CommitFailure.MAP_REFUSED
                if failure is CommitFailure.NOT_A_MEMBER:
                    state.lease.refused()
        if failure is CommitFailure.UNKNOWN:
            self._request_bytes = max(_SMALLEST_REQUEST_BYTES, self._request_bytes // 2)
        self._next += _COMMIT_AGAIN_SECONDS

    def assigned(self) -> None:
        """Other partitions, other brokers perhaps: what was too large before is tried again."""
        self._request_bytes = _REQUEST_BYTES


def _map_of(state: PartitionState, watermark: int, note: str) -> str:
    """The map for the commit; notes whether it is too full for more to be read."""
    beyond, halves = (NOTHING, NOTHING) if state.mapless else (state.settled.beyond, state.settled.halves)
    ranges = len(beyond) + len(halves)
    before = "" if state.mapless else encode_note(watermark, note)
    if ranges > state.map_bound:
        packed, fullness = "", 1.0
    else:
        packed = encode(watermark, beyond, halves, LIMIT - len(before))
        too_large = ranges > 0 and not packed
        # What did not fit will not fit until much of it is gone: packing it again each time costs dearly.
        state.map_bound = ranges // 2 if too_large else UNBOUNDED
        fullness = 1.0 if too_large else len(packed) / (LIMIT - len(before))
    state.map_sent = beyond if packed else NOTHING
    # With nothing in hand there is nothing whose settling would empty the map: only reading on does.
    limit = _MAP_TOO_FULL / 2 if state.map_full else _MAP_TOO_FULL
    state.map_full = bool(state.lanes.lanes) and fullness > limit
    return before + packed
