"""Which records of a topic are dealt with, remembered in the topic itself.

A mark is a record without key and value, at the end of the partition of the records that it names. So it lives at
least as long as they do; a consumer group's commits expire a week after its last member left
(`offsets.retention.minutes`), and their metadata holds 4 KB.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from consumer.records import OWN_HEADERS, Headers, Record

REPLAYED: Final = OWN_HEADERS[-1] + "replayed"
"""In the dead-letter topic: these letters were sent again."""
MOVED: Final = OWN_HEADERS[-1] + "moved"
"""In the retry topic: these records, whose destination there is no longer, are in the dead-letter topic now."""
_RANGE = re.compile(r"(\d{1,18})(?:-(\d{1,18}))?")
_MOST = (
    10_000  # offsets that a mark may stand for: far above a batch. Anyone who may write to the topic may write one
)
_LONGEST = 100_000  # bytes


def mark_headers(name: str, offsets: Iterable[int]) -> Headers:
    """The headers of the mark of these records: `5-7,9`."""
    ranges: list[list[int]] = []
    for offset in sorted(offsets):
        if ranges and offset == ranges[-1][1] + 1:
            ranges[-1][1] = offset
        else:
            ranges.append([offset, offset])
    text = ",".join(f"{first}-{last}" if last > first else str(first) for first, last in ranges)
    return ((name, text.encode()),)


def marked_offsets(name: str, record: Record) -> Iterator[int]:
    """The offsets that a record names; none if it is no mark of this name."""
    value = dict(record.headers).get(name) if record.value is None else None
    left = _MOST
    for part in (value or b"")[:_LONGEST].decode(errors="replace").split(","):
        if match := _RANGE.fullmatch(part):
            first, last = int(match[1]), int(match[2] or match[1])
            if last - first < left:
                left -= max(0, last + 1 - first)
                yield from range(first, last + 1)
