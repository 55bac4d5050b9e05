"""The table of the checks, on the terminal and in docs/operations.md, from what the runs left in the cache."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.k8s.catalogue import CHECKS
from tests.k8s.check import Result
from tests.k8s.checks.watching import PICTURE
from tests.support.pages import ROOT

RESULTS: Final[Path] = ROOT / ".cache" / "k8s.json"
PAGE: Final[Path] = ROOT / "docs" / "operations.md"
BEGIN: Final = "| check | result | seconds | what was seen |"
_TABLE: Final = re.compile(re.escape(BEGIN) + r"\n(?:\|.*\n)+")


def load() -> dict[str, Result]:
    """By check, what came of its last run."""
    if not RESULTS.is_file():
        return {}
    return {name: Result(**each) for name, each in json.loads(RESULTS.read_text(encoding="utf-8")).items()}


def keep(result: Result) -> None:
    """Remember it: the long form and the short one are of one table."""
    known = load() | {result.name: result}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(
        json.dumps({name: each.document() for name, each in known.items()}, indent=1), encoding="utf-8"
    )


def table(results: Iterable[Result]) -> str:
    """A row for each check, as Markdown."""
    rows = [BEGIN, "|---|---|---|---|", *map(_row, results)]
    return "".join(f"{row}\n" for row in rows)


def ordered() -> list[Result]:
    """What is known, in the order of the checks."""
    known = load()
    return [known[check.name] for check in CHECKS if check.name in known]


def write_page() -> None:
    """Put the table of all checks that were made into the page, and the picture beside it."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_TABLE.sub(lambda _: table(ordered()), text), encoding="utf-8")
    if PICTURE.is_file():
        (PAGE.parent / "dashboard.svg").write_bytes(PICTURE.read_bytes())


def _row(result: Result) -> str:
    seen = " ".join(result.seen.split()).replace("|", "\\|")
    state = result.state if result.state == "works" else f"**{result.state}**"
    return f"| {result.what} | {state} | {result.seconds:.0f} | {seen} |"
