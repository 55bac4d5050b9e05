"""An answer as it was read off the wire; its headers are taken apart when they are asked for, as most never are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

BODY_LIMIT: Final = 1 << 20
"""Bytes of an answer's body that are kept; the rest is read past or the connection closed.

More than the 900 kB that an event may have: a REST API answers with the customer as it now is.
"""

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Response(NamedTuple):
    """A whole answer, whose connection is free again. A tuple, as there is one for every event.

    Attributes:
        status: HTTP's.
        head: what stood on the wire before the body; where there were interim answers, theirs too.
        body: its first `BODY_LIMIT` bytes, unpacked.
    """

    status: int
    head: str
    body: bytes

    def headers(self) -> dict[str, str]:
        """The headers by their names in lower case; the values of one that is repeated, with commas between."""
        found: dict[str, list[str]] = {}
        # Interim answers (100, 103) and a proxy's come first, each with its own status line.
        # Some end lines with a line feed alone.
        last = self.head.replace("\r\n", "\n").removesuffix("\n\n").rpartition("\n\n")[2]
        for line in last.split("\n")[1:]:
            name, colon, value = line.partition(":")
            if colon:
                found.setdefault(name.lower(), []).append(value.strip())
        return {name: ", ".join(values) for name, values in found.items()}

    def headers_like(self, prefixes: tuple[str, ...]) -> Mapping[str, str]:
        """Those of `headers` whose names begin with one of these; next to nothing where there is none."""
        head = self.head.lower()
        for prefix in prefixes:
            if prefix in head:
                break
        else:
            return _NONE
        return {name: value for name, value in self.headers().items() if name.startswith(prefixes)}
