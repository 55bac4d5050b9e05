"""The memory of what was replayed or moved: written in the topic itself, and read back."""

from __future__ import annotations

import pytest

from consumer.delivery.marks import MOVED, REPLAYED, mark_headers, marked_offsets
from consumer.records import Partition, Record


def record(text: bytes | None, value: bytes | None = None) -> Record:
    return Record(Partition("dead", 0), 99, None, value, headers=((REPLAYED, text),))


def test_runs_are_written_as_ranges() -> None:
    assert mark_headers(REPLAYED, [7, 5, 6, 9]) == ((REPLAYED, b"5-7,9"),)


def test_what_is_marked_is_read_back() -> None:
    ((_, text),) = mark_headers(REPLAYED, [1, 2, 3, 10, 12, 13])
    assert list(marked_offsets(REPLAYED, record(text))) == [1, 2, 3, 10, 12, 13]


@pytest.mark.parametrize("text", [None, b"", b"x", b"-1", b"5-", b"9-5", b"1-999999999999", b"\xff", b"9" * 30])
def test_a_mark_that_nobody_of_ours_wrote_marks_nothing(text: bytes | None) -> None:
    """A range without end would fill the memory; anything else is no place."""
    assert list(marked_offsets(REPLAYED, record(text))) == []


def test_a_letter_that_carries_such_a_header_is_no_mark() -> None:
    assert list(marked_offsets(REPLAYED, record(b"1", value=b"a record"))) == []


def test_a_mark_of_another_name_marks_nothing() -> None:
    assert list(marked_offsets(MOVED, record(b"1"))) == []


def test_one_mark_names_as_many_letters_as_a_batch_could_and_no_more() -> None:
    """Whoever may write to the topic may write one: ranges upon ranges would take the command minutes."""
    hostile = ",".join(["0-9998"] * 10_000).encode()
    assert (
        len(
            list(
                marked_offsets(
                    REPLAYED, Record(Partition("letters", 0), 1, None, None, headers=((REPLAYED, hostile),))
                )
            )
        )
        < 10_001
    )
