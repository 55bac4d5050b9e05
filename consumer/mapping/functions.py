"""The functions that expressions have beyond JMESPath's: by name, what each takes, and what it does.

Those of text are named as in the specification of JMESPath's community. Given a null, each gives null: what a record
lacks stays missing. A new function is one entry of `OWN_FUNCTIONS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from consumer.mapping import date_functions, text_functions, value_functions
from consumer.mapping.errors import InvalidValueError
from consumer.mapping.json_types import json_type
from consumer.mapping.tables import Tables

_SCALARS: Final = ("string", "number", "boolean")
_WORK: Final = 16 << 20
_PER_CALL: Final = 32


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a function takes in one place.

    Attributes:
        types: JMESPath's; `integer` is a number without a fraction; none: any.
        optional: it may be left out, with all behind it.
        literal: it stands in the expression itself and not in the record, so that it is checked before there is one.
        check: what is wrong with such a literal; None: nothing.
    """

    types: tuple[str, ...] = ()
    optional: bool = False
    literal: bool = False
    check: Callable[[Any], str | None] = lambda _value: None


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    Attributes:
        call: takes the arguments, and raises InvalidValueError for one that it cannot use.
        parameters: of the arguments; of a variadic function the last stands for all further ones.
        refuses: what a record has whose value is of the right type and refused all the same, such as `no number`.
    """

    call: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    variadic: bool = False
    refuses: str = ""

    @property
    def least(self) -> int:
        """How many arguments it must be given."""
        return sum(not each.optional for each in self.parameters)


class Work:
    """How much one expression may still do on one record: about the characters that its functions read and make.

    Each function's time grows with what it reads, so that this bounds the time, too.
    """

    def __init__(self) -> None:
        self._left = _WORK

    def begin(self) -> None:
        self._left = _WORK

    def spend(self, value: Any) -> None:
        """Counts what is read or made.

        Raises:
            InvalidValueError: it is too much.
        """
        self._left -= _PER_CALL + (len(value) if isinstance(value, str | list | dict) else 0)
        if self._left < 0:
            raise InvalidValueError(f"the expression reads or makes more than {_WORK >> 20} MiB of this record")


def own_functions(tables: Tables) -> Mapping[str, Function]:
    """All of them, with the tables that `lookup` looks into."""
    lookup = OWN_FUNCTIONS["lookup"]
    return OWN_FUNCTIONS | {"lookup": replace(lookup, call=partial(value_functions.lookup, tables))}


def called(name: str, function: Function, arguments: Sequence[Any], work: Work) -> Any:
    """The function's value; null where an argument is null.

    Raises:
        InvalidValueError: it cannot use an argument. The rule begins with the function's name.
    """
    if any(argument is None for argument in arguments):
        return None
    try:
        for position, argument in enumerate(arguments):
            parameter = function.parameters[min(position, len(function.parameters) - 1)]
            if parameter.types and not fits(argument, parameter.types):
                taken = " or ".join(parameter.types)
                raise InvalidValueError(f"takes {taken}, and was given {json_type(argument)}")  # noqa: TRY301 - its name is put before it
            work.spend(argument)
        found = function.call(*arguments)
        work.spend(found)
    except InvalidValueError as rule:
        text = str(rule)
        raise InvalidValueError(text if text.startswith("the expression") else f"{name}() {text}") from None
    return found


def fits(value: Any, types: Sequence[str]) -> bool:
    kind = json_type(value)
    if kind in types:
        return True
    return kind == "number" and "integer" in types and value == value // 1


def is_present(value: Any) -> bool:
    """Whether `first_present` takes it: an empty text is a missing value, as everywhere."""
    return value is not None and not (isinstance(value, str) and (not value or value.isspace()))


def _first_present(*arguments: Any) -> Any:
    return next(filter(is_present, arguments), None)


_TEXT = Parameter(("string",))
_INTEGER = Parameter(("integer",))
_END = Parameter(("integer",), optional=True)
_CHARACTERS = Parameter(("string",), optional=True)
_COUNT = Parameter(("integer",), optional=True, literal=True, check=text_functions.count_fault)
_PAD = Parameter(("string",), optional=True, literal=True, check=text_functions.pad_fault)
_READ_FORM = Parameter(("string",), literal=True, check=date_functions.read_form_fault)
_WRITTEN_FORM = Parameter(("string",), literal=True, check=date_functions.written_form_fault)
_UNIT = Parameter(("string",), optional=True, literal=True, check=date_functions.unit_fault)
_PATTERN = Parameter(("string",), literal=True, check=text_functions.pattern_fault)

OWN_FUNCTIONS: Final[dict[str, Function]] = {
    "lower": Function(str.lower, (_TEXT,)),
    "upper": Function(str.upper, (_TEXT,)),
    "trim": Function(text_functions.trim, (_TEXT, _CHARACTERS)),
    "trim_left": Function(text_functions.trim_left, (_TEXT, _CHARACTERS)),
    "trim_right": Function(text_functions.trim_right, (_TEXT, _CHARACTERS)),
    "replace": Function(text_functions.replace, (_TEXT, _TEXT, _TEXT, _COUNT)),
    "split": Function(text_functions.split, (_TEXT, _TEXT, _COUNT)),
    "find_first": Function(text_functions.find_first, (_TEXT, _TEXT, _END, _END)),
    "find_last": Function(text_functions.find_last, (_TEXT, _TEXT, _END, _END)),
    "pad_left": Function(text_functions.pad_left, (_TEXT, _INTEGER, _PAD)),
    "pad_right": Function(text_functions.pad_right, (_TEXT, _INTEGER, _PAD)),
    "substring": Function(text_functions.substring, (_TEXT, _INTEGER, _END)),
    "matches": Function(text_functions.matches, (_TEXT, _PATTERN)),
    "sha256": Function(text_functions.sha256, (_TEXT,)),
    "parse_json": Function(value_functions.parse_json, (_TEXT,), refuses="text that is no JSON"),
    "parse_number": Function(
        value_functions.parse_number,
        (Parameter(("string", "number")), Parameter(("boolean",), optional=True)),
        refuses="text that is no number",
    ),
    "parse_date": Function(
        date_functions.parse_date, (_TEXT, _READ_FORM), refuses="text that is no date of this form"
    ),
    "format_date": Function(
        date_functions.format_date,
        (Parameter(("string", "number")), _WRITTEN_FORM, _UNIT),
        refuses="text that is no date",
    ),
    "first_present": Function(_first_present, (Parameter(),), variadic=True),
    "lookup": Function(value_functions.lookup, (Parameter(("string",), literal=True), Parameter(_SCALARS))),
}
"""Of `lookup` without its tables: `own_functions` adds them."""
NULL_GIVES_NULL: Final = frozenset((*OWN_FUNCTIONS, "join", "to_string"))
"""With them two of JMESPath's, of which one would refuse a record for a null, and the other send the text `null`."""
LAZY: Final = "first_present"
"""Its arguments are computed one after the other, until one is present: what stands behind it refuses nothing."""
