"""How long a partition stood still: records of it wait, Bluecore and the brokers answer, and none is sent."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from tests.chaos.endpoint import Arrival
from tests.chaos.ledger import Place, place_of
from tests.chaos.spans import Span, ms_outside


def longest(
    visible: Mapping[str, int],
    arrivals: Iterable[Arrival],
    put_aside: Collection[str],
    excused: Collection[Span],
    windows: Sequence[Span],
) -> list[float]:
    """The longest stand-still of any partition, in seconds, in each of the windows.

    Args:
        visible: since when each record could be read, in ms since the epoch, by idempotency key.
        arrivals: what Bluecore accepted, in the order in which it came.
        put_aside: keys of records that wait, or end, in another topic.
        excused: when nothing could be read or sent; it does not count.
        windows: the stretches that are asked for.
    """
    found = [0] * len(windows)
    for still in _standstills(visible, arrivals, put_aside):
        for index, window in enumerate(windows):
            if (part := still.within(window)).ms > found[index]:
                found[index] = max(found[index], ms_outside(part, excused))
    return [ms / 1000 for ms in found]


def _standstills(
    visible: Mapping[str, int], arrivals: Iterable[Arrival], put_aside: Collection[str]
) -> Iterator[Span]:
    waiting: defaultdict[Place, list[tuple[int, str]]] = defaultdict(list)
    for key, at_ms in visible.items():
        if key not in put_aside:
            heapq.heappush(waiting[place_of(key)[0]], (at_ms, key))
    came: set[str] = set()
    last: dict[Place, int] = {}
    for arrival in arrivals:
        if arrival.key in came or arrival.key not in visible:
            continue
        place, _ = place_of(arrival.key)
        oldest = waiting[place]
        if oldest:
            yield Span(max(last.get(place, 0), oldest[0][0]), arrival.at_ms)
        came.add(arrival.key)
        last[place] = arrival.at_ms
        while oldest and oldest[0][1] in came:
            heapq.heappop(oldest)
