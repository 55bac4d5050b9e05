"""Avro's own JSON encoding, as its tools and many consoles print it, read as the record that it stands for.

There a value of a union stands under its type's name: `{"email": {"string": "jane@example.com"}}` (Avro 1.12, JSON
Encoding).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

_PRIMITIVES: Final[Mapping[str, Callable[[Any], bool]]] = {
    "boolean": lambda value: isinstance(value, bool),
    "int": lambda value: type(value) is int,
    "long": lambda value: type(value) is int,
    "float": lambda value: type(value) in {int, float},
    "double": lambda value: type(value) in {int, float},
    "string": lambda value: isinstance(value, str),
    "bytes": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "map": lambda value: isinstance(value, dict),
}
"""A branch's name, and whether a value can be of it: a record may have a field that is named `string`, too."""
_TYPE: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\.[A-Z]\w*[a-z]\w*", re.ASCII)
_SYMBOL: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def unwrapped(value: Any) -> Any:
    """The value without the names of its unions' branches; any other JSON is as it was."""
    if isinstance(value, list):
        return [unwrapped(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, inner),) = value.items()
        if _is_branch(name, inner):
            return unwrapped(inner)
    return {name: unwrapped(each) for name, each in value.items()}


def _is_branch(name: str, inner: Any) -> bool:
    """Named types stand under their full names: a record is an object, an enum's symbol is a name.

    A map may have a single key with dots, too, such as `ui.theme`: types are written with a capital letter.
    """
    fits = _PRIMITIVES.get(name)
    if fits is not None:
        return fits(inner)
    if _TYPE.fullmatch(name) is None:
        return False
    return isinstance(inner, dict) or (isinstance(inner, str) and _SYMBOL.fullmatch(inner) is not None)
