"""The runbook has a section for each alert, and sends nobody to what is not there."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from consumer.cli import main
from tests.operations.files import ALERTS, PANELS, RUNBOOK, RUNBOOK_SECTIONS


@pytest.mark.parametrize("alert", ALERTS)
def test_a_section_says_what_it_means_what_is_lost_and_what_to_do(alert: str) -> None:
    section = RUNBOOK.split(f"## {alert}\n")[1].split("\n## ")[0]
    assert [word for word in ("**Meaning.**", "**Meanwhile**", "**Look at**", "**Do") if word not in section] == []


def test_links_lead_to_sections() -> None:
    anchors = {title.lower() for title in RUNBOOK_SECTIONS}
    assert set(re.findall(r"\]\(#([^)]+)\)", RUNBOOK)) <= anchors


def test_panels_that_are_named_are_on_the_dashboard() -> None:
    quoted = {" ".join(text.split()) for text in re.findall(r'"([A-Z][^"]+)"', RUNBOOK)}
    assert quoted - PANELS.keys() == {"Bluecore consumer", "Bluecore is unavailable"}


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"`(?:bluecore-consumer )?(dead-letters [a-z]+)", RUNBOOK)))
)
def test_commands_that_are_named_exist(command: str) -> None:
    assert CliRunner().invoke(main, [*command.split(), "--help"]).exit_code == 0
