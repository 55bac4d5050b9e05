"""A record is decoded once, however many routes ask for it."""

from __future__ import annotations

import pytest

from consumer.avro.decoding import Decoded, WireFormat
from consumer.avro.errors import SchemaPending, Undecodable
from consumer.commands.rehearse.decoded_once import DecodedOnce
from consumer.records import Headers


class Counting:
    """Decodes to the next of these outcomes, and counts how often it is asked."""

    def __init__(self, *outcomes: Decoded | Exception) -> None:
        self.outcomes = list(outcomes)
        self.narrowed_to: frozenset[str] | None = None

    def decode(self, value: bytes, headers: Headers = ()) -> Decoded:  # noqa: ARG002 - the protocol's
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def narrowed(self, fields: frozenset[str]) -> WireFormat:
        self.narrowed_to = fields
        return self


ONE, OTHER = Decoded("One", {"a": 1}), Decoded("Other", {"a": 2})


def test_the_last_value_is_remembered_and_no_other() -> None:
    decoder = DecodedOnce(Counting(ONE, OTHER, ONE), None)
    values = [bytes(bytearray(b"one")), bytes(bytearray(b"one"))]
    assert [decoder.decode(values[number]) for number in (0, 0, 1, 1, 0)] == [ONE, ONE, OTHER, OTHER, ONE]


def test_what_cannot_be_decoded_is_remembered_too() -> None:
    decoder = DecodedOnce(Counting(Undecodable("no magic byte"), ONE), None)
    value = b"x"
    for _ in range(2):
        with pytest.raises(Undecodable):
            decoder.decode(value)


def test_a_schema_that_is_not_there_yet_is_asked_for_again() -> None:
    decoder = DecodedOnce(Counting(SchemaPending(7), ONE), None)
    value = b"x"
    with pytest.raises(SchemaPending):
        decoder.decode(value)
    assert decoder.decode(value) == ONE


def test_other_headers_are_another_record() -> None:
    """They may name the schema."""
    decoder = DecodedOnce(Counting(ONE, OTHER), None)
    value = b"x"
    assert decoder.decode(value, (("schema", b"1"),)) == ONE
    assert decoder.decode(value, (("schema", b"2"),)) == OTHER


def test_no_more_is_read_than_the_routes_look_at() -> None:
    counting = Counting()
    DecodedOnce(counting, frozenset("ab"))
    assert counting.narrowed_to == frozenset("ab")
