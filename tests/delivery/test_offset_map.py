"""The map of settled offsets in a commit's metadata: exact, small, and never fatal."""

from __future__ import annotations

import base64
import random
import zlib
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.delivery.offset_map import (
    BIT_SET,
    LIMIT,
    RUN_LENGTHS,
    VERSION,
    decode,
    decode_halves,
    decode_note,
    encode,
    encode_note,
)
from consumer.delivery.offset_ranges import OffsetRanges

OFFSETS = st.sets(st.integers(1, 20_000), max_size=300)
RUNS = st.lists(st.tuples(st.integers(1, 20_000), st.integers(1, 500)), max_size=20).map(
    lambda runs: {offset for start, length in runs for offset in range(start, start + length)}
)


HEAD = f"{VERSION}:100:"


def ranges(offsets: Iterable[int]) -> OffsetRanges:
    return OffsetRanges.from_offsets(offsets)


def packed(unpacked: bytes) -> str:
    return HEAD + base64.b64encode(zlib.compress(unpacked)).decode()


@given(committed=st.integers(0, 1 << 50), relative=OFFSETS | RUNS)
def test_round_trip(committed: int, relative: set[int]) -> None:
    """A map that fits gives back exactly what went in; one that does not gives nothing."""
    settled = ranges(committed + offset for offset in relative)

    text = encode(committed, settled)

    assert len(text) <= LIMIT
    assert decode(committed, text) == (settled if text or not settled else OffsetRanges())


def test_nothing_settled_is_no_text() -> None:
    assert encode(5, OffsetRanges()) == ""


@pytest.mark.parametrize("far", [1 << 21, 1 << 40])
def test_an_offset_far_ahead_costs_a_few_characters(far: int) -> None:
    """A transactional topic may have gaps of any size: a bit set of them would not fit in memory."""
    text = encode(0, ranges([far]))

    assert len(text) < 40
    assert list(decode(0, text)) == [(far, far + 1)]


def test_a_long_run_is_short() -> None:
    text = encode(0, OffsetRanges([(1, 1 << 40)]))

    assert len(text) < 50
    assert list(decode(0, text)) == [(1, 1 << 40)]


def test_a_map_that_does_not_fit_is_dropped() -> None:
    """Without it a crash repeats some records; a commit that the broker refuses would repeat them all."""
    noise = random.Random(1)
    scattered = noise.sample(range(1, 200_000), 60_000)

    assert encode(0, ranges(scattered)) == ""


def test_the_longest_map_is_one_that_the_brokers_take() -> None:
    """Maps grow by four characters: of 4,092 the next has 4,096, which with the client's NUL is one too many."""
    scattered = random.Random(1).sample(range(1, 200_000), 2200)

    lengths = {len(encode(0, ranges(scattered[:count]))) for count in range(2050, 2200)}

    assert max(lengths) == 4092
    assert 0 in lengths


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="no metadata"),
        pytest.param("", id="empty"),
        pytest.param("metadata of another consumer", id="foreign"),
        pytest.param("2" + encode(100, ranges([103]))[1:], id="a newer version"),
        pytest.param(encode(99, ranges([103])), id="of another commit"),
        pytest.param(HEAD, id="cut after the commit"),
        pytest.param(HEAD + "not base64!", id="not base64"),
        pytest.param(HEAD + base64.b64encode(b"not zlib").decode(), id="not compressed"),
        pytest.param(packed(b""), id="no kind"),
        pytest.param(packed(b"x\x01\x01"), id="an unknown kind"),
        pytest.param(packed(RUN_LENGTHS + b"\x01" + b"\xff" * 10 + b"\x7f"), id="beyond the highest offset"),
        pytest.param(packed(RUN_LENGTHS + b"\x01" + b"\xff" * 9 + b"\x7f"), id="a run that ends beyond it"),
        pytest.param(packed(bytes(1 << 24)), id="a bomb"),
        pytest.param(packed(BIT_SET + b"\xff" * (1 << 21)), id="a bomb of a known kind"),
    ],
)
def test_what_is_no_map_says_nothing(text: str | None) -> None:
    """The cost is a few records sent again; a failure here would stop the partition for good."""
    assert decode(100, text) == OffsetRanges()


def test_runs_of_billions_cost_as_little_as_short_ones() -> None:
    """Whoever may write the group's commits can say so; it costs a record each, and no memory."""
    found = decode(100, packed(RUN_LENGTHS + b"\x01\xff\xff\xff\xff\x7f" * 100))

    assert len(found) == 100
    assert next(iter(found)) == (102, 102 + (1 << 35) - 1)


def test_a_map_of_the_form_that_was_written_before_is_read() -> None:
    """Version 0.1.0 wrote single offsets; a rollout must not repeat what it had settled."""
    assert list(decode(100, packed(BIT_SET + b"\x85"))) == [(101, 102), (103, 104), (108, 109)]
    assert list(decode(100, packed(RUN_LENGTHS + b"\x00\x01\x01\x01"))) == [(101, 102), (103, 104)]


