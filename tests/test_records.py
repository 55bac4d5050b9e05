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
