"""Routes, compiled once at the start: a decoded record in, its requests out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from consumer.age import AgeLimit
from consumer.config.expression_syntax import AROUND
from consumer.config.route import SKIP, EventByValue, RouteConfig, paths_of
from consumer.delivery.failures import joined
from consumer.mapping.contract import decides_consent, events_of
from consumer.mapping.errors import InvalidValueError, RefusedError
from consumer.mapping.links import Claim, Links, claimed_links
from consumer.mapping.moments import Zone, localised
from consumer.mapping.names import as_yaml
from consumer.mapping.paths import is_true
from consumer.mapping.plan import Plan, plan_of
from consumer.mapping.readers import Reader, reader
from consumer.mapping.reads import Names, union
from consumer.mapping.recipients import Recipients
from consumer.mapping.shared import Shared
from consumer.mapping.surroundings import Cell, RouteSurroundings, Surroundings
from consumer.mapping.tables import NO_TABLES, Tables
from consumer.mapping.values import is_blank, readable
from consumer.records import CONSENTS, EventRequest, Mapped, Omission, OrderClass, Reason, Reject, Send, Skip, Stage

# A redelivery names its topic itself, in a header that anyone may write.
_MOST_REMEMBERED = 4096
Chosen = tuple[type, bool | int | str]
_FORMS = {bool: "boolean", int: "whole number", str: "text"}


@dataclass(frozen=True, slots=True)
class Route:
    """A compiled route.

    Attributes:
        chooser: the value of the record that chooses the event, None when there is but one.
        zone: of the record's local timestamps, None where they stay without.
        rated: its number, where it has a rate of its own.
        plans: by that value's type and the value itself, as 1 and true are one in Python; by None when there
            is no chooser. None where the record is skipped.
        otherwise: the plan of all other values, where the route has a default.
    """

    config: RouteConfig
    when: Reader | None
    chooser: Reader | None
    zone: Zone
    rated: int | None
    plans: Mapping[Chosen | None, Plan | None]
    otherwise: Plan | None = None

    @property
    def only_event(self) -> str:
        """The event that every record of the route becomes; empty where a value of the record chooses."""
        return "" if isinstance(self.config.event, EventByValue) else self.config.event

    def kind_of(self, event: str) -> OrderClass | None:
        """The class of this event; where it is not known, that of all events of the route, if they have one."""
        kinds = {OrderClass.CONSENT if each in CONSENTS else OrderClass.OTHER for each in _events(event, self.config)}
        return kinds.pop() if len(kinds) == 1 else None

    def takes(self, topic: str, record_name: str | None) -> bool:
        return self.takes_values_of(topic) and self.config.record in {None, record_name}

    def takes_values_of(self, topic: str) -> bool:
        return self.config.records == "values" and self.config.takes(topic)

    def takes_tombstones_of(self, topic: str) -> bool:
        return self.config.records == "tombstones" and self.config.takes(topic)

    def applies(self, record: Any) -> bool:
        return self.when is None or is_true(self.when.read(record))

    def plan(self, record: Any) -> Plan | None:
        """The plan of the event that this record is; None where it is to be skipped.

        Raises:
            RefusedError: the value that chooses it is missing, or stands for no event: a consent that is no
                boolean is nobody's consent (RudderStack).
        """
        if self.chooser is None:
            return self.plans[None]
        value = self.chooser.read(record)
        if isinstance(value, bool | int | str):
            key = chosen(value, ignore_case=self._by_value.ignore_case)
            if key in self.plans:
                return self.plans[key]
        return self._default(value)

    @property
    def _by_value(self) -> EventByValue:
        assert isinstance(self.config.event, EventByValue)  # noqa: S101 - there is a chooser
        return self.config.event

    def _default(self, value: Any) -> Plan | None:
        """Of a value that stands for no event, or is missing: which decides no consent, whatever the default is."""
        default, hint = self._by_value.default, self.chooser.hint if self.chooser else ""
        if value is None or is_blank(value):
            if default is None or default in CONSENTS:
                raise RefusedError.missing("event", hint)
        elif default is None:
            known = ", ".join(f"{as_yaml(each)} ({_form(each)})" for _, each in filter(None, self.plans))
            what = f"the value, a {_form(value)}, stands for no event of the route, which names {known}"
            raise RefusedError.invalid("event", what, hint)
        return self.otherwise


class Router:
    """All routes. Its state is a memo of which of them a topic's records take, and the record at hand.

    Attributes:
        recipients: who may get events; None: everybody.
    """

    def __init__(
        self,
        routes: Sequence[Route],
        max_age_seconds: float,
        cell: Cell | None = None,
        recipients: Recipients | None = None,
    ) -> None:
        self._routes = tuple(routes)
        self.recipients = recipients
        self._max_age = AgeLimit(max_age_seconds)
        self._cell = Cell() if cell is None else cell
        self._routes_for = lru_cache(_MOST_REMEMBERED)(self._find)
        self._routes_for_tombstones = lru_cache(_MOST_REMEMBERED)(self._find_of_tombstones)
        self.takes_tombstones = any(route.config.records == "tombstones" for route in routes)
        self.reads_surroundings = any(_reads_surroundings(route.config) for route in routes)
        self.links_identities = any(route.config.link_identities for route in routes)

    def map(  # noqa: C901, PLR0913 - a record's coordinates, flat for the hot path
        self,
        topic: str,
        record_name: str | None,
        value: Mapping[str, Any] | None,
        event_time_ms: int | None,
        now_ms: int,
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
            now_ms: ms since the epoch.
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
        reason: Literal["when", "event"] = "when"
        refused: list[tuple[int, Reject | None]] | None = None
        for route in routes:
            event = ""
            try:
                record = value if route.zone is None else localised(value, route.zone)
                if route.applies(record):
                    event = route.only_event
                    plan = route.plan(record)
                    if plan is None:
                        reason = "event"
                        continue
                    event = plan.contract.event
                    self._check_age(event_time_ms, now_ms)
                    made = plan.requests(record, links, omitted)
                    requests += made if route.rated is None else [each._replace(rated=route.rated) for each in made]
                    priorities.append(route.config.priority)
            except RefusedError as error:
                number = len(requests) + len(refused or ())
                reject = replace(error.as_reject(), event=event, kind=route.kind_of(event), number=number)
                refused = [*(refused or ()), (len(requests), None if self._is_withheld(route, value) else reject)]
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
        if not rejects and not numbers:
            return Send(tuple(requests), priority, tuple(omitted)) if omitted else Send(tuple(requests), priority)
        return Send(tuple(requests), priority, tuple(omitted), rejects, numbers)

    def reads(self, topic: str) -> Names:
        """The fields that are looked at of the records of a topic, whichever of its routes takes them."""
        return union(_names_of(route) for route in self._routes if route.config.takes(topic))

    def _untaken(self, topic: str, record_name: str | None, *, is_tombstone: bool) -> Mapped:
        if is_tombstone:
            return Skip("tombstone")
        if self.takes_tombstones_only(topic):
            return Skip("records")
        what = f"topic {topic}" if record_name is None else f"topic {topic}, record {record_name}"
        return Reject(Reason.UNROUTABLE, Stage.MAP, f"no route takes {what}")

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
        for link in [link for link in links or () if not recipients.takes(link[1])]:
            del (links or {})[link]
        numbered = zip(numbers or range(len(requests)), requests, strict=True)
        kept = [(number, request) for number, request in numbered if recipients.takes(request.customer)]
        if len(kept) == len(requests):
            return requests, numbers
        recipients.on_withheld(len(requests) - len(kept))
        return [request for _, request in kept], tuple(number for number, _ in kept)

    def _is_withheld(self, route: Route, record: Any) -> bool:
        """Whether what a route refuses is of somebody who gets no events anyhow: that is no dead letter."""
        if self.recipients is None:
            return False
        for plan in (*route.plans.values(), route.otherwise):
            if plan is None:
                continue
            with suppress(RefusedError):
                email = plan.identity.email.read(record)
                if email is not None:
                    if another := not self.recipients.takes(email):
                        self.recipients.on_withheld(1)
                    return another
        return False

    def _find_of_tombstones(self, topic: str) -> tuple[Route, ...]:
        return tuple(route for route in self._routes if route.takes_tombstones_of(topic))

    def _check_age(self, event_time_ms: int | None, now_ms: int) -> None:
        if self._max_age.exceeded(event_time_ms, now_ms):
            raise RefusedError(Reason.TOO_OLD, None, f"the event is more than {self._max_age.seconds:g} seconds old")


def compile_routes(
    routes: Sequence[RouteConfig],
    *,
    token: str,
    max_age_seconds: float = 0,
    tables: Tables = NO_TABLES,
    only_emails: Sequence[str] = (),
) -> Router:
    """Everything that can be worked out before the first record.

    Args:
        routes: the configuration's, in which `consumer.commands.validation` finds nothing wrong.
        token: the namespace, `properties.token` of every event.
        max_age_seconds: older records are rejected as too old; 0: none is.
        tables: those that `lookup` looks into.
        only_emails: the addresses and domains of those who get events; empty: everybody does.
    """
    cell = Cell()
    compiled = [_compiled(route, token, tables, cell, number) for number, route in enumerate(routes)]
    return Router(compiled, max_age_seconds, cell, Recipients(only_emails) if only_emails else None)


def names_read(route: RouteConfig) -> Names:
    """The fields of a record that a route looks at, in whose configuration nothing is wrong."""
    return _names_of(_compiled(route, "", NO_TABLES, Cell()))


def _names_of(compiled: object) -> Names:
    """What all readers in a compiled part look at, wherever in it they stand: one that is added is found, too."""
    if isinstance(compiled, Reader):
        return compiled.names
    if isinstance(compiled, Mapping):
        return union(map(_names_of, compiled.values()))
    if isinstance(compiled, tuple):
        return union(map(_names_of, compiled))
    if is_dataclass(compiled):
        return union(_names_of(getattr(compiled, part.name)) for part in fields(compiled))
    return frozenset()


def _numbered(requests: int, refused_at: Sequence[int]) -> tuple[int, ...]:
    """The numbers of the requests where others were refused, each before the request of this index."""
    return tuple(index + sum(at <= index for at in refused_at) for index in range(requests))


def _form(value: object) -> str:
    return _FORMS.get(type(value), "value of another type")


def _events(event: str, route: RouteConfig) -> tuple[str, ...]:
    return (event,) if event else events_of(route)


def _consent(found: Any) -> bool:
    """JMESPath holds any text for true, `"false"` too: a consent that is no boolean is nobody's (RudderStack)."""
    if not isinstance(found, bool):
        raise InvalidValueError("must be true or false where it decides a consent: compare it, as in x == 'YES'")
    return found


