"""The README and the pages of `docs/`, read as a test needs them: by section."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tests.support.markdown import Block, Row, Section, sections

ROOT: Final = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Page:
    """One page: `name` is its path in the repository."""

    name: str
    text: str
    sections: dict[str, Section]

    def __getitem__(self, title: str) -> Section:
        return self.sections[title]

    @property
    def blocks(self) -> list[Block]:
        """The blocks of code of all sections, from the top of the page to its end."""
        return [block for section in self.sections.values() for block in section.blocks]

    def rows(self, heading: str) -> Iterator[Row]:
        """The rows of all tables whose first column has this heading, without the rows of headings."""
        for section in self.sections.values():
            for headings, *rows in section.tables:
                if headings[0] == heading:
                    yield from rows


@cache
def page(name: str) -> Page:
    """The page at this path in the repository."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return Page(name, text, sections(text))


def documentation() -> list[Page]:
    """The README, and all pages of `docs/` and `examples/`, and those beside the README."""
    files = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*.md")]
    return [page(str(file.relative_to(ROOT))) for file in sorted(files)]


README: Final = page("README.md")
GETTING_STARTED: Final = page("docs/getting-started.md")
CONFIGURATION: Final[str] = GETTING_STARTED["2. Write the configuration"].block("yaml").text
"""The configuration that the other pages go on from."""
