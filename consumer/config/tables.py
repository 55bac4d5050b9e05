"""The settings of `tables`: what expressions look up by `lookup('name', key)`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from consumer.config.types import Scalar, Section

_KEYS = frozenset(("file", "key", "value"))
_SCHEMA = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}},
    ]
}
"""As a file section is a table itself for JSON Schema, whose `oneOf` would refuse it."""


class CsvTable(Section):
    """A table in a CSV file, whose first line names its columns.

    Attributes:
        file: the file, beside the configuration.
        key: the column that is looked up; without, the first of two.
        value: the column that is found; without, the second of two.
    """

    file: Annotated[str, Field(min_length=1)]
    key: Annotated[str, Field(min_length=1)] | None = None
    value: Annotated[str, Field(min_length=1)] | None = None


def _key(value: Any) -> str | int | float | bool:
    if not isinstance(value, str | int | float | bool):
        raise ValueError("is no key: it must be a text, a number, or true or false")  # noqa: TRY004 - pydantic takes ValueErrors
    return value


def is_file(table: dict[Any, Any]) -> bool:
    """Whether a section names a file, and is not a table itself that happens to have such a key."""
    return "file" in table and _KEYS.issuperset(table)


def _form(value: Any) -> str:
    if isinstance(value, str):
        return "(text)"
    return "(section)" if isinstance(value, CsvTable) or (isinstance(value, dict) and is_file(value)) else "(inline)"


TableKey = Annotated[str | int | float | bool, PlainValidator(_key)]
TableConfig = Annotated[
    Annotated[Annotated[str, Field(min_length=1)], Tag("(text)")]
    | Annotated[CsvTable, Tag("(section)")]
    | Annotated[dict[TableKey, Scalar], Tag("(inline)")],
    Discriminator(_form),
    WithJsonSchema(_SCHEMA),
]
"""The path of a CSV file of two columns, such a file with its columns, or the values by their keys."""