def chosen(value: bool | int | str, *, ignore_case: bool) -> Chosen:  # noqa: FBT001 - any scalar of a record
    """A value that chooses the event, as the route's own values are kept."""
    return (type(value), value.casefold() if ignore_case and isinstance(value, str) else value)


def _compiled(route: RouteConfig, token: str, tables: Tables, cell: Cell, number: int = 0) -> Route:
    rated = number if route.rate_limit_per_second else None
    shared = Shared(route.zone, tables, RouteSurroundings(cell, route.key_format))
    accept = _consent if decides_consent(route) else readable
    when = None if route.when is None else reader("when", route.when, (), accept, shared)
    if not isinstance(route.event, EventByValue):
        return Route(route, when, None, route.zone, rated, {None: plan_of(route, route.event, token, shared)})
    chooser = reader("event", route.event.path, (), readable, shared)
    made = {event: plan_of(route, event, token, shared) for event in events_of(route)}
    plans: dict[Chosen | None, Plan | None] = {
        chosen(value, ignore_case=route.event.ignore_case): made.get(event)
        for value, event in route.event.values.items()
    }
    return Route(route, when, chooser, route.zone, rated, plans, made.get(route.event.default or SKIP))


def _reads_surroundings(route: RouteConfig) -> bool:
    return any(AROUND in path for path in paths_of(route))
