"""One route, compiled once at the start: which records it takes, which event each is, and how that is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, TypeVar

from consumer.config.destinations import UNNAMED
from consumer.config.endpoints import EVENTS
from consumer.config.expression_syntax import AROUND
from consumer.config.route import SKIP, DestinationByValue, EventByValue, RouteConfig, paths_of
from consumer.mapping.choices import MISSING, Chosen, chosen, meanings
from consumer.mapping.contract import decides_consent, events_of
from consumer.mapping.errors import InvalidValueError, RefusedError
from consumer.mapping.moments import Zone
from consumer.mapping.names import as_yaml
from consumer.mapping.paths import is_true
from consumer.mapping.plan import Plan, plan_of
from consumer.mapping.readers import Reader, reader
from consumer.mapping.reads import Names, union
from consumer.mapping.rest_plan import RestPlan, rest_plan_of
from consumer.mapping.shared import Shared
from consumer.mapping.straight import straight_way
from consumer.mapping.surroundings import Cell, RouteSurroundings
from consumer.mapping.tables import NO_TABLES, Tables
from consumer.mapping.timing import Timing, timing_of
from consumer.mapping.values import is_blank, readable
from consumer.records import CONSENTS, OrderClass, Reason

_T = TypeVar("_T")
AnyPlan = Plan | RestPlan
_FORMS = {bool: "boolean", int: "whole number", str: "text", type(None): "missing value"}


@dataclass(frozen=True, slots=True)
class Route:
    """A compiled route.

    Attributes:
        chooser: the value of the record that chooses the event, None when there is but one.
        zone: of the record's local timestamps, None where they stay without.
        rated: its number, where it has a rate of its own.
        timing: when its events are, and how old they may be.
        destination: where its events go, None where a value of the record chooses.
        brand: that value.
        plans: by that value's type and the value itself, as 1 and true are one in Python; by None when there
            is no chooser. None where the record is skipped.
        otherwise: the plan of all other values, where the route has a default.
    """

    config: RouteConfig
    when: Reader | None
    chooser: Reader | None
    zone: Zone
    rated: int | None
    timing: Timing
    plans: Mapping[Chosen | None, AnyPlan | None]
    otherwise: AnyPlan | None = None
    destination: str | None = UNNAMED
    brand: Reader | None = None
    by_brand: Mapping[Chosen | None, str | None] = field(default_factory=dict)

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

    def plan(self, record: Any) -> AnyPlan | None:
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
        if MISSING in self.plans and (value is None or is_blank(value)):
            return self.plans[MISSING]
        return self._default(value)

    def addressee(self, record: Any) -> str | None:
        """The destination of a record whose value chooses it; None where it is to be skipped.

        Raises:
            RefusedError: the value is missing, or stands for no destination, and the route has none for all others.
        """
        chosen_by = self.config.destination
        if self.brand is None or not isinstance(chosen_by, DestinationByValue):
            return self.destination
        value = self.brand.read(record)
        missing = value is None or is_blank(value)
        found = None
        if isinstance(value, bool | int | str):
            found = self.by_brand.get(chosen(value, ignore_case=chosen_by.ignore_case))
        if found is None and missing:
            found = self.by_brand.get(MISSING)
        if (found := found or chosen_by.default) is None:
            known = ", ".join(map(as_yaml, chosen_by.values))
            given = "is missing" if missing else f"*** ({_form(value)}) is none of {known}"
            what = f"destination: the value {given} ({self.brand.hint})"
            raise RefusedError(Reason.UNROUTABLE, "destination", what)
        return None if found == SKIP else found

    @property
    def _by_value(self) -> EventByValue:
        assert isinstance(self.config.event, EventByValue)  # noqa: S101 - there is a chooser
        return self.config.event

    def _default(self, value: Any) -> AnyPlan | None:
        """Of a value that stands for no event, or is missing: which decides no consent, whatever the default is."""
        default, hint = self._by_value.default, self.chooser.hint if self.chooser else ""
        if value is None or is_blank(value):
            if default is None or default in CONSENTS:
                raise RefusedError.missing("event", hint)
        elif default is None:
            known = ", ".join(f"{as_yaml(each)} ({_form(each)})" for each in self._by_value.values)
            what = f"the value, a {_form(value)}, stands for no event of the route, which names {known}"
            raise RefusedError.invalid("event", what, hint)
        return self.otherwise


def names_read(route: RouteConfig) -> Names:
    """The fields of a record that a route looks at, in whose configuration nothing is wrong."""
    return names_of(compile_route(route, {}, NO_TABLES, Cell()))


def names_of(whole: object) -> Names:
    """What all readers in a compiled part look at, wherever in it they stand: one that is added is found, too."""
    if isinstance(whole, Reader):
        return whole.names
    if isinstance(whole, Mapping):
        return union(map(names_of, whole.values()))
    if isinstance(whole, tuple):
        return union(map(names_of, whole))
    if is_dataclass(whole):
        return union(names_of(getattr(whole, part.name)) for part in fields(whole))
    return frozenset()


def _form(value: object) -> str:
    return _FORMS.get(type(value), "value of another type")


def _events(event: str, route: RouteConfig) -> tuple[str, ...]:
    return (event,) if event else events_of(route)


def _consent(found: Any) -> bool:
    """JMESPath holds any text for true, `"false"` too: a consent that is no boolean is nobody's (RudderStack)."""
    if not isinstance(found, bool):
        raise InvalidValueError("must be true or false where it decides a consent: compare it, as in x == 'YES'")
    return found


