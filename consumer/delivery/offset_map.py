"""The settled offsets beyond a commit, as text for the commit's metadata.

The idea is parallel-consumer's: whichever is shorter of a bit set and run lengths, compressed, in base64, under
the broker's limit for metadata (`offset.metadata.max.bytes`, 4,096 by default). A map that does not fit is
dropped, never the commit. Offsets are relative to the committed offset, which is itself never settled. The map names
that offset: one that a tool has copied to another offset, in another cluster perhaps, would call unsent records
settled, and is ignored.

A note of the routes that are held (`held_routes`) stands in front of both, if there is one.

Where records are half settled, a second map of those stands behind the first, relative to the committed offset
itself, and the version is another: a reader that does not know of halves must not believe the rest either.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterator

from consumer.delivery.offset_ranges import OffsetRanges

LIMIT = 4095
"""Characters. The brokers take 4,096, and confluent-kafka 2.16 sends a NUL behind the text, which they count."""
VERSION, VERSION_WITH_HALVES, VERSION_WITH_NOTE = "1", "2", "3"
BIT_SET, RUN_LENGTHS = b"b", b"r"
# Bytes of a map unpacked: what takes a tenth of a second to read. Whoever may commit for the group may write one.
_LARGEST = 1 << 17
_LARGEST_NUMBER = 63  # bits
_HIGHEST = 1 << 63  # above every offset
# A bit set is worth a try where the ranges are many, and close to each other.
_MANY_RANGES = 32
_LARGEST_BIT_SET = 1 << 15  # bytes
_LONGEST_NOTE = LIMIT // 2
_SMALL = 1 << 12  # bytes, of which a window of 12 bits sees all


_NONE = OffsetRanges()


def encode(committed: int, settled: OffsetRanges, halves: OffsetRanges = _NONE, limit: int = LIMIT) -> str:
    """The map for a commit's metadata.

    Args:
        committed: the offset that is committed.
        settled: what is settled above it.
        halves: what is half settled from it on.
        limit: how long it may become, in characters.

    Returns:
        The text; empty where there is nothing to say, or too much.
    """
    if not settled and not halves:
        return ""
    parts = [_pack(settled, committed + 1), *([_pack(halves, committed)] if halves else [])]
    text = ":".join([VERSION_WITH_HALVES if halves else VERSION, str(committed), *parts])
    return text if all(parts) and len(text) <= limit else ""


def encode_note(committed: int, note: str) -> str:
    """What stands in front of a map; empty where there is nothing to say, or far too much."""
    if not note:
        return ""
    text = f"{VERSION_WITH_NOTE}:{committed}:{base64.b64encode(note.encode()).decode()}:"
    return text if len(text) <= _LONGEST_NOTE else ""


def decode(committed: int, text: str | None) -> OffsetRanges:
    """The settled offsets in a map; empty for one of another version, of another commit, or that does not parse."""
    return _decode(committed, text)[0]


def decode_halves(committed: int, text: str | None) -> OffsetRanges:
    """The half settled offsets in a map, as `decode` reads the settled ones."""
    return _decode(committed, text)[1]


def decode_note(committed: int, text: str | None) -> str:
    """The note in front of a map; empty where there is none, or it does not parse."""
    version, _, rest = (text or "").partition(f":{committed}:")
    if version != VERSION_WITH_NOTE:
        return ""
    try:
        return base64.b64decode(rest.partition(":")[0], validate=True).decode()
    except ValueError:
        return ""


def _decode(committed: int, text: str | None) -> tuple[OffsetRanges, OffsetRanges]:
    version, _, rest = (text or "").partition(f":{committed}:")
    if version == VERSION_WITH_NOTE:
        version, _, rest = rest.partition(":")[2].partition(f":{committed}:")
    if version == VERSION and rest:
        return _unpack(rest, committed + 1) or _NONE, _NONE
    if version == VERSION_WITH_HALVES:
        packed, _, packed_halves = rest.partition(":")
        settled, halves = _unpack(packed, committed + 1), _unpack(packed_halves, committed)
        if settled is not None and halves is not None:
            return settled, halves
    return _NONE, _NONE


def _pack(ranges: OffsetRanges, base: int) -> str:
    """Empty for more than can be unpacked again."""
    relative = [(start - base, end - base) for start, end in ranges]
    bodies = [RUN_LENGTHS + _to_runs(relative)]
    if len(relative) > _MANY_RANGES and relative[-1][1] <= _LARGEST_BIT_SET * 8:
        bodies.append(BIT_SET + _to_bits(relative))
    bodies = [body for body in bodies if len(body) <= _LARGEST]
    if not bodies:
        return ""
    return base64.b64encode(min(map(_compressed, bodies), key=len)).decode()


def _compressed(body: bytes) -> bytes:
    """A window as large as it must be: zlib clears its usual one first, which takes 20 times all the rest."""
    window, memory = (12, 4) if len(body) <= _SMALL else (zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL)
    compressing = zlib.compressobj(6, zlib.DEFLATED, window, memory)
    return compressing.compress(body) + compressing.flush()


def _unpack(packed: str, base: int) -> OffsetRanges | None:
    """None for what does not parse."""
    try:
        unpacking = zlib.decompressobj()
        unpacked = unpacking.decompress(base64.b64decode(packed, validate=True), _LARGEST)
    except (binascii.Error, zlib.error, ValueError):
        return None
    read = _READERS.get(unpacked[:1])
    if read is None or not unpacking.eof or (read is _from_bits and len(unpacked) > _LARGEST_BIT_SET + 2):
        return None
    ranges = [(base + start, base + end) for start, end in read(unpacked[1:])]
    return OffsetRanges(ranges) if not ranges or ranges[-1][1] < _HIGHEST else None


def _to_bits(relative: list[tuple[int, int]]) -> bytes:
    bits = bytearray(relative[-1][1] // 8 + 1)
    for start, end in relative:
        whole, last = (start + 7) // 8, end // 8
        if last > whole:
            bits[whole:last] = b"\xff" * (last - whole)
            edges = (*range(start, whole * 8), *range(last * 8, end))
        else:
            edges = (*range(start, end),)
        for offset in edges:
            bits[offset >> 3] |= 1 << (offset & 7)
    return bytes(bits)


def _from_bits(bits: bytes) -> Iterator[tuple[int, int]]:
    for index, byte in enumerate(bits):
        for bit in range(8) if byte else ():
            if byte >> bit & 1:
                yield index * 8 + bit, index * 8 + bit + 1


def _to_runs(relative: list[tuple[int, int]]) -> bytes:
    """Alternating lengths, unsettled first, each as a LEB128 number."""
    out = bytearray()
    before = 0
    for start, end in relative:
        _put(out, start - before)
        _put(out, end - start)
        before = end
    return bytes(out)


def _from_runs(body: bytes) -> Iterator[tuple[int, int]]:
    position, settled, value, shift = 0, False, 0, 0
    for byte in body:
        value |= (byte & 0x7F) << shift
        shift += 7
        if shift > _LARGEST_NUMBER and byte & 0x80:
            return  # no offset is so large, and each further byte would cost more than the one before
        if byte & 0x80:
            continue
        if settled:
            yield position, position + value
        position, settled, value, shift = position + value, not settled, 0, 0


def _put(out: bytearray, number: int) -> None:
    while number > 0x7F:  # noqa: PLR2004 - seven bits a byte
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


_READERS = {BIT_SET: _from_bits, RUN_LENGTHS: _from_runs}
