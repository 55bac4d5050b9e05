"""Routes, compiled once at the start: a decoded record in, its requests out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from typing import Any

from consumer.age import AgeLimit
from consumer.config.route import EventByValue, RouteConfig
from consumer.mapping.contract import decides_consent, events_of
from consumer.mapping.errors import InvalidValueError, RefusedError
from consumer.mapping.links import Claim, Links, claimed_links
from consumer.mapping.moments import Zone, localised
from consumer.mapping.names import as_yaml
from consumer.mapping.paths import is_true
from consumer.mapping.plan import Plan, plan_of
from consumer.mapping.readers import Reader, reader
from consumer.mapping.reads import Names, union
from consumer.mapping.values import readable
from consumer.records import CONSENTS, EventRequest, Mapped, Omission, OrderClass, Reason, Reject, Send, Skip, Stage

# A redelivery names its topic itself, in a header that anyone may write.
_MOST_REMEMBERED = 4096
_FORMS = {bool: "boolean", int: "whole number", str: "text"}


@dataclass(frozen=True, slots=True)
class Route:
    """A compiled route.

    Attributes:
        chooser: the value of the record that chooses the event, None when there is but one.
        zone: of the record's local timestamps, None where they stay without.
        plans: by that value's type and the value itself, as 1 and true are one in Python; by None when there
            is no chooser.
    """

    config: RouteConfig
    when: Reader | None
    chooser: Reader | None
    zone: Zone
    plans: Mapping[tuple[type, bool | int | str] | None, Plan]

    @property
    def only_event(self) -> str:
        """The event that every record of the route becomes; empty where a value of the record chooses."""
        return "" if isinstance(self.config.event, EventByValue) else self.config.event

    def kind_of(self, event: str) -> OrderClass | None:
        """The class of this event; where it is not known, that of all events of the route, if they have one."""
        kinds = {OrderClass.CONSENT if each in CONSENTS else OrderClass.OTHER for each in _events(event, self.config)}
        return kinds.pop() if len(kinds) == 1 else None

    def takes(self, topic: str, record_name: str | None) -> bool:
        return self.config.record in {None, record_name} and self.config.takes(topic)

    def applies(self, record: Any) -> bool:
        return self.when is None or is_true(self.when.read(record))

    def plan(self, record: Any) -> Plan:
        """The plan of the event that this record is.

        Raises:
            RefusedError: the value that chooses it is missing, or stands for no event: a consent that is no
                boolean is nobody's consent (RudderStack).
        """
        if self.chooser is None:
            return self.plans[None]
        value = self.chooser.require(record)
        chosen = self.plans.get((type(value), value)) if isinstance(value, bool | int | str) else None
        if chosen is None:
            known = ", ".join(f"{as_yaml(each)} ({_form(each)})" for _, each in filter(None, self.plans))
            what = f"the value, a {_form(value)}, stands for no event of the route, which names {known}"
            raise RefusedError.invalid("event", what, self.chooser.hint)
        return chosen


class Router:
    """All routes. Its state is a memo of which of them a topic's records take."""

    def __init__(self, routes: Sequence[Route], max_age_seconds: float) -> None:
        self._routes = tuple(routes)
        self._max_age = AgeLimit(max_age_seconds)
        self._routes_for = lru_cache(_MOST_REMEMBERED)(self._find)
        self.links_identities = any(route.config.link_identities for route in routes)

    def map(  # noqa: PLR0913 - a record's coordinates, flat for the hot path
        self,
        topic: str,
        record_name: str | None,
        value: Mapping[str, Any],
        event_time_ms: int | None,
        now_ms: int,
        *,
        claim: Claim | None = None,
    ) -> Mapped:
        """What becomes of one record: every route that takes it makes its requests, in the order of the routes.

        Each route stands alone: what one refuses, the others send all the same. The record is refused where none is
        left to send anything, and skipped only if the `when` of every route says so.

        Args:
            topic: the topic that the record was first written to.
            record_name: the full name of its Avro type, when it is known.
            value: the decoded record.
            event_time_ms: when it was written, ms since the epoch; None when that is not known.
            now_ms: ms since the epoch.
            claim: decides whether this record carries the link of an id to an e-mail; None: it does not. Asked once
                for each link that the routes which send show.
        """
        routes = self._routes_for(topic, record_name)
        if not routes:
            what = f"topic {topic}" if record_name is None else f"topic {topic}, record {record_name}"
            return Reject(Reason.UNROUTABLE, Stage.MAP, f"no route takes {what}")
        requests: list[EventRequest] = []
        omitted: list[Omission] = []
        links: Links | None = None if claim is None else {}
        priorities: list[int] = []
        refused: list[tuple[int, Reject]] | None = None
        for route in routes:
            event = ""
            try:
                record = value if route.zone is None else localised(value, route.zone)
                if route.applies(record):
                    event = route.only_event
                    self._check_age(event_time_ms, now_ms)
                    plan = route.plan(record)
                    event = plan.contract.event
                    requests += plan.requests(record, links, omitted)
                    priorities.append(route.config.priority)
            except RefusedError as error:
                reject = replace(error.as_reject(), event=event, kind=route.kind_of(event))
                refused = [*(refused or ()), (len(requests), reject)]
        if not priorities:
            return refused[0][1] if refused else Skip("when")
        own = len(requests)
        if links and claim is not None:
            requests = claimed_links(links, claim) + requests
        priority = priorities[0] if len(priorities) == 1 else max(priorities)
        if refused is None:
            return Send(tuple(requests), priority, tuple(omitted)) if omitted else Send(tuple(requests), priority)
        numbers, rejects = _numbered(own, [at for at, _ in refused]), tuple(each for _, each in refused)
        return Send(tuple(requests), priority, tuple(omitted), rejects, numbers)

    def reads(self, topic: str) -> Names:
        """The fields that are looked at of the records of a topic, whichever of its routes takes them."""
        return union(_names_of(route) for route in self._routes if route.config.takes(topic))

    def _find(self, topic: str, record_name: str | None) -> tuple[Route, ...]:
        return tuple(route for route in self._routes if route.takes(topic, record_name))

    def _check_age(self, event_time_ms: int | None, now_ms: int) -> None:
        if self._max_age.exceeded(event_time_ms, now_ms):
            raise RefusedError(Reason.TOO_OLD, None, f"the event is more than {self._max_age.seconds:g} seconds old")


def compile_routes(routes: Sequence[RouteConfig], *, token: str, max_age_seconds: float = 0) -> Router:
    """Everything that can be worked out before the first record.

    Args:
        routes: the configuration's, in which `consumer.commands.validation` finds nothing wrong.
        token: the namespace, `properties.token` of every event.
        max_age_seconds: older records are rejected as too old; 0: none is.
    """
    return Router([_compiled(route, token) for route in routes], max_age_seconds)


def names_read(route: RouteConfig) -> Names:
    """The fields of a record that a route looks at, in whose configuration nothing is wrong."""
    return _names_of(_compiled(route, ""))


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


def _compiled(route: RouteConfig, token: str) -> Route:
    accept = _consent if decides_consent(route) else readable
    when = None if route.when is None else reader("when", route.when, accept=accept)
    if not isinstance(route.event, EventByValue):
        return Route(route, when, None, route.zone, {None: plan_of(route, route.event, token)})
    chooser = reader("event", route.event.path, accept=readable)
    plans: dict[tuple[type, bool | int | str] | None, Plan] = {
        (type(value), value): plan_of(route, event, token) for value, event in route.event.values.items()
    }
    return Route(route, when, chooser, route.zone, plans)
