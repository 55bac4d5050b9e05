"""What follows a fault until the next is put down to it."""

from __future__ import annotations

from tests.chaos.conductor import Done
from tests.chaos.faults import FaultRow, merged, rows
from tests.chaos.plan import Step, What
from tests.chaos.spans import Span
from tests.chaos.verdict import Duplicate


def test_each_step_has_its_duplicates_and_its_standstill() -> None:
    """By the time at which the duplicate came."""
    done = [Done(Step(What.KILL), Span(0, 100)), Done(Step(What.PAUSE), Span(100, 200))]
    again = [Duplicate(at_ms, "in flight at a kill", "") for at_ms in (10, 99, 100)]

    assert rows(done, again, [45.0, 3.0]) == [FaultRow(What.KILL, 1, 2, 45.0), FaultRow(What.PAUSE, 1, 1, 3.0)]


def test_a_kind_has_one_row_over_all_runs() -> None:
    """Duplicates add up; of the stand-stills the longest is told."""
    found = merged([FaultRow("a", 1, 2, 5.0), FaultRow("b", 1, 0, 1.0), FaultRow("a", 1, 1, 9.0)])

    assert found == [FaultRow("a", 2, 3, 9.0), FaultRow("b", 1, 0, 1.0)]
