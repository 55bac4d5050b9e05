"""A letter is meant if it fits all that was asked for."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.commands.dead_letters.letter import DeadLetter
from consumer.commands.dead_letters.selection import Selection
from consumer.records import Partition, Reason, Record, Redelivery, Stage

LETTER = DeadLetter(
    Record(Partition("dead", 2), 10, None, b"value", timestamp_ms=5000),
    Redelivery(Partition("shop.orders", 0), 1),
    Reason.REJECTED,
    Stage.DELIVER,
    "",
    422,
)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({}, True),
        ({"reasons": {"rejected", "too_old"}}, True),
        ({"reasons": {"too_old"}}, False),
        ({"topics": {"shop.orders"}}, True),
        ({"topics": {"dead"}}, False),
        ({"since": 5000}, True),
        ({"since": 5001}, False),
        ({"until": 5001}, True),
        ({"until": 5000}, False),
        ({"partition": 2}, True),
        ({"partition": 0}, False),
        ({"from_offset": 10, "to_offset": 10}, True),
        ({"from_offset": 11}, False),
        ({"to_offset": 9}, False),
        ({"reasons": {"rejected"}, "topics": {"elsewhere"}}, False),
    ],
)
def test_each_condition_counts(given: dict[str, Any], taken: bool) -> None:  # noqa: FBT001 - a case
    assert Selection(**given).takes(LETTER) is taken
