"""Routes, compiled once at the start: a decoded record in, its requests out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

from consumer.config.destinations import UNNAMED
from consumer.config.route import RouteConfig
from consumer.delivery.failures import joined
from consumer.mapping.compiled_route import Route, compile_route, names_of, reads_surroundings
from consumer.mapping.errors import RefusedError
from consumer.mapping.links import Claim, Links, claimed_links
from consumer.mapping.moments import localised
from consumer.mapping.plan import Plan
from consumer.mapping.reads import Names, union
from consumer.mapping.recipients import Namespace, Recipients
from consumer.mapping.surroundings import Cell, Surroundings
from consumer.mapping.tables import NO_TABLES, Tables
from consumer.records import EventRequest, Mapped, Omission, Reason, Reject, Send, Skip, Stage

# A redelivery names its topic itself, in a header that anyone may write.
_MOST_REMEMBERED = 4096


class Router:
    """All routes. Its state is a memo of which of them a topic's records take, and the record at hand.

    Attributes:
        recipients: who may get events; None: everybody.
    """

    def __init__(
        self,
        routes: Sequence[Route],
        cell: Cell | None = None,
        recipients: Recipients | None = None,
    ) -> None:
        self._routes = tuple(routes)
        self.recipients = recipients
        self._cell = Cell() if cell is None else cell
        self._routes_for = lru_cache(_MOST_REMEMBERED)(self._find)
        self._routes_for_tombstones = lru_cache(_MOST_REMEMBERED)(self._find_of_tombstones)
        self.takes_tombstones = any(route.config.records == "tombstones" for route in routes)
        self.reads_surroundings = any(reads_surroundings(route.config) for route in routes)
        self.reads_event_times = any(route.timing.reader is not None for route in routes)
        self.links_identities = any(route.config.link_identities for route in routes)

    def map(  # noqa: C901, PLR0912, PLR0913, PLR0915 - a record's coordinates, flat for the hot path
        self,
        topic: str,
        record_name: str | None,
        value: Mapping[str, Any] | None,
        event_time_ms: int | None,
        now_ms: int | None,
        *,
        claim: Claim | None = None,
        around: Surroundings | None = None,
    ) -> Mapped:
        """What becomes of one record: every route that takes it makes its requests, in the order of the routes.

        Each route stands alone: what one refuses, the others send all the same. The record is refused where none is
        left to send anything, and skipped only if every route says so, by its `when` or by the event that it chooses.

        Args:
            topic: the topic that the record was first written to.
            record_name: the full name of its Avro type, when it is known.
            value: the decoded record; None of a tombstone.
            event_time_ms: when it was written, ms since the epoch; None when that is not known.
            now_ms: ms since the epoch; None: no age is judged.
            claim: decides whether this record carries the link of an id to an e-mail; None: it does not. Asked once
                for each link that the routes which send show.
            around: what `_kafka` has; None: nothing.

        Raises:
            SchemaPending: a route reads the record's key, whose schema is not known yet.
        """
        routes = self._routes_for_tombstones(topic) if value is None else self._routes_for(topic, record_name)
        if not routes:
            return self._untaken(topic, record_name, is_tombstone=value is None)
        self._cell.current = around
        value = {} if value is None else value
        requests: list[EventRequest] = []
        omitted: list[Omission] = []
        links: Links | None = None if claim is None else {}
        priorities: list[int] = []
        reason: Literal["when", "event", "destination"] = "when"
        refused: list[tuple[int, Reject | None]] | None = None
        own_time: int | None = None
        for route in routes:
            event, destination = "", route.destination
            try:
                record = value if route.zone is None else localised(value, route.zone)
                if route.when is None or route.applies(record):
                    plan = route.plans[None] if route.chooser is None else route.plan(record)
                    if plan is None:
                        reason = "event"
                        continue
                    event = plan.contract.event
                    if destination is None and (destination := route.addressee(record)) is None:
                        reason = "destination"
                        continue
                    timing, time_ms = route.timing, event_time_ms
                    unread: list[Omission] = []
                    if timing.reader is not None and (read := timing.read(record, event, unread)) is not None:
                        time_ms = read
                        own_time = read if own_time is None else min(own_time, read)
                    timing.check(time_ms, now_ms)
                    made = (
                        plan.requests(record, links, omitted, destination)
                        if isinstance(plan, Plan)
                        else plan.requests(record, omitted, destination, time_ms, now_ms)
                    )
                    if timing.own:
                        until_ms = timing.limit.until_ms(time_ms)
                        made = [each._replace(until_ms=until_ms) for each in made]
                        omitted += unread
                    requests += made if route.rated is None else [each._replace(rated=route.rated) for each in made]
                    priorities.append(route.config.priority)
            except RefusedError as error:
                number = len(requests) + len(refused or ())
                reject = replace(
                    error.as_reject(),
                    event=event,
                    kind=route.kind_of(event),
                    number=number,
                    event_time_ms=own_time,
                    destination=destination,
                )
                told = None if self._is_withheld(route, value, destination) else reject
                refused = [*(refused or ()), (len(requests), told)]
        rejects = () if refused is None else tuple(each for _, each in refused if each is not None)
        if not priorities:
            return joined(rejects) if rejects else Skip("only_emails" if refused else reason)
        numbers = () if refused is None else _numbered(len(requests), [at for at, _ in refused])
        if self.recipients is not None:
            requests, numbers = self._kept(requests, numbers, links, self.recipients)
            if not requests:
                return joined(rejects) if rejects else Skip("only_emails")
        if links and claim is not None:
            requests = claimed_links(links, claim) + requests
        priority = priorities[0] if len(priorities) == 1 else max(priorities)
        if not rejects and not numbers and own_time is None:
            return Send(tuple(requests), priority, tuple(omitted)) if omitted else Send(tuple(requests), priority)
        return Send(tuple(requests), priority, tuple(omitted), rejects, numbers, own_time)

    def reads(self, topic: str) -> Names:
        """The fields that are looked at of the records of a topic, whichever of its routes takes them."""
        return union(names_of(route) for route in self._routes if route.config.takes(topic))

    def _untaken(self, topic: str, record_name: str | None, *, is_tombstone: bool) -> Mapped:
        if is_tombstone:
            return Skip("tombstone")
        if self.takes_tombstones_only(topic):
            return Skip("records")
        what = f"topic {topic}" if record_name is None else f"topic {topic}, record {record_name}"
        return Reject(Reason.UNROUTABLE, Stage.MAP, f"no route takes {what}")

    def takes_topic(self, topic: str) -> bool:
        """Whether any route reads it."""
        return any(route.config.takes(topic) for route in self._routes)

    def takes_tombstones_only(self, topic: str) -> bool:
        """Whether the topic's values are nobody's, and its tombstones somebody's."""
        return bool(self._routes_for_tombstones(topic)) and not any(
            route.takes_values_of(topic) for route in self._routes
        )

    def _find(self, topic: str, record_name: str | None) -> tuple[Route, ...]:
        return tuple(route for route in self._routes if route.takes(topic, record_name))

    @staticmethod
    def _kept(
        requests: list[EventRequest], numbers: tuple[int, ...], links: Links | None, recipients: Recipients
    ) -> tuple[list[EventRequest], tuple[int, ...]]:
        """The requests for those who may get any, with their numbers, and of `links` theirs; the rest is counted."""
        for link in [link for link in links or () if not recipients.takes(*link[1:])]:
            del (links or {})[link]
        numbered = zip(numbers or range(len(requests)), requests, strict=True)
        kept = [each for each in numbered if recipients.takes(each[1].customer, each[1].destination)]
        if len(kept) == len(requests):
            return requests, numbers
        recipients.on_withheld(len(requests) - len(kept))
        return [request for _, request in kept], tuple(number for number, _ in kept)

    def _is_withheld(self, route: Route, record: Any, destination: str | None) -> bool:
        """Whether what a route refuses is of somebody who gets no events anyhow: that is no dead letter."""
        if self.recipients is None or destination is None:
            return False
        for plan in (*route.plans.values(), route.otherwise):
            if plan is None:
                continue
            with suppress(RefusedError):
                email = plan.identity.email.read(record)
                if email is not None:
                    if another := not self.recipients.takes(email, destination):
                        self.recipients.on_withheld(1)
                    return another
        return False

    def _find_of_tombstones(self, topic: str) -> tuple[Route, ...]:
        return tuple(route for route in self._routes if route.takes_tombstones_of(topic))


