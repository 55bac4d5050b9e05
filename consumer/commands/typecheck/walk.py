"""A walk along an Avro schema, as JMESPath's interpreter walks along a record: fields, lists, what they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from consumer.commands.typecheck.beside import Beside
from consumer.commands.typecheck.findings import Finding, NothingFoundError, UntypableError
from consumer.commands.typecheck.shapes import (
    UNKNOWN,
    Shape,
    field,
    fields_of,
    items,
    kind,
    list_of,
    texts,
    union_of,
    values,
)
from consumer.config.expression_syntax import Node
from consumer.suggestions import nearest


class Walk:
    """Types the nodes of one expression. `findings` are what it finds doubtful on its way."""

    def __init__(self, named: Mapping[str, Any], *, dotted: bool, non_null: tuple[Node, ...], beside: Beside) -> None:
        self.findings: list[Finding] = []
        self._beside = beside
        self._bound: Mapping[str, Shape] = {}
        self._named = named
        self._as_found: Callable[[Shape], Shape] = (lambda shape: shape) if dotted else texts
        self._non_null = non_null

    def infer(self, tree: Node, shape: Shape) -> Shape:
        if tree["type"] in {"current", "identity"}:
            return self._as_found(shape)
        method = getattr(self, f"_{tree['type']}", None)
        if method is None or not (shape.known or tree["type"] in _KNOWN_ANYWHERE):
            return UNKNOWN
        inferred: Shape = method(tree, shape)
        return inferred.not_null() if tree in self._non_null and inferred.types else inferred

    def _infer_apart(self, tree: Node, shape: Shape) -> Shape:
        """From another value than the expression's own, of which nothing is known."""
        non_null, self._non_null = self._non_null, ()
        try:
            return self.infer(tree, shape)
        finally:
            self._non_null = non_null

    def _alternative(self, tree: Node, shape: Shape, errors: type[UntypableError]) -> Shape | None:
        """One alternative of several, None when it has such an error: that does not stop the others."""
        before = len(self.findings)
        try:
            found = self.infer(tree, shape)
        except errors as error:
            found = None
            self.findings.append(error.finding())
        self.findings[before:] = [finding.downgraded() for finding in self.findings[before:]]
        return found

    def _field(self, tree: Node, shape: Shape) -> Shape:
        name = tree["value"]
        found = field(shape, name, self._named)
        if found is not None:
            return self._as_found(found)
        known = list(fields_of(shape))
        if not known:
            raise NothingFoundError(f"there is no field {name} in a value of type {shape.described()}")
        raise NothingFoundError(f"there is no field {name}", nearest(name, known))

    def _subexpression(self, tree: Node, shape: Shape) -> Shape:
        first, *others = tree["children"]
        shape = self.infer(first, shape)
        for length, child in enumerate(others, start=2):
            shape = self._infer_apart(child, shape)
            if {"type": "subexpression", "children": tree["children"][:length]} in self._non_null and shape.types:
                shape = shape.not_null()
        return shape

    _pipe = _index_expression = _subexpression

    def _surroundings(self, tree: Node, _shape: Shape) -> Shape:
        return self._as_found(self._beside.surroundings(tree["value"]))

    def _let_expression(self, tree: Node, shape: Shape) -> Shape:
        *bindings, inner = tree["children"]
        bound = {each["value"]: self.infer(each["children"][0], shape) for each in bindings}
        outer, self._bound = self._bound, {**self._bound, **bound}
        try:
            return self.infer(inner, shape)
        finally:
            self._bound = outer

    def _variable_ref(self, tree: Node, _shape: Shape) -> Shape:
        return self._bound.get(tree["value"], UNKNOWN)

    def _index(self, _tree: Node, shape: Shape) -> Shape:
        return self._as_found(self._items(shape)).or_null()

    def _slice(self, _tree: Node, shape: Shape) -> Shape:
        return list_of(self._items(shape), nullable=_may_be_no("array", shape))

    def _projection(self, tree: Node, shape: Shape) -> Shape:
        base = self.infer(tree["children"][0], shape)
        return self._projected(tree, self._items(base), nullable=_may_be_no("array", base))

    def _filter_projection(self, tree: Node, shape: Shape) -> Shape:
        base = self.infer(tree["children"][0], shape)
        each = self._items(base)
        self._infer_apart(tree["children"][2], each)
        return self._projected(tree, each, nullable=_may_be_no("array", base))

    def _value_projection(self, tree: Node, shape: Shape) -> Shape:
        base = self.infer(tree["children"][0], shape)
        each = values(base, self._named) if base.known else UNKNOWN
        if each is None:
            raise NothingFoundError(f"a value of type {base.described()} has no fields")
        return self._projected(tree, each, nullable=_may_be_no("record map", base))

    def _projected(self, tree: Node, each: Shape, *, nullable: bool) -> Shape:
        inner = self._infer_apart(tree["children"][1], each)
        # A projection leaves out what is null.
        return list_of(inner.not_null(), nullable=nullable) if each.known else UNKNOWN

    def _flatten(self, tree: Node, shape: Shape) -> Shape:
        base = self.infer(tree["children"][0], shape)
        each = self._items(base)
        inner = [] if (found := items(each, self._named)) is None else [found]
        others = Shape(tuple(avro for avro in each.types if kind(avro) != "array"), each.nullable, each.known)
        return list_of(union_of([*inner, others]), nullable=_may_be_no("array", base))

    def _multi_select_list(self, tree: Node, shape: Shape) -> Shape:
        return list_of(union_of([self.infer(child, shape) for child in tree["children"]]), nullable=shape.nullable)

    def _multi_select_dict(self, tree: Node, shape: Shape) -> Shape:
        fields = [
            {"name": child["value"], "type": self.infer(child["children"][0], shape)} for child in tree["children"]
        ]
        return Shape(({"type": "record", "name": "{}", "fields": fields},), shape.nullable)

    def _items(self, shape: Shape) -> Shape:
        if not shape.known:
            return UNKNOWN
        each = items(shape, self._named)
        if each is None:
            raise NothingFoundError(f"a value of type {shape.described()} is no list")
        return each


_KNOWN_ANYWHERE = frozenset(("surroundings", "variable_ref", "literal"))
"""What is the same wherever it stands, whatever is known of the value there."""


def _may_be_no(kinds: str, shape: Shape) -> bool:
    return shape.nullable or any(kind(avro) not in kinds.split() for avro in shape.types)
