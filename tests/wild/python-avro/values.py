"""What values.json means, in Python's own types: of logical types that a library does not know, the base type."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

Kinds = Mapping[str, Callable[[Any], Any]]


def given() -> list[dict[str, Any]]:
    """The values, with the schema of the record around each."""
    read: list[dict[str, Any]] = json.loads(Path("values.json").read_text(encoding="utf-8"))
    for each in read:
        before, after = ({"name": name, "type": "string"} for name in ("before", "after"))
        wild = {"type": "record", "name": "Wild", "namespace": "com.shop.wild"}
        each["schema"] = json.dumps(wild | {"fields": [before, {"name": "it", "type": each["type"]}, after]})
    return read


def made(meant: Mapping[str, Any], kinds: Kinds) -> Any:
    """A value by its kind."""
    ((kind, told),) = meant.items()
    if kind == "union":
        return kinds["union"]((told["branch"], made(told["value"], kinds)))
    if kind == "array":
        return [made(each, kinds) for each in told]
    if kind in {"map", "record"}:
        return {name: made(each, kinds) for name, each in told.items()}
    return kinds[kind](told)


def as_it_is(told: Any) -> Any:
    return told


def refused(_told: Any) -> Any:
    raise ValueError("no type of this library for it")


def nanoseconds(text: str) -> int:
    """Since 1970, of a text with a Z or without."""
    seconds, _, fraction = text.removesuffix("Z").partition(".")
    since = datetime.fromisoformat(seconds).replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 10**9 + int(fraction.ljust(9, "0"))


KINDS: Kinds = {
    **dict.fromkeys(("null", "boolean", "int", "string", "enum", "uuid"), as_it_is),
    "long": int,
    **dict.fromkeys(("float", "double"), float),
    **dict.fromkeys(("bytes", "fixed"), bytes.fromhex),
    "decimal": Decimal,
    "big-decimal": refused,
    "date": date.fromisoformat,
    **dict.fromkeys(("time-millis", "time-micros"), time.fromisoformat),
    **dict.fromkeys(("timestamp-millis", "timestamp-micros"), datetime.fromisoformat),
    **dict.fromkeys(("timestamp-nanos", "local-timestamp-nanos"), nanoseconds),
    "uuid-fixed": lambda text: bytes.fromhex(text.replace("-", "")),
    "duration": lambda parts: b"".join(part.to_bytes(4, "little") for part in parts),
}
