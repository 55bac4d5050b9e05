"""What keeps the memory of a sandbox bounded, whatever is sent: names that are cut, and mappings that forget."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from sys import getsizeof
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")

MOST_NAME = 320
"""Characters; an e-mail has at most 254, and `<topic>:<partition>:<offset>` less than 300."""

_ENTRY_BYTES = 150  # of an entry of an OrderedDict: its slot, its node, and room to grow


def short_name(text: str) -> str:
    """The name as it is; of one that is longer than `MOST_NAME`, the beginning and a digest that tells it apart."""
    if len(text) <= MOST_NAME:
        return text
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{text[: MOST_NAME - 1 - len(digest)]}…{digest}"


def memory_size(value: Any) -> int:
    """About the bytes of memory of a value, or of an object of values."""
    if isinstance(value, dict):
        return getsizeof(value) + sum(getsizeof(name) + getsizeof(inner) for name, inner in value.items())
    return getsizeof(value)


class BoundedMapping(OrderedDict[str, Value], Generic[Value]):
    """A mapping of at most `most` entries and about `most_bytes`; the one that was put first is forgotten first.

    Written by `put` and `drop` alone, which keep the account in `size`, in bytes.
    """

    def __init__(self, most: int, most_bytes: int | None = None) -> None:
        super().__init__()
        self._most = most
        self._most_bytes = most_bytes
        self.size = 0

    def put(self, key: str, value: Value) -> list[tuple[str, Value]]:
        """Set a key, which keeps its place when it has one; give what had to be forgotten for it."""
        if key in self:
            self.size -= memory_size(self[key])
        else:
            self.size += memory_size(key) + _ENTRY_BYTES
        self[key] = value
        self.size += memory_size(value)
        forgotten = []
        while len(self) > self._most or (self._most_bytes is not None and self.size > self._most_bytes):
            oldest = next(iter(self))
            forgotten.append((oldest, self[oldest]))
            self.drop(oldest)
        return forgotten

    def drop(self, key: str) -> None:
        """Forget a key, if it is there."""
        if key in self:
            self.size -= memory_size(key) + memory_size(self.pop(key)) + _ENTRY_BYTES
