"""Decoded records as JSON text: one a line, or laid out over several lines; a list stands for the records in it."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO, Final, NamedTuple

from consumer.avro.decoding import Decoded
from consumer.avro.errors import Undecodable
from consumer.avro.unavailable import without_placeholders
from consumer.commands.preview.avro_json import unwrapped
from consumer.records import Headers

LONGEST: Final = 16 << 20
"""Bytes of a line, or of all the lines of a text that is laid out over several: they are held in memory, decoded."""

_DECODER: Final = json.JSONDecoder()
_GAP: Final = re.compile(r"\s*")
_OPENINGS: Final = frozenset((b"{", b"[", b"[{"))


class JsonText(NamedTuple):
    """The text of a record, and the line of its source that it begins in, from 1."""

    text: bytes
    line: int


class JsonRecord:
    """The wire format of a record that is decoded already.

    A fraction becomes a double, as it is in most schemas: that it is a decimal, only the topic's schema could say.
    """

    def __init__(self, name: str, line: int = 1) -> None:
        """Takes the full name of the record's Avro type, and the line that its text begins in."""
        self._name = name
        self._line = line

    def decode(self, value: bytes, headers: Headers = ()) -> Decoded:  # noqa: ARG002 - it needs none
        """See `WireFormat.decode`."""
        if len(value) > LONGEST:
            raise Undecodable(f"the record has more than {LONGEST} bytes")
        try:
            record: Any = json.loads(value)
            json.dumps(record, ensure_ascii=False).encode()
            if isinstance(record, dict):
                record = {name: without_placeholders(unwrapped(each)) for name, each in record.items()}
        except UnicodeEncodeError:
            raise Undecodable(
                "the record has half a surrogate pair, such as \\ud83d alone, which is no text"
            ) from None
        except json.JSONDecodeError as error:
            place = f"line {self._line + error.lineno - 1} column {error.colno}"
            raise Undecodable(f"the record is not JSON: {error.msg}: {place}") from None
        except RecursionError:
            raise Undecodable(f"the record is JSON that is nested too deeply to look at: line {self._line}") from None
        except ValueError as error:
            raise Undecodable(f"the record is not JSON: {error}: line {self._line}") from None
        if not isinstance(record, dict):
            raise Undecodable("the record is no JSON object")
        return Decoded(self._name, record)


def json_records(source: BinaryIO) -> Iterator[JsonText]:
    """The text of each record, for `JsonRecord` to decode. What is no JSON comes as a record too, to be refused.

    Lines are given as they come in. Only where the first is the mere beginning of a JSON value, all are read first.
    """
    lines = _lines(source)
    begun = []
    for line in lines:
        begun.append(line)
        if line.strip():
            break
    first = begun[-1].strip() if begun else b""
    if not first.startswith((b"{", b"[")) or _is_json(first):
        yield from _by_lines(chain(begun, lines))
        return
    size = sum(map(len, begun))
    for line in lines:
        begun.append(line)
        size += len(line)
        if size > LONGEST:
            yield from _by_lines(chain(begun, lines))
            return
    yield from _by_values(b"".join(begun))


def _lines(source: BinaryIO) -> Iterator[bytes]:
    """The lines with their ends, without a byte order mark; of one that is too long no more than shows that it is."""
    mark = codecs.BOM_UTF8
    while line := source.readline(LONGEST + 1):
        rest = line
        while len(rest) > LONGEST and not rest.endswith(b"\n"):
            rest = source.readline(LONGEST + 1)
        yield line.removeprefix(mark)
        mark = b""


def _by_lines(lines: Iterable[bytes], first: int = 1) -> Iterator[JsonText]:
    """`first` is the number of the first line."""
    for number, line in enumerate(map(bytes.strip, lines), start=first):
        if line.startswith(b"[") and _is_json(line):
            yield from (_written(each, number) for each in json.loads(line))
        elif line:
            yield JsonText(line, number)


def _by_values(text: bytes) -> Iterator[JsonText]:
    """JSON values one after the other, wherever their lines end."""
    try:
        decoded = text.decode()
    except UnicodeDecodeError:
        yield from _broken(text, 1)
        return
    end, line = 0, 1
    while (begin := _behind_gap(decoded, end)) < len(decoded):
        line += decoded.count("\n", end, begin)
        try:
            value, end = _DECODER.raw_decode(decoded, begin)
        except (ValueError, RecursionError):
            yield from _broken(decoded[begin:].encode(), line)
            return
        yield from (_written(each, line) for each in (value if isinstance(value, list) else [value]))
        line += decoded.count("\n", begin, end)


def _broken(text: bytes, line: int) -> Iterator[JsonText]:
    """One record, if no record of a single line begins like that; else lines, of which the first is broken."""
    first = text.lstrip().partition(b"\n")[0].rstrip()
    return iter([JsonText(text, line)]) if first in _OPENINGS else _by_lines(text.splitlines(), line)


def _behind_gap(text: str, position: int) -> int:
    gap = _GAP.match(text, position)
    return gap.end() if gap else position


def _written(value: Any, line: int) -> JsonText:
    return JsonText(json.dumps(value).encode(), line)


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
