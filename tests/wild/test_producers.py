"""The page's table of producers, against what was recorded of each."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.pages import page
from tests.wild.producers import HERE, Producer, producers

TABLE = page("docs/formats.md").rows("producer")
ROWS = {name.strip("`"): cells for name, *cells in TABLE}


def forms(producer: Producer) -> list[Any]:
    """Whatever was recorded of it."""
    return [
        *(recorded for _, recorded in producer.as_records()),
        *(recorded for _, recorded in producer.as_single_objects()),
        *producer.records.values(),
    ]


def named(cell: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", cell))


def test_each_producer_has_a_row_and_its_script() -> None:
    folders = {file.parent.name for file in HERE.glob("*/record.sh")}
    assert set(ROWS) == set(producers()) == folders


@pytest.mark.parametrize("name", ROWS)
def test_the_row_has_the_version_that_was_run(name: str) -> None:
    version = producers()[name].recorded["version"]
    assert ROWS[name][0] == version
    assert f"version={version}\n" in (HERE / name / "record.sh").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ROWS)
def test_the_row_has_the_formats_and_registries_that_were_recorded(name: str) -> None:
    recorded = forms(producers()[name])
    from_registries = [each for each in recorded if each["format"] == "confluent"]
    assert named(ROWS[name][1]) == {each["format"] for each in recorded}
    assert named(ROWS[name][2]) == {each.get("registry", "confluent") for each in from_registries}


@pytest.mark.parametrize("name", ROWS)
def test_the_row_says_what_a_producer_would_not_write(name: str) -> None:
    lacks = {
        "big-decimal": {"big-decimal", "big-decimal-negative", "big-decimal-negative-scale"},
        "zero as a decimal on fixed": {"decimal-fixed-zero"},
        "recursive types": {"record-recursive", "record-recursive-in-array"},
    }
    said = {what.strip() for what in ROWS[name][4].split(",") if what.strip()}
    assert {each for what in said for each in lacks[what]} == set(producers()[name].refused)
