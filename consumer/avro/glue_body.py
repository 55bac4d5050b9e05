"""The body of a value in AWS Glue's wire format: as it is, or deflated.

Rules: `AWSSchemaRegistryConstants` and `GlueSchemaRegistryDefaultCompression` of AWS's serializer: the byte after the
first is 0, or 5 where zlib has deflated what follows the UUID.
"""

from __future__ import annotations

import zlib
from typing import Final

from consumer.avro.errors import Undecodable
from consumer.avro.naming import GLUE_PREFIX

_PLAIN: Final = 0
_ZLIB: Final = 5


def with_plain_body(value: bytes, most_bytes: int) -> bytes:
    """The value with its body as Avro has it, behind as many bytes as before.

    Args:
        value: in AWS Glue's wire format.
        most_bytes: of the body, whatever the deflated one would be.

    Raises:
        Undecodable: the body is larger, no zlib stream, or compressed in another way.
    """
    if value[1] == _PLAIN:
        return value
    if value[1] != _ZLIB:
        raise Undecodable(f"AWS Glue's wire format has no compression {value[1]:#04x}: 0x00 is none, 0x05 is zlib")
    inflating = zlib.decompressobj()
    try:
        body = inflating.decompress(value[GLUE_PREFIX:], most_bytes + 1)
    except zlib.error:
        raise Undecodable("the body is no zlib stream, though AWS Glue's wire format says so") from None
    if len(body) > most_bytes:
        raise Undecodable(
            f"the body inflates to more than {most_bytes} bytes, which delivery.max_record_bytes allows"
        )
    if not inflating.eof:
        raise Undecodable("the zlib stream of AWS Glue's wire format ends too soon")
    if inflating.unused_data:
        raise Undecodable(f"{len(inflating.unused_data)} bytes are left over after the zlib stream")
    return value[:GLUE_PREFIX] + body
