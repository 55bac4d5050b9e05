"""What a mutation run found: for each folder how many died, and the survivors with what was changed."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable
from dataclasses import dataclass

from cosmic_ray.work_item import TestOutcome, WorkItem, WorkResult
from rich.table import Table

from tests.mutation.judged import Change

_DEVIATIONS = 1.96
"""Within which 95 % lie."""


@dataclass(frozen=True)
class Survivor:
    """A mutant that no test saw: what it changes, and in which line."""

    change: Change
    line: int

    def __str__(self) -> str:
        change = self.change
        return "\n".join(
            (
                "[[harmless]]",
                f"# consumer/{change.module}.py:{self.line}",
                f"module = '{change.module}'",
                f"function = '{change.function}'",
                f"was = '''{change.was}'''",
                f"now = '''{change.now}'''",
                "why = ''",
            )
        )


@dataclass(frozen=True)
class Tally:
    """The figures of a folder."""

    folder: str
    dead: int
    harmless: int
    alive: tuple[Survivor, ...]
    of: int = 0
    """How many mutants there are to draw from."""
    undecided: int = 0
    """Neither dead nor alive: the tests took too long, and so did they with nothing planted."""

    @property
    def mutants(self) -> int:
        return self.dead + self.harmless + len(self.alive)

    @property
    def per_cent(self) -> float:
        """Of the mutants that would matter, those that died."""
        meaningful = self.dead + len(self.alive)
        return 100 * self.dead / meaningful if meaningful else 100.0

    @property
    def bounds(self) -> tuple[float, float]:
        """Between them lies the share of all mutants with 95 % certainty, as far as this sample tells (Wilson)."""
        meaningful = self.dead + len(self.alive)
        if not meaningful:
            return 0.0, 100.0
        share, spread = self.dead / meaningful, _DEVIATIONS**2 / meaningful
        middle = (share + spread / 2) / (1 + spread)
        half = math.sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
        return 100 * (middle - half), 100 * (middle + half)


def tally(
    folder: str, results: Iterable[tuple[WorkItem, WorkResult | None]], harmless: Container[Change], *, of: int = 0
) -> Tally:
    """Counts a folder's results: what is judged harmless is no meaningful mutant, what is no Python none at all."""
    dead = judged = undecided = 0
    alive = []
    for item, result in results:
        if result is None:
            undecided += 1
            continue
        survivor = survivor_of(item, result)
        if result.test_outcome is TestOutcome.INCOMPETENT:
            continue
        if result.is_killed:
            dead += 1
        elif survivor.change in harmless:
            judged += 1
        else:
            alive.append(survivor)
    alive.sort(key=lambda each: (each.change.module, each.line))
    return Tally(folder, dead, judged, tuple(alive), of, undecided)


def survivor_of(item: WorkItem, result: WorkResult) -> Survivor:
    """What a mutant changes, and where."""
    (mutation,) = item.mutations
    module = mutation.module_path.relative_to("consumer").with_suffix("").as_posix()
    return Survivor(Change.of(module, mutation.definition_name or "", result.diff or ""), mutation.start_pos[0])


def table(tallies: Iterable[Tally]) -> Table:
    """One row a folder."""
    drawn = Table(
        *("folder", "drawn", "of", "dead", "judged", "alive", "open", "% dead", "95 %"),
        title="Mutants",
        caption="Nobody saw the controls, which change nothing",
    )
    for column in drawn.columns[1:]:
        column.justify = "right"
    for each in tallies:
        drawn.add_row(
            each.folder,
            *map(str, (each.mutants, each.of, each.dead, each.harmless, len(each.alive), each.undecided)),
            f"{each.per_cent:.1f}",
            "{:.1f}-{:.1f}".format(*each.bounds),
        )
    return drawn
