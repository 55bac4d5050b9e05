"""The short form of `python -m tests.chaos.brands`: seconds in place of minutes."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.brands import run


def test_the_one_that_is_well_is_none_the_worse_and_nothing_is_lost_or_reordered(tmp_path: Path) -> None:
    """Its rate is the long run's to judge: a busy machine bends it here."""
    outcome = run(tmp_path, rate=20, alone_seconds=2, away_seconds=8)

    assert (outcome.lost, outcome.reordered) == (0, 0)
    assert len(outcome.late) == 160
