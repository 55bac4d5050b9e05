"""Numbers that are sent as something else than they count: cents as an amount, seconds since 1970 as a number.

No type tells them. Names and the schema's documentation do, and only who knows the shop is sure: so these are hints,
with the expression to write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from consumer.commands.counts.minor_units import divided, says_minor_units
from consumer.commands.counts.paths import dotted, looked_at
from consumer.commands.counts.times import as_a_time, names_a_moment, said_unit
from consumer.commands.typecheck.findings import Finding, Severity
from consumer.commands.typecheck.requirements import Requirement
from consumer.commands.typecheck.shapes import Shape, documentation_of

AMOUNTS: Final = frozenset(("fields.total", "fields.products.price"))
_NO_TIMES: Final = AMOUNTS | frozenset(
    f"fields.{name}"
    for name in ("email", "distinct_id", "customer_id", "device_id", "order_id", "products.id", "products.quantity")
)
_COUNTED: Final = frozenset(("integer", "number"))


def count_findings(
    requirement: Requirement, found: Shape, record: Shape, named: Mapping[str, Any]
) -> Iterator[Finding]:
    """What a value probably counts.

    Args:
        requirement: what it is wanted for.
        found: its shape.
        record: the shape that its path starts from.
        named: the schema's named types by full name.
    """
    for path in requirement.paths:
        name, names = looked_at(path), dotted(path)
        doc = documentation_of(names, record, named) if names else ""
        if name and (requirement.mapped or doc is not None):
            yield from _findings(requirement, found, path, name, doc or "")
            return


def _findings(requirement: Requirement, found: Shape, path: str, name: str, doc: str) -> Iterator[Finding]:
    counted = _COUNTED.intersection(found.kinds)
    if counted or (requirement.rule.convert == "number" and "string" in found.kinds):
        yield from _cents(requirement, path, name, doc)
    if counted and requirement.key not in _NO_TIMES:
        yield from _times(requirement, path, name, doc)


def _cents(requirement: Requirement, path: str, name: str, doc: str) -> Iterator[Finding]:
    if why := says_minor_units(name, doc):
        severity = Severity.WARNING if requirement.key in AMOUNTS else Severity.INFO
        yield Finding(severity, f"{why}, and it is sent as it is: write {divided(path)}")


def _times(requirement: Requirement, path: str, name: str, doc: str) -> Iterator[Finding]:
    rule, day = requirement.rule, requirement.key == "fields.birthday"
    if rule.unit is not None:
        return
    unit, why = said_unit(name, doc)
    if unit and not (rule.convert == "datetime" and unit == "milliseconds"):
        taken = "taken as milliseconds" if rule.convert == "datetime" else "sent as a number"
        what = f"{why} {unit} since 1970, and it is {taken}: write {as_a_time(path, unit, day=day)}"
        yield Finding(Severity.WARNING, what)
    elif not unit and rule.convert in {None, "string", "number", "integer"} and (day or names_a_moment(name)):
        say = "say with `as: datetime` or `as: date` and `unit` what it counts since 1970"
        yield Finding(Severity.INFO, f"is a number, and named like a time: if it is one, {say}")
