"""What the registry's protocol fixes: numbers that another program sends, and nobody here chooses."""

from __future__ import annotations

from consumer.avro import protocol


def test_the_error_codes_are_confluents() -> None:
    assert (protocol.NO_SUBJECT, protocol.NO_VERSION, protocol.NO_SCHEMA) == (40401, 40402, 40403)
    assert (protocol.INVALID_SCHEMA, protocol.INVALID_VERSION) == (42201, 42202)
