"""One wanted value looked for in a schema: what is found there, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from consumer.commands.typecheck.beside import Beside
from consumer.commands.typecheck.count_checks import count_findings
from consumer.commands.typecheck.findings import Finding, Severity, UntypableError
from consumer.commands.typecheck.fitting import check_type
from consumer.commands.typecheck.inference import infer
from consumer.commands.typecheck.requirements import Requirement
from consumer.commands.typecheck.shapes import Shape, symbols_of, union_of
from consumer.config.expression_syntax import Node
from consumer.mapping.paths import compile_path

NONE_OF_THESE = "is required, and the schema has none of these names"
MAY_BE_NULL = "may be null: such a record is refused as missing_field"
MAY_ALL_BE_NULL = "may all be null: such a record is refused as missing_field"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where paths start.

    Attributes:
        shape: of the record, or of one product.
        named: the schema's named types by full name.
        non_null: paths from here that are known not to be null.
        beside: what there is beside the record.
    """

    shape: Shape
    named: Mapping[str, Any]
    non_null: tuple[Node, ...] = ()
    beside: Beside = field(default_factory=Beside)


def look_up(requirement: Requirement, scope: Scope) -> tuple[Shape | None, list[Finding]]:
    """The shape of the value, None when it is in no record, and what is doubtful about its path."""
    shapes: list[Shape] = []
    findings: list[Finding] = []
    for path in requirement.paths:
        try:
            found, doubts = infer(compile_path(path).tree, scope.shape, scope.named, scope.non_null, scope.beside)
        except UntypableError as error:
            if requirement.mapped:
                finding = error.finding()
                findings.append(replace(finding, ignored=finding.ignored and not requirement.required))
            continue
        shapes.append(found)
        findings += doubts
        if found.known and not found.nullable and not _may_be_empty(found):
            break
    located = [finding.with_path(requirement.key, ", ".join(requirement.paths)) for finding in findings]
    if not shapes:
        return None, located
    return replace(union_of(shapes), nullable=all(each.nullable for each in shapes)), located


def value_findings(requirement: Requirement, scope: Scope) -> Iterator[Finding]:
    """All that is wrong with the value."""
    shape, findings = look_up(requirement, scope)
    yield from (each.left_out() for each in findings) if requirement.rule.omitted else findings
    # What nobody has mapped and is left out may be somebody else's: a record named `client` is a customer in French.
    by_chance = requirement.rule.omitted and not requirement.mapped
    for finding in _judged(requirement, shape, is_missing=not findings):
        located = finding.with_path(requirement.key, ", ".join(requirement.paths))
        yield located if requirement.certain and not by_chance else located.downgraded()
    if shape is not None and shape.known:
        for finding in count_findings(requirement, shape, scope.shape, scope.named):
            yield finding.with_path(requirement.key, ", ".join(requirement.paths))


def _judged(requirement: Requirement, shape: Shape | None, *, is_missing: bool) -> Iterator[Finding]:
    if shape is None:
        if requirement.required and is_missing:
            yield Finding(Severity.ERROR, NONE_OF_THESE)
    elif not shape.known:
        yield Finding(Severity.INFO, "not checked: only the records can tell its type")
    elif shape.types:
        yield from check_type(requirement.rule, shape)
        if requirement.required and shape.nullable:
            yield Finding(Severity.WARNING, MAY_BE_NULL if len(requirement.paths) == 1 else MAY_ALL_BE_NULL)
    elif requirement.required or requirement.mapped:
        yield Finding(Severity.ERROR, "is null in every record", ignored=not requirement.required)


def _may_be_empty(shape: Shape) -> bool:
    """An empty text makes way for the next of Bluecore's own names."""
    return any(each == "string" for each in shape.kinds) and any(symbols_of(avro) is None for avro in shape.types)
