"""How fields are read that nobody looks at: each value as it was written, with no meaning made of it.

A meaning (a date, a decimal, a UUID) costs as much as all the rest of a value, and more where Python makes it. What
is within a type that is only referred to by its name keeps its meaning: that type may be looked at elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


def plain_but_for(record: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """A parsed record type without the logical types of its fields but for these.

    Args:
        record: the type, which is not changed.
        names: the fields that are looked at.
    """
    fields = [
        field if field["name"] in names else field | {"type": _plain(field["type"])} for field in record["fields"]
    ]
    return record | {"fields": fields}


def _plain(avro: Any) -> Any:
    if isinstance(avro, list):
        return [_plain(branch) for branch in avro]
    if not isinstance(avro, dict):
        return avro
    plain = {key: value for key, value in avro.items() if key != "logicalType"}
    for inner in ("items", "values"):
        if inner in plain:
            plain[inner] = _plain(plain[inner])
    if "fields" in plain:
        plain["fields"] = [field | {"type": _plain(field["type"])} for field in plain["fields"]]
    return plain
