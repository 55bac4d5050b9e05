"""Every link of the documentation leads somewhere: to a file of the repository, and to a section of it."""

from __future__ import annotations

import re

import pytest

from tests.support.pages import ROOT, Page, documentation, page

CHART = [page(f"helm/bluecore-consumer/{name}") for name in ("README.md", "RUNBOOK.md")]
PAGES = [*documentation(), *CHART]
WITH_ANCHORS = [each for each in PAGES if each.name != "CHANGELOG.md"]  # its versions have the same parts

each_page = pytest.mark.parametrize("each", PAGES, ids=lambda each: each.name)


@each_page
def test_links_lead_to_files_and_sections(each: Page) -> None:
    assert [link for link in links(each) if not _leads_somewhere(each, link)] == []


@pytest.mark.parametrize("each", WITH_ANCHORS, ids=lambda each: each.name)
def test_no_two_sections_have_one_name(each: Page) -> None:
    """The second could not be linked to."""
    titles = re.findall(r"^#+ (.*)", prose(each), re.MULTILINE)
    assert len(titles) == len(set(titles))


@each_page
def test_lines_are_short(each: Page) -> None:
    """Of text, that is; a row of a table, a picture and a command are in one piece."""
    lines = [line for line in prose(each).splitlines() if not line.startswith(("|", "!["))]
    assert [line for line in lines if len(line) > 125] == []


def test_every_page_is_in_the_readmes_table() -> None:
    linked = set(links(page("README.md")))
    assert {str(file.relative_to(ROOT)) for file in (ROOT / "docs").glob("*.md")} <= linked


def test_the_anchors_are_those_that_git_hosts_make() -> None:
    assert anchor("4. See what would be sent") == "4-see-what-would-be-sent"
    assert anchor("Whose fault is it?") == "whose-fault-is-it"
    assert anchor("A new schema version, in its producer's CI") == "a-new-schema-version-in-its-producers-ci"


def prose(each: Page) -> str:
    """The page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", each.text, flags=re.DOTALL | re.MULTILINE)


def links(each: Page) -> list[str]:
    """The targets of the page's links and pictures, but for those to other hosts."""
    found = re.findall(r"\]\(([^)]+)\)", each.text)
    return [link for link in found if not link.startswith("https://")]


def anchor(title: str) -> str:
    """The name that a section's link has."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def _leads_somewhere(each: Page, link: str) -> bool:
    name, _, section = link.partition("#")
    target = ((ROOT / each.name).parent / name).resolve() if name else ROOT / each.name
    if not target.exists():
        return False
    return not section or section in {anchor(title) for title in page(str(target.relative_to(ROOT))).sections}
