"""Where each field of a record begins and ends, as a regular expression over its bytes: fast, and nothing decoded.

Rules: the Avro 1.12 specification, "Binary Encoding". Each type has one way to be matched at a place, so that nothing
is tried twice. Arrays, maps and types within themselves count their parts, which no regular expression does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NUMBER = rb"[\x80-\xff]{0,9}[\x00-\x7f]"
_PLAIN: Mapping[str, bytes] = {
    "null": b"",
    "boolean": rb"[\x00\x01]",
    "int": _NUMBER,
    "long": _NUMBER,
    "enum": _NUMBER,
    "float": b".{4}",
    "double": b".{8}",
}
MOST_TEXTS = 300
"""Each has a few hundred characters of expression."""
_MOST_PARTS = 2000
_BLOCK = 64
"""A length below it has one byte, and below its square two: the second counts blocks, the first what is left."""
_BITS = (32, 16, 8, 4, 2, 1)


class IrregularError(Exception):
    """No regular expression finds where a type ends."""


class Boundaries:
    """Makes the expressions of the types of one schema; they are compiled with `re.DOTALL`.

    Attributes:
        groups: how many there are so far, by which a further one gets its number.
        texts: how many texts there are so far: each is a long expression.
    """

    def __init__(self, named: Mapping[str, Any]) -> None:
        """Takes the schema's named types by full name."""
        self._named = named
        self._within: list[str] = []
        self.groups = 0
        self.texts = 0
        self._parts = 0

    def of(self, avro: Any) -> bytes:
        """What matches a value of a parsed type.

        Raises:
            IrregularError: it, or what is in it, has no such expression.
        """
        if isinstance(avro, list):
            branches = (_literal(2 * index) + self.of(branch) for index, branch in enumerate(avro[:_BLOCK]))
            return b"(?:" + b"|".join(branches) + b")"
        if isinstance(avro, str):
            avro = self._named.get(avro, {"type": avro})
        kind = avro["type"]
        if kind in _PLAIN:
            return _PLAIN[kind]
        if kind in {"string", "bytes"}:
            return self._text()
        if kind == "fixed":
            return b".{%d}" % avro["size"]
        if kind not in {"record", "error"} or avro["name"] in self._within:
            raise IrregularError
        self._parts += len(avro["fields"])
        if self._parts > _MOST_PARTS:
            raise IrregularError
        self._within.append(avro["name"])
        try:
            return b"".join([self.of(field["type"]) for field in avro["fields"]])
        finally:
            self._within.pop()

    def _text(self) -> bytes:
        """A length and so many bytes: short ones by the length itself, long ones by its bits, up to 4095."""
        self.texts += 1
        if self.texts > MOST_TEXTS:
            raise IrregularError
        heads = tails = b""
        for bit in _BITS:
            self.groups += 1
            heads += (
                b"(?=([" + b"".join(map(_literal, (0x80 | byte for byte in range(0x80) if byte & 2 * bit))) + b"])|)"
            )
            tails += b"(?(%d).{%d})" % (self.groups, bit)
        return b"(?:" + _SHORT + b"|(?=" + _LONG + b")" + heads + b"." + _BLOCKS + tails + b")"


def _literal(byte: int) -> bytes:
    return rb"\x%02x" % byte


_SHORT = b"|".join(_literal(2 * length) + b".{%d}" % length for length in range(_BLOCK))
_LONG = b"[" + b"".join(map(_literal, range(0x80, 0x100, 2))) + b"]"
_BLOCKS = b"(?:" + b"|".join(_literal(count) + b".{%d}" % (_BLOCK * count) for count in range(1, _BLOCK)) + b")"
