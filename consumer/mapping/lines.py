"""The text of a function that reads an object, line by line.

No word of the configuration stands in it. Names, values and functions are constants, which the text calls by numbers:
nothing that is configured can become code, and functions of one shape have one text, which is compiled once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import CodeType
from typing import Any, Final

from consumer.mapping.fields import TAKE_TEXT
from consumer.mapping.readers import Reader

_MOST_TEXTS: Final = 256
_NOTHING: Final[dict[str, Any]] = {}
_ODD_TEXT: Final = "type(v) is not str or not v or v.isspace()"


class Constants:
    """What a text calls by numbers."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._names: dict[str, str] = {}

    def named(self, name: str) -> str:
        """What a name is called in the text: the same wherever it stands."""
        if name not in self._names:
            self._names[name] = self.of(name)
        return self._names[name]

    def of(self, value: Any) -> str:
        """What a value is called in the text."""
        called = f"c{len(self.values)}"
        self.values[called] = value
        return called


class Lines:
    """The lines that read one object. They keep the value at hand in `v`.

    Attributes:
        of: what the object is called.
        margin: how far the lines that are added stand from the edge.
    """

    def __init__(self, of: str, constants: Constants, margin: str = "    ") -> None:
        self.of = of
        self.margin = margin
        self.constants = constants
        self._inside: dict[tuple[str, ...], str] = {(): of}
        self._first_margin = margin
        self._first: list[str] = []
        self._others: list[str] = []

    @property
    def all(self) -> list[str]:
        """First those that find the objects inside, each of which is looked for once."""
        return self._first + self._others

    def add(self, *lines: str) -> None:
        self._others += [self.margin + line for line in lines]

    def read(self, each: Reader) -> None:
        """A field's value as JSON, None where it has none; raises what the reader's parts raise."""
        read = f"{self.constants.of(each.read)}({self.of})"
        if not each.tries:
            self.add(f"v = {read}")
            return
        self.look(each)
        accept, odd = self.constants.of(each.accept), f" and ({_ODD_TEXT})" if each.accept in TAKE_TEXT else ""
        # A text without a letter may be no value at all, so that the next name has its turn.
        self.add(f"if v is not None{odd}: v = {read} if v == '' else {accept}(v)")

    def look(self, each: Reader) -> None:
        """What stands where a reader of plain paths looks."""
        for number, (*inside, key) in enumerate(each.tries):
            found = f"v = {self._object(tuple(inside))}.get({self.constants.named(key)})"
            self.add(f"if v is None: {found}" if number else found)

    def _object(self, keys: tuple[str, ...]) -> str:
        if keys not in self._inside:
            outer, called = self._object(keys[:-1]), f"{self.of}_{len(self._inside)}"
            self._first += [
                f"{self._first_margin}{called} = {outer}.get({self.constants.named(keys[-1])})",
                f"{self._first_margin}if not isinstance({called}, dict): {called} = {self.constants.of(_NOTHING)}",
            ]
            self._inside[keys] = called
        return self._inside[keys]


def function_of(head: str, lines: list[str], constants: Constants) -> Callable[..., Any]:
    """The function of this head, such as `f(record)`, and these lines."""
    namespace = dict(constants.values)
    exec(_compiled("\n".join((f"def {head}:", *lines))), namespace)  # noqa: S102 - its text is all our own
    made: Callable[..., Any] = namespace[head.partition("(")[0]]
    return made


@lru_cache(_MOST_TEXTS)
def _compiled(text: str) -> CodeType:
    return compile(text, "<a route's function>", "exec")
