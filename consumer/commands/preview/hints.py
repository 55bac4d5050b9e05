"""What the values of a preview say and no schema: cents sent as amounts, times sent as numbers, totals below 0."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from consumer.commands.counts.minor_units import divided, look_like_minor_units, says_minor_units
from consumer.commands.counts.paths import looked_at
from consumer.commands.counts.times import as_a_time, names_a_moment, said_unit, unit_of_values
from consumer.config.route import FieldConfig, RouteConfig
from consumer.mapping.contract import DEFAULT_ATTRIBUTES, events_of
from consumer.mapping.customer import attribute_name
from consumer.mapping.said import properties_of
from consumer.records import EventRequest, Mapped, Send

_LOOKED_AT: Final = 1_000
"""Values of a field: more say no more."""
_AMOUNTS: Final = ("fields.total", "fields.products.price")
_NO_COUNTS: Final = frozenset(("token", "distinct_id", "customer", "products", "order_id", "search_term", "total"))
_DAY_ONE: Final = "1970-01-"


class Hints:
    """Sees what becomes of each record, and says at the end what is probably meant otherwise."""

    def __init__(self, routes: tuple[RouteConfig, ...], topic: str) -> None:
        self._routes = [route for route in routes if route.takes(topic)]
        self._values: dict[tuple[str, str], list[Any]] = defaultdict(list)

    def see(self, outcome: Mapped) -> None:
        """Take note of what is sent."""
        for request in outcome.requests if isinstance(outcome, Send) else ():
            for key, value in _counted(request):
                seen = self._values[request.event, key]
                if len(seen) < _LOOKED_AT:
                    seen.append(value)

    def sentences(self) -> list[str]:
        """One for each doubt, each told once."""
        found: list[str] = []
        for (event, key), values in self._values.items():
            found += (f"{key}: {what}" for what in self._doubts(event, key, values))
        return list(dict.fromkeys(found))

    def _doubts(self, event: str, key: str, values: list[Any]) -> Iterator[str]:
        source = self._source(event, key)
        path = source.path if isinstance(source, FieldConfig) else source
        numbers = [value for value in values if not isinstance(value, str)]
        if key == _AMOUNTS[0] and (below := sum(number < 0 for number in numbers)):
            yield f"{below} of {len(numbers)} are below 0, as returns are: `when` leaves them out: {path} >= `0`"
        name = looked_at(path)
        if not name:
            return
        if not numbers:
            if isinstance(source, FieldConfig) and source.unit is None and all(map(_is_of_day_one, values)):
                yield f"a day of January 1970: if the number counts seconds, write {as_a_time(path, 'seconds')}"
        elif key in _AMOUNTS:
            yield from _cents(name, path, numbers)
        elif why := says_minor_units(name):
            yield f"{why}, and it is sent as it is: write {divided(path)}"
        else:
            yield from _times(name, path, numbers, day=key == "fields.birthday")

    def _source(self, event: str, key: str) -> str | FieldConfig:
        section, _, name = key.partition(".")
        for route in self._routes:
            if event not in events_of(route):
                continue
            mapped = route.fields | route.attributes if section == "attributes" else getattr(route, section)
            named = {attribute_name(each): source for each, source in mapped.items()}
            if name in named:
                return named[name]
        return name.removeprefix("products.")


def _counted(request: EventRequest) -> Iterator[tuple[str, Any]]:
    """The numbers of a request, and the texts of times, by the key of the route that they are of."""
    properties = properties_of(request)
    yield from (("fields.total", each) for each in [properties.get("total")] if _is_number(each))
    for product in properties.get("products", ()):
        yield from ((_AMOUNTS[1], each) for each in [product.get("price")] if _is_number(each))
    for name, value in properties.get("customer", {}).items():
        section = "fields" if name in DEFAULT_ATTRIBUTES else "attributes"
        if _is_number(value) or _is_of_day_one(value):
            yield f"{section}.{name}", value
    for name, value in properties.items():
        if name not in _NO_COUNTS and (_is_number(value) or _is_of_day_one(value)):
            yield f"properties.{name}", value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_of_day_one(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(_DAY_ONE) and "T" in value


def _cents(name: str, path: str, numbers: list[Any]) -> Iterator[str]:
    if why := says_minor_units(name):
        yield f"{why}, and it is sent as it is: write {divided(path)}"
    elif look_like_minor_units(numbers):
        what = f"all {len(numbers)} values are" if len(numbers) > 1 else "the value is"
        whole = "whole numbers" if len(numbers) > 1 else "a whole number"
        yield f"{what} {whole} of 100 and more: if they are cents, write {divided(path)}"


def _times(name: str, path: str, numbers: list[Any], *, day: bool) -> Iterator[str]:
    unit, why = said_unit(name)
    if unit:
        yield f"{why} {unit} since 1970, and it is sent as a number: write {as_a_time(path, unit, day=day)}"
        return
    unit = unit_of_values(numbers, day=day)
    if unit and (unit != "days" or day or names_a_moment(name)):
        yield f"its values may be {unit} since 1970: if they are, write {as_a_time(path, unit, day=day)}"
