"""The short form of `python -m tests.chaos.consents`, on the embedded broker: seconds in place of minutes."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.consents import SMALL, kafka, run


def test_no_consent_is_lost_or_out_of_order_and_each_difference_is_told(tmp_path: Path) -> None:
    with kafka(tmp_path, apache=False) as broker:
        outcome = run(tmp_path, broker, SMALL)

    assert outcome.well, outcome
    assert (outcome.consents, outcome.kills) == (SMALL.consents, SMALL.kills)
    assert outcome.differing > 0
