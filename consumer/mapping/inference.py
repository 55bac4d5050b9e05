"""The type of a path: JMESPath's syntax tree walked along an Avro schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from consumer.mapping.names import nearest
from consumer.mapping.shapes import UNKNOWN, Shape, field, fields_of, items, listed, shape_of, united

if TYPE_CHECKING:
    from collections.abc import Mapping

    from consumer.mapping.paths import Node

_RESULTS = {
    **dict.fromkeys(("join", "to_string", "type"), Shape(("string",))),
    **dict.fromkeys(("abs", "ceil", "floor", "length", "sum"), Shape(("double",))),
    **dict.fromkeys(("avg", "to_number"), Shape(("double",), nullable=True)),
    **dict.fromkeys(("contains", "ends_with", "starts_with"), Shape(("boolean",))),
}
_LITERALS = {str: "string", bool: "boolean", int: "long", float: "double"}


class UntypableError(Exception):
    """A path that finds nothing in any record of the schema.

    Attributes:
        nearest: the name that exists and was probably meant.
    """

    def __init__(self, message: str, likely: str | None = None) -> None:
        super().__init__(message)
        self.nearest = likely


class Inference:
    """Types paths by one schema, whose named types are given."""

    def __init__(self, named: Mapping[str, Any]) -> None:
        self._named = named

    def infer(self, tree: Node, shape: Shape) -> Shape:
        """What the expression finds in a value of this shape; `UNKNOWN` where only the value can tell.

        Raises:
            UntypableError: it names a field that no such value has, or takes one that is no list for a list.
        """
        if tree["type"] in {"current", "identity"}:
            return shape
        method = getattr(self, f"_{tree['type']}", None)
        if method is None or not shape.known:
            return UNKNOWN
        inferred: Shape = method(tree, shape)
        return inferred

    def _field(self, tree: Node, shape: Shape) -> Shape:
        name = tree["value"]
        found = field(shape, name, self._named)
        if found is not None:
            return found
        known = list(fields_of(shape))
        if not known:
            kinds = " or ".join(shape.kinds) or "null"
            raise UntypableError(f"there is no field {name} in a value of type {kinds}")
        likely = nearest(name, known)
        raise UntypableError(f"there is no field {name}", likely)

    def _subexpression(self, tree: Node, shape: Shape) -> Shape:
        for child in tree["children"]:
            shape = self.infer(child, shape)
        return shape

    _pipe = _index_expression = _subexpression

    def _index(self, _tree: Node, shape: Shape) -> Shape:
        return self._items(shape).or_null()

    def _slice(self, _tree: Node, shape: Shape) -> Shape:
        return listed(self._items(shape), nullable=shape.nullable)

    def _projection(self, tree: Node, shape: Shape) -> Shape:
        base = self.infer(tree["children"][0], shape)
        return self._projected(tree, base, self._items(base))

    def _filter_projection(self, tree: Node, shape: Shape) -> Shape:
        base = self.infer(tree["children"][0], shape)
        self.infer(tree["children"][2], self._items(base))
        return self._projected(tree, base, self._items(base))

    def _value_projection(self, tree: Node, shape: Shape) -> Shape:
        base = self.infer(tree["children"][0], shape)
        values = [shape_of(avro["values"], self._named) for avro in base.types if "values" in avro]
        return self._projected(tree, base, united(values)) if values else UNKNOWN

    def _projected(self, tree: Node, base: Shape, each: Shape) -> Shape:
        # A projection leaves out what is null.
        inner = self.infer(tree["children"][1], Shape(each.types, known=each.known))
        return listed(Shape(inner.types, known=inner.known), nullable=base.nullable)

    def _flatten(self, tree: Node, shape: Shape) -> Shape:
        base = self.infer(tree["children"][0], shape)
        each = self._items(base)
        return listed(items(each, self._named) or each, nullable=base.nullable)

    def _or_expression(self, tree: Node, shape: Shape) -> Shape:
        left, right = (self.infer(child, shape) for child in tree["children"])
        either = united([left, right])
        return Shape(either.types, left.nullable and right.nullable, either.known)

    def _and_expression(self, tree: Node, shape: Shape) -> Shape:
        return united([self.infer(child, shape) for child in tree["children"]])

    def _comparator(self, tree: Node, shape: Shape) -> Shape:
        for child in tree["children"]:
            self.infer(child, shape)
        return Shape(("boolean",))

    _not_expression = _comparator

    def _literal(self, tree: Node, _shape: Shape) -> Shape:
        avro = _LITERALS.get(type(tree["value"]))
        return UNKNOWN if avro is None else Shape((avro,))

    def _function_expression(self, tree: Node, shape: Shape) -> Shape:
        arguments = [self.infer(child, shape) for child in tree["children"]]
        if tree["value"] == "not_null":
            either = united(arguments)
            return Shape(either.types, all(each.nullable for each in arguments), either.known)
        return _RESULTS.get(tree["value"], UNKNOWN)

    def _multi_select_list(self, tree: Node, shape: Shape) -> Shape:
        return listed(united([self.infer(child, shape) for child in tree["children"]]), nullable=shape.nullable)

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
            raise UntypableError(f"a value of type {' or '.join(shape.kinds) or 'null'} is no list")
        return each
