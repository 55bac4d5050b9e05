"""One route held against one record type: `when`, the event's choice, every field, the products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from consumer.commands.typecheck.beside import Beside, beside
from consumer.commands.typecheck.choices import choice_findings
from consumer.commands.typecheck.conditions import condition_findings
from consumer.commands.typecheck.findings import Finding
from consumer.commands.typecheck.lookups import Scope, value_findings
from consumer.commands.typecheck.narrowing import proven_non_null
from consumer.commands.typecheck.negative_totals import negative_totals
from consumer.commands.typecheck.product_checks import product_findings
from consumer.commands.typecheck.requirements import TIME, requirements_of, time_requirements
from consumer.commands.typecheck.rest_requirements import rest_requirements_of
from consumer.commands.typecheck.shapes import shape_of
from consumer.config.endpoints import EVENTS
from consumer.config.route import DestinationByValue, EventByValue, RouteConfig
from consumer.mapping.paths import compile_path


def record_findings(
    route: RouteConfig, record: Any, named: Mapping[str, Any], around: Beside | None = None
) -> Iterator[Finding]:
    """What is wrong between the route and the records of a type.

    Args:
        route: one in which nothing is wrong by itself.
        record: the record type, as fastavro has parsed it.
        named: the schema's named types by full name.
        around: what there is beside the record.
    """
    has = beside(route, {}) if around is None else around
    shape = shape_of(record, named)
    scope = Scope(shape, named, beside=has)
    if route.when is not None:
        yield from condition_findings(route.when, route, scope)
        scope = Scope(shape, named, tuple(proven_non_null(compile_path(route.when).tree)), has)
    if isinstance(route.event, EventByValue):
        yield from choice_findings(route.event, scope)
    if isinstance(route.destination, DestinationByValue):
        yield from choice_findings(route.destination, scope, "destination")
    required = requirements_of(route) if route.api == EVENTS else rest_requirements_of(route)
    for requirement in (*required, *time_requirements(route)):
        found = value_findings(requirement, scope)
        yield from (each.made_way() for each in found) if requirement.key == TIME else found
    yield from product_findings(route, scope)
    yield from negative_totals(route, scope)
