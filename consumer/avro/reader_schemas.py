"""Reader schemas: what the records of a topic are resolved to, each type to its own.

Rules: the Avro 1.12 specification, "Schema Resolution" and "Aliases".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from consumer.avro.matching import is_name_of
from consumer.avro.reader_meaning import with_readers_logic
from consumer.avro.schema import AvroSchema, RecordType


@dataclass(frozen=True, slots=True)
class ReaderSchema:
    """A schema that records are resolved to.

    Attributes:
        schema: a record type, or a union of some.
        record: the full name of the only type that is resolved to it; None: every type whose name it knows.
    """

    schema: AvroSchema
    record: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names that it knows records by, aliases included."""
        return tuple(name for each in self.schema.records for name in (each.name, *each.aliases))

    def for_name(self, written: str) -> RecordType | None:
        """What a record of this full name is resolved to; None: it is left as it was written."""
        if self.record not in {None, written}:
            return None
        known = [each for each in self.schema.records if is_name_of(written, each.name, each.aliases)]
        return next((each for each in known if each.name == written), known[0] if known else None)


class ReaderSchemas:
    """The reader schemas of one topic. Its state is a memo."""

    def __init__(self, schemas: Iterable[ReaderSchema] = (), taken: frozenset[str] | None = None) -> None:
        """Takes what a topic's routes say.

        Args:
            schemas: those that they name.
            taken: the full names of the only record types that they take; None: any.
        """
        self._schemas = tuple(schemas)
        self._taken = taken
        self._found: dict[str, RecordType | None] = {}

    def of_any_record(self) -> ReaderSchemas:
        """The same where every record is of use: to see whether bytes are one."""
        return ReaderSchemas(self._schemas)

    def take(self, written: str) -> bool:
        """Whether a record of this full name is of any use: else it is not decoded."""
        return self._taken is None or written in self._taken

    def for_name(self, written: str) -> RecordType | None:
        """What a record of this full name is resolved to; None: it is left as it was written."""
        if not self._schemas:
            return None
        if written not in self._found:
            known = (each.for_name(written) for each in self._schemas)
            self._found[written] = next((each for each in known if each is not None), None)
        return self._found[written]

    def schemas_of(self, record: RecordType) -> tuple[Any, Any]:
        """What fastavro is to read a record with: the schema that it was written with, and the reader's or None."""
        reader = self.for_name(record.name)
        return (record.alone, None) if reader is None else (with_readers_logic(record, reader), reader.parsed)
