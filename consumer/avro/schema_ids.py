"""What a record's schema is known by: a number, or a name of one of the other kinds that there are."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class IdKind(StrEnum):
    """Whose name for a schema it is; the text completes `the schema with …`."""

    GUID = "Confluent's GUID"
    GLOBAL_ID = "Apicurio's globalId"
    CONTENT_ID = "Apicurio's contentId"
    GLUE = "AWS Glue's version id"
    AZURE = "Azure's id"


class NamedId(NamedTuple):
    """An id that is no number behind byte 0.

    Attributes:
        kind: which registry knows it, and as what.
        value: an `int` of Apicurio's kinds; a UUID in lower case with dashes of GUID and GLUE; text of AZURE.
    """

    kind: IdKind
    value: int | str

    def __str__(self) -> str:
        return f"with {self.kind} {self.value}"


SchemaId = int | NamedId
"""A number is the id of four bytes that Confluent's wire format has, whatever the registry takes it for."""


def for_log(schema_id: SchemaId) -> int | str:
    """A number as it is, any other id in words."""
    return schema_id if isinstance(schema_id, int) else str(schema_id)
