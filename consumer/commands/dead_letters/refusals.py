"""What Bluecore would do with requests that the routes make: refuse some, and take others and ignore them.

By the contract that the strict sandbox answers by.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from consumer.config.endpoints import CUSTOMERS
from consumer.records import EventRequest
from consumer.sandbox.contract.checks import check_event
from consumer.sandbox.contract.rules import Finding, Rule
from consumer.sandbox.rest.bodies import consent, customer_change
from consumer.sandbox.rest.refused import Refused


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is wrong with so many requests, and the dead letter that the first of them is of: partition, offset.

    Attributes:
        silent: Bluecore answers 202 all the same, and ignores it; the strict sandbox refuses it.
    """

    event: str
    field: str
    message: str
    silent: bool
    count: int
    first: tuple[int, int]


def _of_rest(api: str, document: dict[str, Any]) -> Iterator[Finding]:
    """What the sandbox finds wrong with a body of a REST API: the first thing."""
    try:
        if api == CUSTOMERS:
            customer_change(document)
        else:
            consent(document, time.time_ns())
    except Refused as refused:
        yield refused.finding


class Refusals:
    """Judges requests one after the other. An id that any `identify` among them links counts as linked."""

    def __init__(self) -> None:
        self._found: Counter[tuple[str, Finding]] = Counter()
        self._first: dict[tuple[str, Finding], tuple[int, int]] = {}
        self._linked: set[str] = set()
        self._unlinked: list[tuple[str, str, Finding, tuple[int, int]]] = []

    def look(self, requests: Iterable[EventRequest], place: tuple[int, int]) -> None:
        """The requests of the letter at this place."""
        for request in requests:
            document: dict[str, Any] = orjson.loads(request.body)
            if request.api:
                for finding in _of_rest(request.api, document):
                    self._count(request.event, finding, place)
                continue
            identifier = str(document["properties"]["distinct_id"])
            if request.event == "identify":
                self._linked.add(identifier)
            for finding in check_event(document, strict=True, linked=self._linked):
                if finding.rule is Rule.UNLINKED_ID:
                    self._unlinked.append((identifier, request.event, finding, place))
                else:
                    self._count(request.event, finding, place)

    def all(self) -> list[Refusal]:
        """The commonest first."""
        for identifier, event, finding, place in self._unlinked:
            if identifier not in self._linked:
                self._count(event, finding, place)
        self._unlinked.clear()
        return list(self._sorted())

    def _count(self, event: str, finding: Finding, place: tuple[int, int]) -> None:
        self._found[event, finding] += 1
        self._first.setdefault((event, finding), place)

    def _sorted(self) -> Iterator[Refusal]:
        for (event, finding), count in self._found.most_common():
            first = self._first[event, finding]
            yield Refusal(event, finding.field, finding.message, finding.silent, count, first)
