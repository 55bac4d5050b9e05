"""What each kind of fault brought about: duplicates, and how long a partition stood still."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.chaos.conductor import Done
from tests.chaos.verdict import Duplicate


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A kind of fault: how often it was made, the duplicates and the longest stand-still (seconds) after it."""

    name: str
    times: int
    duplicates: int
    standstill: float


def rows(done: Sequence[Done], duplicates: Iterable[Duplicate], stills: Iterable[float]) -> list[FaultRow]:
    """A row for each step, in the order in which they were made; `stills` has the stand-still of each."""
    again = [each.at_ms for each in duplicates]
    return [
        FaultRow(each.step.name, 1, sum(each.span.begin <= at_ms < each.span.end for at_ms in again), still)
        for each, still in zip(done, stills, strict=True)
    ]


def merged(of_runs: Iterable[FaultRow]) -> list[FaultRow]:
    """One row for each kind, in the order of the first of it."""
    found: dict[str, FaultRow] = {}
    for row in of_runs:
        so_far = found.get(row.name, FaultRow(row.name, 0, 0, 0.0))
        found[row.name] = FaultRow(
            row.name,
            so_far.times + row.times,
            so_far.duplicates + row.duplicates,
            max(so_far.standstill, row.standstill),
        )
    return list(found.values())
