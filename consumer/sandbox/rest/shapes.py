"""Answers of a shape that these APIs do not have: they are young, and may have another one some day."""

from __future__ import annotations

from typing import Any, Final

_SHAPES: Final[tuple[Any, ...]] = (
    {"result": {"ok": True}},
    [],
    {"data": []},
    {"data": {"subscription": {"states": "SUBSCRIBED"}}},
    {"data": {"subscription": {"id": {}, "states": [{"status": "DONE"}]}}},
    None,
    {"data": {"ids": "unknown", "attributes": []}},
)


def other_shape(number: int) -> Any:
    """An answer that no client of these APIs expects; each number has another, and they come round again."""
    return _SHAPES[number % len(_SHAPES)]
