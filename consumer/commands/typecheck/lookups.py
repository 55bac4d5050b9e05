"""One wanted value looked for in a schema: what is found there, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from consumer.commands.typecheck.fitting import fit
from consumer.commands.typecheck.inference import infer
from consumer.commands.typecheck.problems import Problem, Severity, UntypableError
from consumer.commands.typecheck.shapes import Shape, symbols_of, united
from consumer.commands.typecheck.wants import Want
from consumer.mapping.paths import Node, compile_path

NONE_OF_THESE = "is required, and the schema has none of these names"
MAY_BE_NULL = "may be null: such a record is refused as missing_field"


@dataclass(frozen=True, slots=True)
class Place:
    """Where paths start.

    Attributes:
        shape: of the record, or of one product.
        named: the schema's named types by full name.
        given: paths from here that are known not to be null.
    """

    shape: Shape
    named: Mapping[str, Any]
    given: tuple[Node, ...] = ()


def look_up(want: Want, place: Place) -> tuple[Shape | None, list[Problem]]:
    """The shape of the value, None when it is in no record, and what is doubtful about its path."""
    shapes: list[Shape] = []
    problems: list[Problem] = []
    for path in want.paths:
        try:
            found, doubts = infer(compile_path(path).tree, place.shape, place.named, place.given)
        except UntypableError as error:
            if want.mapped:
                problem = error.problem()
                problems.append(replace(problem, ignored=problem.ignored and not want.required))
            continue
        shapes.append(found)
        problems += doubts
        if found.known and not found.nullable and not _may_be_empty(found):
            break
    placed = [problem.at(want.key, ", ".join(want.paths)) for problem in problems]
    if not shapes:
        return None, placed
    return replace(united(shapes), nullable=all(each.nullable for each in shapes)), placed


def problems_of(want: Want, place: Place) -> Iterator[Problem]:
    """All that is wrong with the value."""
    shape, problems = look_up(want, place)
    yield from problems
    for problem in _judged(want, shape, is_missing=not problems):
        placed = problem.at(want.key, ", ".join(want.paths))
        yield placed if want.certain else placed.doubtful()


def _judged(want: Want, shape: Shape | None, *, is_missing: bool) -> Iterator[Problem]:
    if shape is None:
        if want.required and is_missing:
            yield Problem(Severity.ERROR, NONE_OF_THESE)
    elif not shape.known:
        yield Problem(Severity.INFO, "not checked: only the records can tell its type")
    elif shape.types:
        yield from fit(want.rule, shape)
        if want.required and shape.nullable:
            yield Problem(Severity.WARNING, MAY_BE_NULL)
    elif want.required or want.mapped:
        yield Problem(Severity.ERROR, "is null in every record", ignored=not want.required)


def _may_be_empty(shape: Shape) -> bool:
    """An empty text makes way for the next of Bluecore's own names."""
    return any(each == "string" for each in shape.kinds) and any(symbols_of(avro) is None for avro in shape.types)
