"""What can go wrong between bytes and a record.

    Undecodable            the record's fault: no retry can help it
    SchemaPending          nobody's fault: ask again later
    InvalidSchema          a text that is no Avro schema
    UnusableSchemas        a folder with files that are none, every one named
    RegistryError
      SchemaUnknown        the registry answered: it has no such schema, subject or version
        SchemaUnusable     it has one, which is no Avro schema, now and later
      RegistryRefused      the registry answered: it will not have this schema
      RegistryUnavailable  no answer, or one that says nothing of the schema
      ExtraMissing         the client of this type of registry is not installed

Names say what happened. Messages are for the reader, and never hold credentials or a record's values.
"""

from __future__ import annotations

from consumer.avro.schema_ids import SchemaId
from consumer.errors import ExpectedError


class Undecodable(Exception):
    """The bytes are no record of a known schema.

    Attributes:
        schema_id: the registry's id of the schema that they name; None where it has none, or does not know it.
    """

    def __init__(self, message: str, schema_id: SchemaId | None = None) -> None:
        super().__init__(message)
        self.schema_id = schema_id


class SchemaPending(Exception):
    """The schema is being fetched, or the registry is out of reach: the record can neither pass nor be given up.

    Attributes:
        unknown: the registry has said that it has no such schema, and is asked again.
    """

    def __init__(self, schema_id: SchemaId, *, unknown: bool = False) -> None:
        super().__init__(f"schema {schema_id} is being fetched from the registry")
        self.schema_id = schema_id
        self.unknown = unknown


class InvalidSchema(ExpectedError):
    """The text is no Avro schema."""


class UnusableSchemas(ExpectedError):
    """Files of a folder that are no usable Avro schemas.

    Attributes:
        findings: a sentence for each file that cannot be used, with its name.
    """

    def __init__(self, findings: tuple[str, ...]) -> None:
        super().__init__("\n".join(findings))
        self.findings = findings


class RegistryError(ExpectedError):
    """A call to the schema registry that gave no result."""


class SchemaUnknown(RegistryError):
    """The registry has no such schema, subject or version, or what it has is no Avro schema."""


class SchemaUnusable(SchemaUnknown):
    """What the registry has under the id is no Avro schema."""


class RegistryRefused(RegistryError):
    """The registry will not take this schema: it is invalid, or incompatible with an earlier version."""


class RegistryUnavailable(RegistryError):
    """The registry is out of reach, refuses the credentials, or is not a registry: says nothing of the schema."""


class ExtraMissing(RegistryError):
    """What a type of registry needs is not installed; the message has the command that installs it."""
