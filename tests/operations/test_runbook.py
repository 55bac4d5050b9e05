"""The runbook has a section for each alert, and sends nobody to what is not there."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from prometheus_client import CollectorRegistry
from prometheus_client.process_collector import ProcessCollector

from consumer.cli import main
from consumer.telemetry.metrics import Metrics
from tests.operations.files import ALERTS, PANELS, RECORDED, RUNBOOK, RUNBOOK_SECTIONS, metrics_in


@pytest.mark.parametrize("alert", ALERTS)
def test_a_section_says_what_it_means_what_is_lost_and_what_to_do(alert: str) -> None:
    section = RUNBOOK.split(f"## {alert}\n")[1].split("\n## ")[0]
    assert [word for word in ("**Meaning.**", "**Meanwhile**", "**Look at**", "**Do") if word not in section] == []


@pytest.mark.parametrize("alert", ALERTS)
def test_a_section_begins_with_three_questions_that_tell_its_cause_from_its_neighbours(alert: str) -> None:
    """Commands that there are, and queries of metrics that there are."""
    beginning = RUNBOOK.split(f"## {alert}\n")[1].split("**Meaning.**")[0].strip()
    asked = re.findall(r"^\d\. `([^`]+)`:", beginning, re.MULTILINE)
    assert len(asked) == 3
    for each in asked:
        if (command := re.match(r"bluecore-consumer ([a-z-]+)", each)) is not None:
            assert command[1] in main.commands
        elif each.startswith(("kubectl ", "kafka-")):
            continue
        else:
            assert metrics_in(each) - known_metrics() - RECORDED.keys() == set()


def known_metrics() -> set[str]:
    """The names under which the service's metrics are scraped."""
    registry = CollectorRegistry()
    Metrics(registry)
    ProcessCollector(registry=registry)
    suffixes = ("", "_total", "_bucket", "_count", "_sum")
    return {f"{family.name}{suffix}" for family in registry.collect() for suffix in suffixes}


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
