"""What a record tells of itself."""

from __future__ import annotations

import pytest

from consumer.records import Headers, Partition, Record


@pytest.mark.parametrize(
    ("headers", "trace"),
    [
        ((), None),
        ((("traceparent", None),), None),
        ((("traceparent", b"00-a-b-01"),), "00-a-b-01"),
        ((("traceparent", b"first"), ("other", b"x"), ("traceparent", b"last")), "last"),
        ((("traceparent", b"\xff"),), "\ufffd"),
    ],
)
def test_the_trace_is_the_last_header_of_its_name(headers: Headers, trace: str | None) -> None:
    assert Record(Partition("t", 0), 0, None, None, headers=headers).traceparent == trace


def test_what_makes_a_record_large_is_left_out_its_key_last() -> None:
    """A dead letter fits in the end, however little its topic takes; how large it was stays known."""
    whole = Record(Partition("t", 0), 0, b"k" * 2000, b"v" * 5000, headers=(("h", b"x" * 100),))

    without = whole.without_value()
    assert (without.key, without.value, without.headers, without.left_out) == (whole.key, None, (), 7101)

    least = without.without_value()
    assert (least.key, least.value, least.left_out) == (None, None, 7101)
