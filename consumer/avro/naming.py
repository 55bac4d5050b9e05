"""Where a record names the schema that it was written with: before the body, in a header, or nowhere.

Rules: Confluent's wire format and its `HeaderSchemaIdSerializer`; Apicurio's `DefaultHeadersHandler` and
`Legacy8ByteIdHandler`; AWS Glue's `GlueSchemaRegistrySerializer`; Azure's `KafkaAvroSerializer`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID

from consumer.avro.errors import Undecodable
from consumer.avro.schema_ids import IdKind, NamedId, SchemaId
from consumer.records import Headers

PREFIX: Final = 5
"""Bytes of Confluent's wire format before the body: 0, and the id in four bytes, big-endian."""
LEGACY_PREFIX: Final = 9
GLUE_BYTE: Final = 3
GLUE_PREFIX: Final = 18
_LONG: Final = 8
_GUID: Final = 17
_AZURE: Final = re.compile(rb'"?avro/binary\+([0-9a-z-]{1,64})"?', re.IGNORECASE)


class Place(NamedTuple):
    """A schema that a record may have been written with, and where its body would begin then.

    Attributes:
        schema_id: the schema.
        at: how many bytes stand before the body.
        how: what was recognised, for messages.
    """

    schema_id: SchemaId
    at: int
    how: str


def _confluent(content: bytes) -> SchemaId | None:
    if len(content) == _GUID and content[0] == 1:
        return NamedId(IdKind.GUID, str(UUID(bytes=content[1:])))
    if len(content) == PREFIX and content[0] == 0:
        return int.from_bytes(content[1:], "big")
    return None


def _apicurio(content: bytes, kind: IdKind) -> SchemaId | None:
    return NamedId(kind, int.from_bytes(content, "big")) if len(content) == _LONG else None


def _azure(content: bytes) -> SchemaId | None:
    found = _AZURE.fullmatch(content.strip())
    return NamedId(IdKind.AZURE, found[1].decode()) if found else None


@dataclass(frozen=True, slots=True)
class NamingHeaders:
    """The headers that name a schema.

    Attributes:
        readers: what reads each, by its name; None: it names none.
        encoding: the one that says how Apicurio's body is encoded.
        known: the names of all of them.
    """

    readers: Mapping[str, Callable[[bytes], SchemaId | None]]
    encoding: str
    known: frozenset[str]

    def places(self, headers: Headers) -> tuple[Place, ...]:
        """The schemas that headers name, each once, in their order; the body is the whole value then.

        Raises:
            Undecodable: a header says that the body is no binary Avro.
        """
        for name, _ in headers:
            if name in self.known:
                break
        else:
            return ()
        found: dict[SchemaId, Place] = {}
        for name, content in headers:
            if name == self.encoding and content is not None and content.upper() == b"JSON":
                raise Undecodable(
                    f"the header {name} says that the value is in Avro's JSON encoding, which is not read here: "
                    "set apicurio.registry.avro.encoding=BINARY in the producer"
                )
            if name in self.readers and content is not None:
                schema_id = self.readers[name](content)
                if schema_id is not None:
                    found.setdefault(schema_id, Place(schema_id, 0, f"the header {name}"))
        return tuple(found.values())


def naming_headers(part: str) -> NamingHeaders:
    """Those of the `value` or of the `key` of a record."""
    readers: dict[str, Callable[[bytes], SchemaId | None]] = {
        f"__{part}_schema_id": _confluent,
        f"apicurio.{part}.globalId": partial(_apicurio, kind=IdKind.GLOBAL_ID),
        f"apicurio.{part}.contentId": partial(_apicurio, kind=IdKind.CONTENT_ID),
    }
    # Azure's key and value share a header; what is in it is the value's, which is written last.
    azure = dict.fromkeys(("content-type", "Content-Type", "contentType") if part == "value" else (), _azure)
    encoding = f"apicurio.{part}.encoding"
    return NamingHeaders(MappingProxyType(readers | azure), encoding, frozenset((*readers, *azure, encoding)))


def before_body(value: bytes) -> Iterator[Place]:
    """The schemas that the first bytes of a value may name: whether they do, only the body can tell."""
    if len(value) >= PREFIX and value[0] == 0:
        if schema_id := int.from_bytes(value[1:PREFIX], "big"):
            yield Place(schema_id, PREFIX, "Confluent's wire format")
        elif len(value) >= LEGACY_PREFIX and (number := int.from_bytes(value[PREFIX:LEGACY_PREFIX], "big")):
            # No registry has an id 0: these are the eight bytes of a number below 2^32.
            for kind in (IdKind.CONTENT_ID, IdKind.GLOBAL_ID):
                yield Place(NamedId(kind, number), LEGACY_PREFIX, "Apicurio's legacy id of 8 bytes")
    elif len(value) >= GLUE_PREFIX and value[0] == GLUE_BYTE:
        uuid = str(UUID(bytes=value[2:GLUE_PREFIX]))
        yield Place(NamedId(IdKind.GLUE, uuid), GLUE_PREFIX, "AWS Glue's wire format")
