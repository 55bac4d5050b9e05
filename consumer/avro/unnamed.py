"""A record that names no schema, in words: what it looks like, and what to configure."""

from __future__ import annotations

from typing import Final

from consumer.avro.naming import GLUE_BYTE, GLUE_PREFIX, PREFIX
from consumer.avro.registry_types import RegistryType
from consumer.records import Headers

_LOOKS: Final = (
    (b"\xc3\x01", "as Avro's single-object encoding does: set `format: single_object` and `schema` in its routes"),
    (b"Obj\x01", "as an Avro container file does: let the producer write single records"),
    (b"{", "as JSON text does: let the producer write Avro's binary encoding"),
)
_UNCLEAR: Final = frozenset(("__value_schema_id", "apicurio.value.globalId", "apicurio.value.contentId"))


def without_a_name(value: bytes, headers: Headers, registry: RegistryType) -> str:
    """Why nothing tells the schema of a value."""
    unclear = next((name for name, _ in headers if name in _UNCLEAR), None)
    if unclear is not None:
        return f"the header {unclear} is there, and has no id of the form that its serializer writes"
    for start, look in _LOOKS:
        if value.startswith(start):
            return f"the value starts with {_hex(start)}, {look}"
    if len(value) < PREFIX or (value[0] == GLUE_BYTE and len(value) < GLUE_PREFIX):
        return f"a value of {len(value)} bytes is too short for a schema's id, and no header names one"
    if value[0] == 0 and registry.numbers:
        return "the value starts with 0x00 and an id of 0, which is no schema's, and no header names its schema"
    what = f"the value starts with byte {value[0]:#04x}, and no header names its schema"
    return f"{what}: {registry.needs}; a bare Avro body takes `format: raw` and its `schema`"


def _hex(start: bytes) -> str:
    return " ".join(f"{byte:#04x}" for byte in start)
