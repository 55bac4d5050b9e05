"""What a run prints: a row for each folder, and the survivors in the form that the list takes."""

from __future__ import annotations

import tomllib

import pytest
from cosmic_ray.work_item import MutationSpec, WorkerOutcome, WorkItem, WorkResult
from rich.console import Console

from tests.mutation.judged import Change
from tests.mutation.report import Tally, table, tally

CHANGE = Change("delivery/lanes", "Lanes.f", "a > 1", "a >= 1")


def tried(outcome: str, *, line: int = 7, was: str = CHANGE.was) -> tuple[WorkItem, WorkResult]:
    mutation = MutationSpec(
        f"consumer/{CHANGE.module}.py", "core/X", 0, (line, 0), (line, 5), definition_name=CHANGE.function
    )
    diff = f"--- a\n+++ b\n@@ -1 +1 @@\n-    {was}\n+    {CHANGE.now}"
    return WorkItem.single("1", mutation), WorkResult(WorkerOutcome.NORMAL, "", outcome, diff)


def test_what_is_judged_harmless_is_no_meaningful_mutant() -> None:
    results = [
        *[tried("killed")] * 3,
        tried("incompetent"),
        tried("survived"),
        tried("survived", was="a > 2"),
    ]

    undecided = (tried("survived")[0], None)
    found = tally("delivery", [*results, undecided], {CHANGE})

    assert found.undecided == 1
    assert (found.mutants, found.dead, found.harmless, len(found.alive)) == (5, 3, 1, 1)
    assert found.per_cent == 75
    assert found.alive[0].change.was == "a > 2"


def test_a_survivor_is_printed_as_the_entry_that_would_judge_it() -> None:
    (survivor,) = tally("delivery", [tried("survived")], {}).alive

    assert "consumer/delivery/lanes.py:7" in str(survivor)
    assert tomllib.loads(str(survivor))["harmless"] == [
        {"module": CHANGE.module, "function": CHANGE.function, "was": CHANGE.was, "now": CHANGE.now, "why": ""}
    ]


def test_the_table_has_a_row_for_each_folder() -> None:
    console = Console(width=80)
    with console.capture() as printed:
        console.print(table([Tally("delivery", 97, 5, (), 4000, 1), Tally("avro", 0, 0, ())]))

    assert "delivery │   102 │ 4000 │   97 │      5 │     0 │    1 │  100.0 │ 96.2-100.0" in printed.get()


def test_a_small_sample_leaves_more_open_than_a_large_one() -> None:
    """The bounds of Wilson's interval for 90 of 100, and for 900 of 1,000."""
    alive = tally("delivery", [tried("survived")] * 100, {}).alive

    assert Tally("delivery", 90, 0, alive[:10]).bounds == pytest.approx((82.6, 94.5), abs=0.05)
    assert Tally("delivery", 900, 0, alive).bounds == pytest.approx((88.0, 91.7), abs=0.05)
