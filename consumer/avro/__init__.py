"""Records out of Avro bytes: wire formats, schemas and the registry that has them.

    cache = SchemaCache(RegistryClient("http://registry:8081", parse_options({})))
    decoder = wire_format("confluent", Sources(cache))
    decoder.decode(value)          # Decoded, or Undecodable, or SchemaPending

The registry's client is in `consumer.avro.registry`: only who calls a registry needs an HTTP library.
"""

from consumer.avro.cache import SchemaCache
from consumer.avro.confluent import Decoder
from consumer.avro.decoding import Decoded, WireFormat
from consumer.avro.errors import (
    InvalidSchema,
    RegistryError,
    RegistryRefused,
    RegistryUnavailable,
    SchemaFaults,
    SchemaPending,
    SchemaUnknown,
    Undecodable,
)
from consumer.avro.files import SchemaFile, load_file, load_files, load_folder, schemas_folder
from consumer.avro.formats import FORMATS, Sources, wire_format
from consumer.avro.readers import Readers, ReaderSchema
from consumer.avro.schema import AvroSchema, RecordType

__all__ = [
    "FORMATS",
    "AvroSchema",
    "Decoded",
    "Decoder",
    "InvalidSchema",
    "ReaderSchema",
    "Readers",
    "RecordType",
    "RegistryError",
    "RegistryRefused",
    "RegistryUnavailable",
    "SchemaCache",
    "SchemaFaults",
    "SchemaFile",
    "SchemaPending",
    "SchemaUnknown",
    "Sources",
    "Undecodable",
    "WireFormat",
    "load_file",
    "load_files",
    "load_folder",
    "schemas_folder",
    "wire_format",
]