def compile_route(  # noqa: PLR0913, PLR0917 - a route, and what it shares with the others
    route: RouteConfig,
    tokens: Mapping[str, str],
    tables: Tables,
    cell: Cell,
    number: int = 0,
    max_age_seconds: float = 0,
) -> Route:
    """Compiles a route in whose configuration nothing is wrong.

    Args:
        route: the route.
        tokens: the namespaces, by destination.
        tables: those that `lookup` looks into.
        cell: where the record at hand is put.
        number: its place among the routes.
        max_age_seconds: how old its events may be, if it does not say so itself; 0: there is no limit.
    """
    rated = number if route.rate_limit_per_second else None
    shared = Shared(route.zone, tables, RouteSurroundings(cell, route.key_format))
    accept = _consent if decides_consent(route) else readable
    timing = timing_of(route, max_age_seconds, shared)
    when = None if route.when is None else reader("when", route.when, (), accept, shared)
    if not isinstance(route.event, EventByValue):
        only: dict[Chosen | None, AnyPlan | None] = {None: _plan_of(route, route.event, tokens, shared)}
        return _addressed(Route(route, when, None, route.zone, rated, timing, only), shared)
    chooser = reader("event", route.event.path, (), readable, shared)
    made = {event: _plan_of(route, event, tokens, shared) for event in events_of(route)}
    plans, otherwise = _chosen_by(route.event, made), made.get(route.event.default or SKIP)
    return _addressed(Route(route, when, chooser, route.zone, rated, timing, plans, otherwise), shared)


def _plan_of(route: RouteConfig, event: str, tokens: Mapping[str, str], shared: Shared) -> AnyPlan:
    if route.api != EVENTS:
        return rest_plan_of(route, event, shared)
    plan = plan_of(route, event, tokens, shared)
    return replace(plan, straight=straight_way(plan))


def _addressed(route: Route, shared: Shared) -> Route:
    """The same with where its events go."""
    by = route.config.destination
    if not isinstance(by, DestinationByValue):
        return replace(route, destination=by or UNNAMED)
    brand = reader("destination", by.path, (), readable, shared)
    names = _chosen_by(by, {name: name for name in (*route.config.destinations, SKIP)})
    return replace(route, destination=None, brand=brand, by_brand=names)


def _chosen_by(choice: EventByValue | DestinationByValue, made: Mapping[str, _T]) -> dict[Chosen | None, _T | None]:
    """By all that the values stand for; what one is goes before what another stands for."""
    found: dict[Chosen | None, _T | None] = {}
    for value, name in choice.values.items():
        found[chosen(value, ignore_case=choice.ignore_case)] = made.get(name)
    for value, name in choice.values.items():
        for meant in meanings(value, ignore_case=choice.ignore_case):
            found.setdefault(meant, made.get(name))
    return found


def reads_surroundings(route: RouteConfig) -> bool:
    """Whether any of its expressions looks at `_kafka`."""
    return any(AROUND in path for path in paths_of(route))