def compile_routes(  # noqa: PLR0913 - all that the configuration says of mapping
    routes: Sequence[RouteConfig],
    *,
    token: str,
    max_age_seconds: float = 0,
    tables: Tables = NO_TABLES,
    only_emails: Sequence[str] = (),
    others: Mapping[str, Namespace] = MappingProxyType({}),
) -> Router:
    """Everything that can be worked out before the first record.

    Args:
        routes: the configuration's, in which `consumer.commands.validation` finds nothing wrong.
        token: the namespace of `bluecore`, `properties.token` of every event that goes to no other destination.
        max_age_seconds: older events are rejected as too old, unless their route says otherwise; 0: none is.
        tables: those that `lookup` looks into.
        only_emails: the addresses and domains of those who get events there; empty: everybody does.
        others: the other destinations, by their names.
    """
    every = {UNNAMED: Namespace(token, tuple(only_emails)), **others}
    cell, tokens = Cell(), {name: each.token for name, each in every.items()}
    compiled = [
        compile_route(route, tokens, tables, cell, number, max_age_seconds) for number, route in enumerate(routes)
    ]
    listed = {name: each.only_emails for name, each in every.items() if each.only_emails}
    return Router(compiled, cell, Recipients(listed) if listed else None)


def _numbered(requests: int, refused_at: Sequence[int]) -> tuple[int, ...]:
    """The numbers of the requests where others were refused, each before the request of this index."""
    return tuple(index + sum(at <= index for at in refused_at) for index in range(requests))
