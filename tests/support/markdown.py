"""A Markdown page as a test reads it: its sections with their code blocks and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

Row = tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A fenced block of code; `file` is the name that the page gives it behind the language, if any."""

    language: str
    file: str
    text: str


@dataclass(frozen=True)
class Section:
    """What stands below one heading, up to the next of any level. A table is its rows, heading first."""

    title: str
    blocks: list[Block] = field(default_factory=list)
    tables: list[list[Row]] = field(default_factory=list)

    def block(self, language: str, number: int = 0) -> Block:
        """The block of this language with this number."""
        return [block for block in self.blocks if block.language == language][number]

    def table(self, heading: str) -> list[Row]:
        """The rows of the table whose first column has this heading, without the row of headings.

        Raises:
            LookupError: the section has no such table.
        """
        for headings, *rows in self.tables:
            if headings[0] == heading:
                return rows
        raise LookupError(f"{self.title}: there is no table of {heading}")


def sections(page: str) -> dict[str, Section]:
    """The sections of a page by their titles."""
    found = [Section("")]
    tokens = MarkdownIt("commonmark").enable("table").parse(page)
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            found.append(Section(tokens[index + 1].content))
        elif token.type == "fence":
            language, _, file = token.info.strip().partition(" ")
            found[-1].blocks.append(Block(language, file, token.content))
        elif token.type == "tr_open":
            if tokens[index - 1].type == "thead_open":
                found[-1].tables.append([])
            found[-1].tables[-1].append(tuple(_cells(tokens, index)))
    return {section.title: section for section in found}


def _cells(tokens: Sequence[Token], row: int) -> Iterator[str]:
    for token in tokens[row:]:
        if token.type == "inline":
            yield token.content
        elif token.type == "tr_close":
            return
