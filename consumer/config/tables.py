"""The settings of `tables`: what expressions look up by `lookup('name', key)`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from consumer.config.types import Scalar, Section
from consumer.config.yaml_scalars import as_helm_reads
from consumer.suggestions import nearest

_KEYS = ("file", "key", "value")
_LIKE_A_KEY = 0.75
_ENDINGS = (".csv", ".tsv")
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
    value = as_helm_reads(value)
    if not isinstance(value, str | int | float | bool):
        raise ValueError("is no key: it must be a text, a number, or true or false")  # noqa: TRY004 - pydantic takes ValueErrors
    return value


def is_file(table: dict[Any, Any]) -> bool:
    """Whether a section names a file, perhaps misspelt, and is not a table itself that happens to have such a key."""
    meant = {name: nearest(str(name), _KEYS, _LIKE_A_KEY) for name in table}
    if "file" in meant.values() and None not in meant.values():
        return True
    return any(isinstance(value, str) and value.lower().endswith(_ENDINGS) for value in table.values())


def _form(value: Any) -> str:
    if isinstance(value, str):
        return "(text)"
    return "(section)" if isinstance(value, CsvTable) or (isinstance(value, dict) and is_file(value)) else "(inline)"


TableValue = Annotated[Scalar, BeforeValidator(as_helm_reads)]
TableKey = Annotated[str | int | float | bool, PlainValidator(_key)]
TableConfig = Annotated[
    Annotated[Annotated[str, Field(min_length=1)], Tag("(text)")]
    | Annotated[CsvTable, Tag("(section)")]
    | Annotated[dict[TableKey, TableValue], Tag("(inline)")],
    Discriminator(_form),
    WithJsonSchema(_SCHEMA),
]
"""The path of a CSV file of two columns, such a file with its columns, or the values by their keys."""
