"""A record out of bytes: what every wire format shares."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import Any, NamedTuple, Protocol, runtime_checkable
from weakref import WeakKeyDictionary

from fastavro import schemaless_reader

from consumer.avro.decryption import Decryption, NoKeys
from consumer.avro.errors import Undecodable
from consumer.avro.guard import check_value
from consumer.avro.plain import plain_but_for
from consumer.avro.reader_schemas import ReaderSchemas
from consumer.avro.schema import AvroSchema, RecordType
from consumer.avro.schema_ids import SchemaId
from consumer.avro.selection import Selection, selection
from consumer.avro.unavailable import PLACEHOLDER, marks_in_arrays, without_placeholders
from consumer.records import Headers


class Decoded(NamedTuple):
    """A decoded record.

    Attributes:
        name: the full name of the record type that was written; of a top-level union, of the branch taken.
        value: the fields: `datetime` (of a local timestamp without a zone), `date`, `time`, `Decimal`, `bytes`;
            enums, UUIDs and durations as `str`; `Unreadable` in the place of a value that Python has no type for.
            Of a narrowed format, those that were asked for, and perhaps others, which may be without their meaning:
            numbers and bytes as they were written. Empty where no route takes such a record, which is not decoded.
        schema_id: the registry's id of the schema; None for a format without one.
    """

    name: str
    value: dict[str, Any]
    schema_id: SchemaId | None = None


class WireFormat(Protocol):
    """How the records of a topic say which schema they were written with, and what they hold."""

    def decode(self, value: bytes, headers: Headers = ()) -> Decoded:
        """The record in a Kafka value. Never blocks.

        Args:
            value: the value.
            headers: those of its record, which may name the schema.

        Raises:
            Undecodable: no retry can help these bytes.
            SchemaPending: the schema is not here yet: ask again with the same bytes.
        """
        ...


@runtime_checkable
class Narrowable(Protocol):
    """A wire format that can read no more of a record than is asked for."""

    def narrowed(self, fields: frozenset[str]) -> WireFormat:
        """The same for who reads no fields of records but these; others may be missing."""
        ...


class _Way(NamedTuple):
    """How the records of one type are read.

    Attributes:
        written: what fastavro reads them with, the writer's schema.
        reader: the reader's, if there is one.
        chosen: how to read only some of the fields, where that is worth it.
        marks: what else than Debezium's placeholder stands for a column that did not change.
        unsuspected: the bytes up to which a record need not be looked through first.
    """

    written: Any
    reader: Any
    chosen: Selection | None
    marks: tuple[bytes, ...]
    unsuspected: int


class Reading:
    """How the records of one topic are read. Its state is a memo."""

    def __init__(
        self,
        readers: ReaderSchemas | None = None,
        fields: frozenset[str] | None = None,
        decryption: Decryption | None = None,
    ) -> None:
        """Takes what may be None.

        Args:
            readers: what records are resolved to, by the rules of schema evolution; without, and for a type that they
                do not know, a record is kept as written.
            fields: the only ones that anybody asks for; None: all.
            decryption: of what the schema says to be encrypted; without, it is `Unreadable`.
        """
        self._readers = ReaderSchemas() if readers is None else readers
        self._fields = fields
        self._decryption = decryption or Decryption(NoKeys("this format knows no keys"), "")
        # A schema that is forgotten takes its own along. None: nobody takes such records.
        self._ways: WeakKeyDictionary[RecordType, _Way | None] = WeakKeyDictionary()

    def narrowed(self, fields: frozenset[str]) -> Reading:
        """The same for who asks for no others."""
        return Reading(self._readers, fields, self._decryption)

    def record(self, source: BytesIO, schema: AvroSchema, schema_id: SchemaId | None = None) -> Decoded:
        """Read one record from where `source` stands up to its end.

        Args:
            source: the bytes.
            schema: the schema that the record was written with.
            schema_id: what it is known by, to be handed on.

        Raises:
            Undecodable: the schema is no record's, or the bytes do not fit it to the last one.
        """
        record = schema.record or _branch_taken(source, schema)
        try:
            way = self._ways[record]
        except KeyError:
            way = self._ways[record] = self._way(record, schema)
        if way is None:
            return Decoded(record.name, {}, schema_id)
        written, reader, chosen, marks, unsuspected = way
        data = source.getvalue()
        if len(data) > unsuspected:
            check_value(data, source.tell(), record.parsed, schema.named, schema.shape)
        value: Any = None
        if chosen is not None:
            # Whatever is wrong with the record is told by who reads the whole of it.
            with suppress(Exception):
                value = chosen.read(data, source.tell())
        if value is None:
            try:
                value = schemaless_reader(source, written, reader)
            except Exception as error:  # noqa: BLE001 - fastavro raises whatever the bytes provoke
                raise Undecodable(f"the bytes do not fit {record.name}: {_cause(error)}") from None
            if rest := len(data) - source.tell():
                raise Undecodable(
                    f"{rest} bytes are left over after the {record.name}: it was written with another schema"
                )
        # Whole records are searched, as all text of all producers would be looked at one by one otherwise.
        if data.find(PLACEHOLDER) >= 0 or (marks and any(mark in data for mark in marks)):
            value = without_placeholders(value)
        if schema.encryption is not None and schema.encryption.fields:
            value = self._decryption.record(value, record.name, self._fields)
        return Decoded(record.name, value, schema_id)

    def _way(self, record: RecordType, schema: AvroSchema) -> _Way | None:
        """How the records of a type are read; None: nobody takes any."""
        if not self._readers.take(record.name):
            return None
        written, reader = self._readers.schemas_of(record)
        chosen = None
        if self._fields is not None and reader is None:
            chosen = selection(record, self._fields)
            written = plain_but_for(written, self._fields)
        marks = marks_in_arrays(record.parsed["__named_schemas"])
        unsuspected = -1 if schema.shape.recursive else schema.shape.unsuspected
        return _Way(written, reader, chosen, marks, unsuspected)


def _branch_taken(source: BytesIO, schema: AvroSchema) -> RecordType:
    if not schema.branches:
        raise Undecodable("the schema at the top is not a record")
    try:
        index: object = schemaless_reader(source, "long", None)
    except Exception as error:  # noqa: BLE001 - fastavro raises whatever the bytes provoke
        raise Undecodable(f"the bytes do not fit the union: {_cause(error)}") from None
    if not isinstance(index, int) or not 0 <= index < len(schema.branches):
        raise Undecodable(f"the bytes name branch {index} of a union of {len(schema.branches)}")
    record = schema.branches[index]
    if record is None:
        raise Undecodable(f"branch {index} of the union is not a record")
    return record


def _cause(error: Exception) -> str:
    """fastavro's words, without what they may quote of the record."""
    if isinstance(error, EOFError | IndexError):
        return "they end too soon, or name an entry that a union or enum does not have"
    if isinstance(error, UnicodeDecodeError):
        return "a string is not UTF-8"
    return f"{type(error).__name__}: {error}"[:200]
