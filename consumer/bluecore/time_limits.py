"""Until when each exchange has to be over: whatever comes of it, in whichever order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from consumer.bluecore.connection import Exchange

_NEVER = float("inf")


class TimeLimits:
    """Of the exchanges of each destination, which have one limit, the first to begin is the first to be late."""

    def __init__(self, seconds: Mapping[str, float]) -> None:
        """`seconds`: for the whole exchange, by destination."""
        self._seconds = seconds
        self._begun: dict[str, deque[Exchange]] = {name: deque() for name in seconds}
        """Those that are over leave by the front."""
        self.soonest = _NEVER
        """When the next is late, as far as `late` has looked; infinity where nothing is under way."""

    def add(self, exchange: Exchange) -> None:
        """It has begun."""
        self._begun[exchange.destination].append(exchange)

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
