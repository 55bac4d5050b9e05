"""What a text without quotes is in YAML: as Helm's reader has it, so that one file says the same in a chart.

Helm reads YAML by Go's library: `y` and `n` are flags there beside `yes` and `off`, `1e3`, `0o12` and `08` are
numbers, and `1:30` is a text. What stands for a whole number is one, as it is in the JSON that Helm makes of it. A
date is left as it is written: no setting is one, and a name may look like one.

Other readers of YAML, Python's among them, have a text for `n` and `08`. So has a setting that can be nothing else: a
namespace may be called `n`.
"""

from __future__ import annotations

import re
from math import isinf
from typing import Any, Final, Self

import yaml
from yaml.resolver import BaseResolver, Resolver

_TAG: Final = "tag:yaml.org,2002:"
MERGE: Final = f"{_TAG}merge"
_SIGNED: Final = "-+0123456789"
_RESOLVERS: Final = (
    ("bool", r"[yYnN]|[yY]es|YES|[nN]o|NO|[oO]n|ON|[oO]ff|OFF|[tT]rue|TRUE|[fF]alse|FALSE", "yYnNtTfFoO"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+|[1-9][0-9_]*|0)", _SIGNED),
    ("float", r"[-+]?(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?", f"{_SIGNED}."),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+."),
    ("merge", r"<<", "<"),
)
_LARGEST: Final = 2**53
"""Up to here a double of JSON holds each whole number."""


class Ambiguous(str):
    """A text that Helm reads as something else, which is `meant` where a setting may be that, too."""

    __slots__ = ("meant",)
    meant: bool | float

    def __new__(cls, text: str, meant: bool | float) -> Self:  # noqa: FBT001 - a value
        """Takes the text, and what it is for Helm."""
        made = super().__new__(cls, text)
        made.meant = meant
        return made

    def __getnewargs__(self) -> tuple[str, bool | float]:  # type: ignore[override]  # a text has one
        return str(self), self.meant


def as_helm_reads(value: Any) -> Any:
    """What Helm has in the place of a value."""
    return value.meant if isinstance(value, Ambiguous) else value


class PlainScalars(BaseResolver):
    """Mixed into a loader or a dumper of PyYAML, before its own resolver."""

    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012 - PyYAML's attribute


for _tag, _pattern, _first in _RESOLVERS:
    PlainScalars.add_implicit_resolver(_TAG + _tag, re.compile(rf"(?:{_pattern})\Z"), list(_first))


class Loader(PlainScalars, yaml.SafeLoader):
    """Reads plain values, and what is ambiguous as such."""


class Dumper(PlainScalars, yaml.SafeDumper):
    """Writes plain values: a text that would be read as something else stands in quotes."""


_ELSEWHERE: Final = Resolver()


def _flag(loader: Loader, node: yaml.ScalarNode) -> bool | Ambiguous:
    text = loader.construct_scalar(node)
    if text in {"y", "Y", "n", "N"}:
        return Ambiguous(text, text in {"y", "Y"})
    return loader.construct_yaml_bool(node)


def _integer(loader: Loader, node: yaml.ScalarNode) -> int | Ambiguous:
    text = loader.construct_scalar(node)
    digits = text.replace("_", "").lower()
    unsigned = digits.lstrip("+-")
    # C's octal numbers are not Python's.
    octal = len(unsigned) > 1 and unsigned[0] == "0" and unsigned.isdecimal()
    found = int(digits, 8 if octal else 0)
    return Ambiguous(text, found) if _is_text_elsewhere(text) else found


def _number(loader: Loader, node: yaml.ScalarNode) -> float | str:
    text = loader.construct_scalar(node)
    number = float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
    if isinf(number) and "inf" not in text.lower():
        return text
    found = int(number) if number.is_integer() and abs(number) <= _LARGEST else number
    return Ambiguous(text, found) if _is_text_elsewhere(text) else found


def _is_text_elsewhere(text: str) -> bool:
    tag: str = _ELSEWHERE.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]  # PyYAML's
    return tag == f"{_TAG}str"


Loader.add_constructor(f"{_TAG}bool", _flag)
Loader.add_constructor(f"{_TAG}int", _integer)
Loader.add_constructor(f"{_TAG}float", _number)
