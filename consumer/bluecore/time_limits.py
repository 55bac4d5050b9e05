"""Until when each exchange has to be over: whatever comes of it, in whichever order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from consumer.bluecore.connection import Exchange

_NEVER = float("inf")
_MOST_OVER = 1024
"""So many exchanges may be over and still be kept, beside as many as there are under way."""


class TimeLimits:
    """Of the exchanges of each destination, which have one limit, the first to begin is the first to be late."""

    def __init__(self, seconds: Mapping[str, float]) -> None:
        """`seconds`: for the whole exchange, by destination."""
        self._seconds = seconds
        self._begun: dict[str, deque[Exchange]] = {name: deque() for name in seconds}
        """Those that are over leave by the front, or together with others once they are many."""
        self._room = dict.fromkeys(seconds, _MOST_OVER)
        self.soonest = _NEVER
        """When the next is late, as far as `late` has looked; infinity where nothing is under way."""

    def add(self, exchange: Exchange) -> None:
        """It has begun."""
        begun = self._begun[exchange.destination]
        begun.append(exchange)
        if len(begun) > self._room[exchange.destination]:
            self._tidy(exchange.destination)

    def _tidy(self, destination: str) -> None:
        """One that hangs at the front would keep the bodies of all that begin until it is late."""
        under_way = deque([each for each in self._begun[destination] if not each.over])
        self._begun[destination] = under_way
        self._room[destination] = 2 * len(under_way) + _MOST_OVER

    def late(self, now: float) -> Iterator[Exchange]:
        """Those that are late and not over, each once."""
        self.soonest = _NEVER
        for destination, begun in self._begun.items():
            limit = self._seconds[destination]
            while begun and (begun[0].over or begun[0].began + limit <= now):
                exchange = begun.popleft()
                if not exchange.over:
                    yield exchange
            if begun:
                self.soonest = min(self.soonest, begun[0].began + limit)
