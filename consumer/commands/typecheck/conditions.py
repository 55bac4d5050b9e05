"""`when` held against a record type: what it is true of, and whose consent it would decide.

Rules: JMESPath's truth, by which null, false and what is empty are false and all else is true; RudderStack, by which
a consent that is no boolean is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator

from consumer.commands.typecheck.findings import Finding, NotComputableError, Severity, UntypableError
from consumer.commands.typecheck.inference import infer
from consumer.commands.typecheck.lookups import Scope, look_up
from consumer.commands.typecheck.narrowing import proven_non_null
from consumer.commands.typecheck.requirements import Requirement
from consumer.commands.typecheck.shapes import Shape, may_be_false
from consumer.config.expression_syntax import Node
from consumer.config.route import RouteConfig
from consumer.mapping.contract import decides_consent
from consumer.mapping.paths import compile_path

_COMPARED = "compare it, as in x == 'YES'"
_BY_PATH = "choose the event by `event.path`, which refuses a consent that is missing"


def condition_findings(when: str, route: RouteConfig, scope: Scope) -> Iterator[Finding]:
    """What is wrong with the condition."""
    tree, is_consent = compile_path(when).tree, decides_consent(route)
    shape, findings = look_up(Requirement("when", (when,)), scope)
    judged: list[Finding] = []
    if shape is not None and not any(finding.severity is Severity.ERROR for finding in findings):
        if never := list(_never_true(tree, scope)):
            findings = []
        judged = never or list(_consent(shape) if is_consent else _truth(shape, tree, scope))
        if is_consent:
            judged += _missing_consent(tree, scope)
    yield from (*findings, *(finding.with_path("when", when) for finding in judged))


def _consent(shape: Shape) -> Iterator[Finding]:
    others = _no_booleans(shape)
    if shape.known and others:
        never = others == shape.kinds
        what = f"{'is' if never else 'may be'} {' or '.join(others)}, and decides a consent: such a record is refused"
        yield Finding(Severity.ERROR if never else Severity.WARNING, f"{what}; {_COMPARED}")
    else:
        yield from _effect(shape)


def _truth(shape: Shape, tree: Node, scope: Scope) -> Iterator[Finding]:
    effect = list(_effect(shape))
    yield from effect
    *_, last = _parts(tree)
    try:
        decisive, _ = infer(last, scope.shape, scope.named, proven_non_null(tree), scope.beside)
    except UntypableError:
        return
    # What stands before it in a conjunction is the result only where it is empty, which is false.
    if not effect and (others := _no_booleans(decisive)):
        what = f"may be {' or '.join(others)}, which is true unless it is empty, even as 0 or the text false"
        yield Finding(Severity.WARNING, f"{what}: {_COMPARED}")


def _effect(shape: Shape) -> Iterator[Finding]:
    if not shape.known:
        yield Finding(Severity.INFO, "not checked: only the records can tell its type")
    elif not shape.types:
        yield Finding(Severity.ERROR, "is null in every record, which are all skipped", ignored=True)
    elif not shape.nullable and not any(map(may_be_false, shape.types)):
        what = f"is {shape.described()}, which is true of every record"
        zero = ": zero is true in JMESPath, compare it with `0`" if {"integer", "number"} & set(shape.kinds) else ""
        yield Finding(Severity.WARNING, what + zero)


def _no_booleans(shape: Shape) -> tuple[str, ...]:
    return tuple(each for each in shape.kinds if each != "boolean")


def _never_true(tree: Node, scope: Scope) -> Iterator[Finding]:
    """A part that must be true of the record, and that can be computed of none that has its values."""
    for part in _parts(tree):
        try:
            infer(part, scope.shape, scope.named, proven_non_null(tree), scope.beside)
        except NotComputableError as error:
            yield Finding(Severity.ERROR, f"is true of no record: it {error}")
        except UntypableError:
            continue


def _parts(tree: Node) -> Iterator[Node]:
    if tree["type"] == "and_expression":
        for child in tree["children"]:
            yield from _parts(child)
    else:
        yield tree


def _missing_consent(tree: Node, scope: Scope) -> Iterator[Finding]:
    for negated, non_null in _negated(tree, ()):
        try:
            shape, _ = infer(negated, scope.shape, scope.named, non_null, scope.beside)
        except UntypableError:
            continue
        if shape.known and shape.nullable and shape.types:
            what = "is true of a record whose value is null, so that a missing consent would decide"
            yield Finding(Severity.WARNING, f"{what}: {_BY_PATH}")


def _negated(tree: Node, non_null: tuple[Node, ...]) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """What must be false or something else, with the paths that are not null then: `!x`, `!(x == 1)`, `x != 1`."""
    kind, children = tree["type"], tree["children"]
    if kind in {"and_expression", "or_expression"}:
        non_null = (*non_null, *proven_non_null(tree))
        for child in children:
            yield from _negated(child, non_null)
    elif kind == "not_expression":
        (child,) = children
        compared = child["children"] if child["type"] == "comparator" and child["value"] == "eq" else [child]
        yield from ((each, non_null) for each in compared if each["type"] != "literal")
    elif kind == "comparator" and tree["value"] == "ne" and not any(map(_is_null, children)):
        yield from ((each, non_null) for each in children if each["type"] != "literal")


def _is_null(tree: Node) -> bool:
    return bool(tree["type"] == "literal" and tree["value"] is None)
