"""The settled offsets beyond a commit, as text for the commit's metadata.

The idea is parallel-consumer's: whichever is shorter of a bit set and run lengths, compressed, in base64, under
the broker's limit for metadata (`offset.metadata.max.bytes`, 4,096 by default). A map that does not fit is
dropped, never the commit. Offsets are relative to the committed offset, which is itself never settled. The map names
that offset: one that a tool has copied to another offset, in another cluster perhaps, would call unsent records
settled, and is ignored.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Sequence

LIMIT = 4096
VERSION = "1"
BIT_SET, RUN_LENGTHS = b"b", b"r"
_LARGEST = 1 << 20  # bytes of a map unpacked, and offsets in it: far above what an engine leaves beyond a watermark


def encode(committed: int, settled: Sequence[int]) -> str:
    """`settled`: ascending offsets above `committed`. Empty text: nothing to say, or too much."""
    if not settled:
        return ""
    packed = min(
        (zlib.compress(kind + body, 6) for kind, body in _bodies(committed, settled)),
        key=len,
    )
    text = f"{VERSION}:{committed}:{base64.b64encode(packed).decode()}"
    return text if len(text) <= LIMIT else ""


def decode(committed: int, text: str | None) -> frozenset[int]:
    """The offsets in a map; empty for one of another version, of another commit, or that does not parse."""
    own = f"{VERSION}:{committed}:"
    if not text or not text.startswith(own):
        return frozenset()
    try:
        unpacking = zlib.decompressobj()
        unpacked = unpacking.decompress(base64.b64decode(text[len(own) :], validate=True), _LARGEST)
        read = _READERS.get(unpacked[:1])
        if read is None or not unpacking.eof:
            return frozenset()
        relative = read(unpacked[1:])
    except (binascii.Error, zlib.error, ValueError):
        return frozenset()
    return frozenset(committed + 1 + offset for offset in relative)


def _bodies(committed: int, settled: Sequence[int]) -> list[tuple[bytes, bytes]]:
    relative = [offset - committed - 1 for offset in settled]
    bodies = [(RUN_LENGTHS, _to_runs(relative))]
    if relative[-1] < _LARGEST:
        bodies.append((BIT_SET, _to_bits(relative)))
    return bodies


def _to_bits(relative: Sequence[int]) -> bytes:
    bits = bytearray(relative[-1] // 8 + 1)
    for offset in relative:
        bits[offset >> 3] |= 1 << (offset & 7)
    return bytes(bits)


def _from_bits(bits: bytes) -> list[int]:
    if len(bits) > _LARGEST // 8:
        raise ValueError("more offsets than a partition may have beyond its watermark")
    return [index * 8 + bit for index, byte in enumerate(bits) if byte for bit in range(8) if byte >> bit & 1]


def _to_runs(relative: Sequence[int]) -> bytes:
    """Alternating lengths, unsettled first, each as a LEB128 number."""
    out = bytearray()
    end = start = 0  # the run under way is relative[start..end)
    for offset in relative:
        if offset != end or end == start:
            if end > start:
                _put(out, end - start)
            _put(out, offset - end)
            start = offset
        end = offset + 1
    _put(out, end - start)
    return bytes(out)


def _from_runs(body: bytes) -> list[int]:
    offsets: list[int] = []
    position, settled, value, shift = 0, False, 0, 0
    for byte in body:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte & 0x80:
            continue
        if settled:
            if len(offsets) + value > _LARGEST:
                raise ValueError("more offsets than a partition may have beyond its watermark")
            offsets.extend(range(position, position + value))
        position, settled, value, shift = position + value, not settled, 0, 0
    return offsets


def _put(out: bytearray, number: int) -> None:
    while number > 0x7F:  # noqa: PLR2004 - seven bits a byte
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


_READERS = {BIT_SET: _from_bits, RUN_LENGTHS: _from_runs}
