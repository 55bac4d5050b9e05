"""What the values of a rehearsal say and no schema, as `preview` does for a few records: by route and topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from consumer.commands.preview.hints import Hints
from consumer.config.route import RouteConfig
from consumer.records import Send

_LOOKED_AT: Final = 1_000
"""Records of a route and topic: more say no more, and each costs a look at its events."""


@dataclass(frozen=True, slots=True)
class Hint:
    """One doubt about what is sent; `route`: its place in the configuration."""

    route: int
    topic: str
    message: str

    def in_words(self) -> str:
        return f"routes[{self.route}], {self.topic}: {self.message}"


class RouteHints:
    """Sees what is sent, a route at a time. Its state: the values of the first records of each."""

    def __init__(self) -> None:
        self._hints: dict[tuple[int, str], Hints] = {}
        self._seen: Counter[tuple[int, str]] = Counter()

    def see(self, index: int, route: RouteConfig, topic: str, sent: Send) -> None:
        """A record of a topic that the route at this place of the configuration sends."""
        of = index, topic
        if self._seen[of] < _LOOKED_AT:
            self._seen[of] += 1
            self._hints.setdefault(of, Hints((route,), topic)).see(sent)

    def told(self) -> Iterator[Hint]:
        """In the order of the routes, each once."""
        for index, topic in sorted(self._hints):
            yield from (Hint(index, topic, message) for message in self._hints[index, topic].sentences())
