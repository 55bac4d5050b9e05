"""The table of the incidents, on the terminal and in docs/operations.md, from what the runs left in the cache."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.incidents.catalogue import FAULTS
from tests.incidents.incident import Outcome
from tests.support.pages import ROOT

RESULTS: Final[Path] = ROOT / ".cache" / "incidents.json"
PAGE: Final[Path] = ROOT / "docs" / "operations.md"
BEGIN: Final = "| fault | first alert | after (s) | other alerts (s) | what the dashboard shows | recovery (s) |"
_TABLE: Final = re.compile(re.escape(BEGIN) + r"\n(?:\|.*\n)+")


def load() -> dict[str, Outcome]:
    """By fault, what came of its last run."""
    if not RESULTS.is_file():
        return {}
    return {name: Outcome(**each) for name, each in json.loads(RESULTS.read_text(encoding="utf-8")).items()}


def keep(outcome: Outcome) -> None:
    """Remember it, so that a run can go on where it was ended."""
    known = load() | {outcome.name: outcome}
    RESULTS.parent.mkdir(exist_ok=True)
    document = {name: each.document() for name, each in known.items()}
    RESULTS.write_text(json.dumps(document, indent=1), encoding="utf-8")


def table(outcomes: Iterable[Outcome]) -> str:
    """A row for each fault, as Markdown."""
    rows = [BEGIN, "|---|---|---|---|---|---|", *map(_row, outcomes)]
    return "".join(f"{row}\n" for row in rows)


def _row(outcome: Outcome) -> str:
    silenced = set(outcome.silenced)
    others = [
        f"`{name}` {after:.0f}{', silenced' if name in silenced else ''}" for name, after in outcome.others.items()
    ]
    panels = [f"{title}: {value}" for title, value in outcome.panels.items()]
    first = f"`{outcome.first}`" if outcome.first else "none"
    wrong = f" **{outcome.wrong}**" if outcome.wrong else ""
    cells = (
        outcome.what + wrong,
        first,
        f"{outcome.after:.0f}",
        "; ".join(others) or "none",
        "; ".join(panels).replace("|", "\\|"),
        f"{outcome.recovery:.0f}",
    )
    return f"| {' | '.join(cells)} |"


def write_page() -> None:
    """Put the table of all faults that were run into the page."""
    known = load()
    outcomes = [known[fault.name] for fault in FAULTS if fault.name in known]
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_TABLE.sub(lambda _: table(outcomes), text), encoding="utf-8")
