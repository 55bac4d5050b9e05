"""The type of a path: JMESPath's syntax tree walked along an Avro schema, as its interpreter walks along a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from consumer.commands.typecheck import calls
from consumer.commands.typecheck.beside import Beside
from consumer.commands.typecheck.comparisons import check_contains, check_equality, check_order
from consumer.commands.typecheck.findings import (
    REFUSED,
    Finding,
    NotComputableError,
    NothingFoundError,
    Severity,
    UntypableError,
)
from consumer.commands.typecheck.function_results import looked_up, result_of
from consumer.commands.typecheck.narrowing import proven_non_null
from consumer.commands.typecheck.shapes import (
    UNKNOWN,
    Shape,
    items,
    kind,
    list_of,
    literal,
    may_be_false,
    symbols_of,
    union_of,
)
from consumer.commands.typecheck.walk import Walk
from consumer.config.expression_syntax import ARITHMETIC, Node
from consumer.mapping.functions import LAZY

_LITERALS = {bool: "boolean", int: "long", float: "double", Decimal: "double"}


def infer(
    tree: Node,
    shape: Shape,
    named: Mapping[str, Any],
    non_null: Iterable[Node] = (),
    beside: Beside | None = None,
) -> tuple[Shape, list[Finding]]:
    """What the expression finds in a value of this shape, and what is doubtful in it.

    Args:
        tree: JMESPath's syntax tree.
        shape: of the value that the expression starts from; where only the value can tell, the result is `UNKNOWN`.
        named: the schema's named types by full name.
        non_null: paths that are known not to be null, such as those that `when` proves.
        beside: what there is beside the value.

    Raises:
        UntypableError: it finds nothing in any such value, or can be computed on none.
    """
    walk = _Inference(named, dotted=_is_dotted(tree), non_null=tuple(non_null), beside=beside or Beside())
    found = walk.infer(tree, shape)
    return found, list(dict.fromkeys(walk.findings))


def _is_dotted(tree: Node) -> bool:
    """Plain look-ups, which hand a value on as the decoder made it."""
    if tree["type"] == "subexpression":
        return all(map(_is_dotted, tree["children"]))
    return tree["type"] in {"field", "current", "surroundings"}


_WRITTEN_BARE = frozenset(("null", "true", "false"))
"""What people write without the backquotes that JMESPath asks for."""


class _Inference(Walk):
    """The walk with JMESPath's logic and functions."""

    def _or_expression(self, tree: Node, shape: Shape) -> Shape:
        first, second = tree["children"]
        # The left side is always computed, the right one only where the left is false.
        left = self._alternative(first, shape, NothingFoundError)
        if left is None:
            return self.infer(second, shape)
        if left.known and not left.nullable and not any(map(may_be_false, left.types)):
            return left
        right = self._alternative(second, shape, UntypableError)
        if right is None:
            return left.or_null()
        return Shape(left.types + right.types, right.nullable, left.known and right.known)

    def _and_expression(self, tree: Node, shape: Shape) -> Shape:
        first, second = tree["children"]
        left = self.infer(first, shape)
        non_null, self._non_null = self._non_null, (*self._non_null, *proven_non_null(first))
        try:
            right = self.infer(second, shape)
        except NotComputableError as error:
            self.findings.append(error.finding().downgraded())
            right = Shape()
        finally:
            self._non_null = non_null
        falsy = Shape(tuple(avro for avro in left.types if may_be_false(avro)), left.nullable, left.known)
        return union_of([falsy, right])

    def _not_expression(self, tree: Node, shape: Shape) -> Shape:
        self.infer(tree["children"][0], shape)
        return Shape(("boolean",))

    def _comparator(self, tree: Node, shape: Shape) -> Shape:
        left, right = self._sides(tree["children"], shape)
        if tree["value"] in {"eq", "ne"}:
            self.findings += check_equality(left, right)
            return Shape(("boolean",))
        self.findings += check_order(left, right)
        return Shape(("boolean",), nullable=True)

    def _sides(self, children: Sequence[Node], shape: Shape) -> tuple[Shape, Shape]:
        left, right = children
        try:
            return self.infer(left, shape), self.infer(right, shape)
        except NothingFoundError as error:
            bare = {
                f"there is no field {each['value']}": each["value"]
                for each in (left, right)
                if each["type"] == "field"
            }
            if str(error) not in bare:
                raise
            name = bare[str(error)]
            hint = f"; as a text it stands in single quotes: '{name}'"
            if name in _WRITTEN_BARE:
                hint = f"; the value stands in backquotes: `{name}`"
            raise NothingFoundError(f"{error}{hint}", error.nearest) from None

    def _literal(self, tree: Node, _shape: Shape) -> Shape:
        return _of_json(tree["value"])

    def _function_expression(self, tree: Node, shape: Shape) -> Shape:
        function, children = tree["value"], tree["children"]
        if function in {"not_null", LAZY}:
            return self._not_null(children, shape, blanks=function == LAZY)
        if function == "lookup":
            name = children[0]["value"]
            table = self._beside.tables[name]
            self.findings += calls.misread_keys(name, self.infer(children[1], shape), table)
            return looked_up(table)
        wanted = calls.arguments_of(function)
        arguments: list[Shape] = []
        for types, child in zip(wanted, children, strict=False):
            argument, findings = calls.accepted_argument(function, types, self.infer(child, shape), self._named)
            arguments.append(argument)
            self.findings += findings
        self.findings += calls.of_records(function, arguments, self._named)
        if "expref" in {child["type"] for child in children}:
            return self._by_expression(function, children, arguments)
        if function == "contains":
            self.findings += check_contains(arguments[0], arguments[1], self._named)
        return result_of(function, arguments, self._named)

    def _by_expression(self, function: str, children: list[Node], arguments: list[Shape]) -> Shape:
        position = [child["type"] for child in children].index("expref")
        subject = arguments[1 - position]
        each = items(subject, self._named) or UNKNOWN
        found = self._infer_apart(children[position]["children"][0], each)
        if function == "map":
            return list_of(found)
        _, findings = calls.accepted_argument(function, calls.SORTABLE, found, self._named)
        self.findings += findings
        return result_of(function, [subject], self._named)

    def _arithmetic(self, tree: Node, shape: Shape) -> Shape:
        sides = [self._operand(tree["value"], self.infer(child, shape)) for child in tree["children"]]
        divides = tree["value"] in {"divide", "div", "modulo"}
        if divides and not _is_literal_number(tree["children"][1]):
            self.findings.append(Finding(Severity.INFO, f"divides, and by zero it has no result: {REFUSED}"))
        whole = tree["value"] != "divide" and all(side.kinds == ("integer",) for side in sides)
        numbers = ("long",) if whole else ("long", "double")
        return Shape(numbers, any(side.nullable for side in sides), all(side.known for side in sides))

    def _arithmetic_unary(self, tree: Node, shape: Shape) -> Shape:
        return self._operand(tree["value"], self.infer(tree["children"][0], shape))

    def _operand(self, operator: str, shape: Shape) -> Shape:
        if not shape.known or not shape.types:
            return shape
        taken, findings = calls.accepted_operand(ARITHMETIC[operator], shape, self._named)
        self.findings += findings
        return taken

    def _not_null(self, children: list[Node], shape: Shape, *, blanks: bool) -> Shape:
        found = [
            each for child in children if (each := self._alternative(child, shape, NothingFoundError)) is not None
        ]
        if not found:
            return self.infer(children[0], shape)
        either = union_of(found)
        missing = all(each.nullable or (blanks and _may_be_blank(each)) for each in found)
        return Shape(either.types, missing, either.known)


def _may_be_blank(shape: Shape) -> bool:
    """Whether it may be an empty text, which `first_present` passes over."""
    texts = [symbols_of(avro) for avro in shape.types if kind(avro) == "string"]
    return not shape.known or any(symbols is None or "" in symbols for symbols in texts)


def _is_literal_number(tree: Node) -> bool:
    return bool(tree["type"] == "literal" and isinstance(tree["value"], int | Decimal) and tree["value"])


def _of_json(value: Any) -> Shape:
    if value is None:
        return Shape(nullable=True)
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, list):
        return list_of(union_of([_of_json(each) for each in value]))
    avro = _LITERALS.get(type(value))
    return UNKNOWN if avro is None else Shape((avro,))
