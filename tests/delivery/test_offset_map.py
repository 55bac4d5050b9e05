"""The map of settled offsets in a commit's metadata: exact, small, and never fatal."""

from __future__ import annotations

import base64
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.delivery.offset_map import BIT_SET, LIMIT, RUN_LENGTHS, VERSION, decode, encode

OFFSETS = st.sets(st.integers(1, 20_000), max_size=300)
RUNS = st.lists(st.tuples(st.integers(1, 20_000), st.integers(1, 500)), max_size=20).map(
    lambda runs: {offset for start, length in runs for offset in range(start, start + length)}
)


def packed(unpacked: bytes) -> str:
    return VERSION + base64.b64encode(zlib.compress(unpacked)).decode()


@given(committed=st.integers(0, 1 << 50), relative=OFFSETS | RUNS)
def test_round_trip(committed: int, relative: set[int]) -> None:
    """A map that fits gives back exactly what went in; one that does not gives nothing."""
    settled = {committed + offset for offset in relative}

    text = encode(committed, sorted(settled))

    assert len(text) <= LIMIT
    assert decode(committed, text) == (settled if text or not settled else set())


def test_nothing_settled_is_no_text() -> None:
    assert encode(5, []) == ""


@pytest.mark.parametrize("far", [1 << 21, 1 << 40])
def test_an_offset_far_ahead_costs_a_few_characters(far: int) -> None:
    """A transactional topic may have gaps of any size: a bit set of them would not fit in memory."""
    text = encode(0, [far])

    assert len(text) < 40
    assert decode(0, text) == {far}


def test_a_long_run_is_short() -> None:
    assert len(encode(0, range(1, 100_000))) < 50


def test_a_map_that_does_not_fit_is_dropped() -> None:
    """Without it a crash repeats some records; a commit that the broker refuses would repeat them all."""
    noise = random.Random(1)
    scattered = sorted(noise.sample(range(1, 200_000), 60_000))

    assert encode(0, scattered) == ""


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "metadata of another consumer",
        "2" + encode(0, [3])[1:],
        VERSION,
        VERSION + "not base64!",
        VERSION + base64.b64encode(b"not zlib").decode(),
        packed(b""),
        packed(b"x" + b"\x01\x01"),
        packed(RUN_LENGTHS + b"\x01\xff\xff\xff\xff\x7f"),
        packed(RUN_LENGTHS + b"\x01\xc0\x84\x3d" * 1000),
        packed(BIT_SET + b"\xff" * (1 << 19)),
        packed(bytes(1 << 24)),
    ],
    ids=[
        "no metadata",
        "empty",
        "foreign",
        "a newer version",
        "cut after the version",
        "not base64",
        "not compressed",
        "no kind",
        "an unknown kind",
        "a run of billions",
        "runs of billions together",
        "a bit set of millions",
        "a bomb",
    ],
)
def test_what_is_no_map_says_nothing(text: str | None) -> None:
    """The cost is a few records sent again; a failure here would stop the partition for good."""
    assert decode(100, text) == frozenset()


@given(relative=RUNS.filter(bool), data=st.data())
def test_a_truncated_map_says_nothing(relative: set[int], data: st.DataObject) -> None:
    text = encode(0, sorted(relative))

    assert decode(0, text[: data.draw(st.integers(0, len(text) - 1))]) == frozenset()


@given(text=st.text(max_size=50) | st.binary(max_size=50).map(lambda raw: VERSION + base64.b64encode(raw).decode()))
def test_no_text_is_fatal(text: str) -> None:
    assert all(offset > 7 for offset in decode(7, text))