def test_the_limit_leaves_room_for_the_nul_that_the_client_sends() -> None:
    """confluent-kafka 2.16 sends one behind the text, and the brokers take 4,096 with it."""
    assert LIMIT == 4095


@given(relative=RUNS.filter(bool), data=st.data())
def test_a_truncated_map_says_nothing(relative: set[int], data: st.DataObject) -> None:
    text = encode(0, ranges(relative))

    assert not decode(0, text[: data.draw(st.integers(0, len(text) - 1))])


@given(
    text=st.text(max_size=50),
    packed=st.binary(max_size=50),
    kind=st.sampled_from([b"", BIT_SET, RUN_LENGTHS]),
    body=st.binary(max_size=100),
)
def test_no_text_is_fatal(text: str, packed: bytes, kind: bytes, body: bytes) -> None:
    written = [f"{VERSION}:7:{base64.b64encode(raw).decode()}" for raw in (packed, zlib.compress(kind + body))]

    assert all(start > 7 for each in (text, *written) for start, _ in decode(7, each))


@given(committed=st.integers(0, 1 << 50), settled=OFFSETS | RUNS, halves=OFFSETS)
def test_halves_go_with_the_settled_or_not_at_all(committed: int, settled: set[int], halves: set[int]) -> None:
    """With the one and without the other, an old consent would be sent over a newer one."""
    whole = ranges(committed + offset for offset in settled)
    half = ranges(committed + offset - 1 for offset in halves)

    text = encode(committed, whole, half)

    assert len(text) <= LIMIT
    nothing = OffsetRanges()
    fits = bool(text) or not (whole or half)
    assert (decode(committed, text), decode_halves(committed, text)) == (
        (whole, half) if fits else (nothing, nothing)
    )


def test_without_halves_the_map_is_what_an_earlier_version_reads() -> None:
    text = encode(100, ranges([105]))

    assert text.startswith(HEAD)
    assert not decode_halves(100, text)


@pytest.mark.parametrize("cut", ["2:100:", "2:100:x:y", "2:100:eJwrAgAAcwBz", "2:99:eJwrAgAAcwBz:eJwrAgAAcwBz"])
def test_half_of_a_map_with_halves_is_no_map(cut: str) -> None:
    assert (decode(100, cut), decode_halves(100, cut)) == (OffsetRanges(), OffsetRanges())


# What stands in front of a map


@pytest.mark.parametrize("note", ["0.5/200/60\nmap=purchase", "any: text, \u20ac and all"])
@pytest.mark.parametrize("settled", [OffsetRanges(), OffsetRanges([(7, 9)])])
@pytest.mark.parametrize("halves", [OffsetRanges(), OffsetRanges([(5, 6)])])
def test_a_note_and_the_map_behind_it_are_read_apart(note: str, settled: OffsetRanges, halves: OffsetRanges) -> None:
    text = encode_note(5, note) + encode(5, settled, halves)

    assert decode_note(5, text) == note
    assert (decode(5, text), decode_halves(5, text)) == (settled, halves)
    assert decode_note(6, text) == "", "that of another commit"


def test_without_a_note_there_is_nothing_in_front() -> None:
    assert encode_note(5, "") == ""
    assert decode_note(5, encode(5, OffsetRanges([(7, 9)]))) == ""
    assert decode_note(5, None) == ""


def test_a_note_leaves_room_for_the_map() -> None:
    assert len(encode_note(5, "x" * 1500)) <= LIMIT // 2
    assert encode_note(5, "x" * 3000) == ""


@pytest.mark.parametrize("packed_note", ["no base64!", "/w==", "", "é"])
def test_a_note_that_does_not_parse_is_none(packed_note: str) -> None:
    assert decode_note(5, f"3:5:{packed_note}:") == ""


# Whoever may commit for the group may write anything


@pytest.mark.parametrize(
    ("largest", "larger"),
    [
        pytest.param(BIT_SET + b"\x01" * (1 << 15), BIT_SET + b"\x01" * ((1 << 15) + 2), id="bits"),
        pytest.param(RUN_LENGTHS + b"\x01" * ((1 << 17) - 1), RUN_LENGTHS + b"\x01" * (1 << 17), id="runs"),
    ],
)
def test_a_map_of_more_than_a_tenth_of_a_seconds_work_is_none(largest: bytes, larger: bytes) -> None:
    assert decode(100, packed(largest))
    assert not decode(100, packed(larger))


def test_a_run_longer_than_any_log_is_none() -> None:
    """Each further byte of a number would cost more than the one before: nothing is read from there on."""
    assert list(decode(100, packed(RUN_LENGTHS + b"\x01\x01" + b"\x80" * 1000 + b"\x00\x01"))) == [(102, 103)]


def test_what_could_not_be_read_again_is_not_written() -> None:
    too_many = OffsetRanges((3 * number + 1, 3 * number + 2) for number in range(1 << 17))
    assert encode(0, too_many) == ""
