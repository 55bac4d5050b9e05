"""What a comment cites is explained on the page of sources."""

from __future__ import annotations

import re

import pytest

from tests.support.pages import ROOT, page

SOURCES = page("docs/sources.md")
CODE = " ".join(
    " ".join(file.read_text(encoding="utf-8").split()) for file in sorted((ROOT / "consumer").rglob("*.py"))
)
ZEOTAP = ("Default Destination Fields", "Event Payload Format", "Required Mapping Fields", "Best Practices")
BLUECORE = ("Events API", "Customer Events", "Purchase Events", "Customer Profiles", "transactional API")


@pytest.mark.parametrize("name", ["Zeotap", "RudderStack", "Segment", "mParticle", "Survey", "Bluecore"])
def test_each_document_has_a_section(name: str) -> None:
    assert name in SOURCES.sections


def test_each_section_of_zeotap_that_is_cited_is_there() -> None:
    """Those that follow the name in a comment."""
    explained = {section for section, _ in SOURCES["Zeotap"].table("section")}
    cited = set(re.findall(r"Zeotap, ([A-Z]\w+(?: [A-Z]\w+)*)", CODE))
    assert len(cited) >= 4
    assert cited - explained == set()
    assert set(ZEOTAP) <= explained


def test_each_page_of_bluecore_that_is_cited_is_there() -> None:
    cited = set(re.findall(r"Bluecore, ((?:[A-Z]\w+ [A-Z]\w+)|transactional API)", CODE))
    assert len(cited) >= 4
    assert [name for name in sorted(cited | set(BLUECORE)) if f"**Bluecore, {name}" not in SOURCES.text] == []


@pytest.mark.parametrize("engine", ["parallel-consumer", "Vector", "Arroyo"])
def test_each_engine_that_is_cited_is_there(engine: str) -> None:
    assert engine in CODE
    assert any(engine in name for name, _ in SOURCES["Delivery engines"].table("engine"))
