"""One route held against one record type: `when`, the event's choice, every field, the products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from consumer.commands.typecheck.choices import choice_problems
from consumer.commands.typecheck.conditions import condition_problems
from consumer.commands.typecheck.lookups import Place, problems_of
from consumer.commands.typecheck.narrowing import proven
from consumer.commands.typecheck.problems import Problem
from consumer.commands.typecheck.product_checks import product_problems
from consumer.commands.typecheck.shapes import shape_of
from consumer.commands.typecheck.wants import wants_of
from consumer.config.model import EventByValue, RouteConfig
from consumer.mapping.paths import compile_path


def record_problems(route: RouteConfig, record: Any, named: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong between the route and the records of a type.

    Args:
        route: one in which nothing is wrong by itself.
        record: the record type, as fastavro has parsed it.
        named: the schema's named types by full name.
    """
    shape = shape_of(record, named)
    place = Place(shape, named)
    if route.when is not None:
        yield from condition_problems(route.when, route, place)
        place = Place(shape, named, tuple(proven(compile_path(route.when).tree)))
    if isinstance(route.event, EventByValue):
        yield from choice_problems(route.event, place)
    for want in wants_of(route):
        yield from problems_of(want, place)
    yield from product_problems(route, place)
