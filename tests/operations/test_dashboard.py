"""The dashboard is whole: every panel explains itself, and asks for what there is."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.process_collector import ProcessCollector

from consumer.telemetry.metrics import Metrics
from tests.operations.files import DASHBOARD, PANELS, metrics_in, queries


def test_it_keeps_its_address_and_works_with_any_data_source() -> None:
    assert DASHBOARD["uid"] == "bluecore-consumer"
    variables = {each["name"]: each["type"] for each in DASHBOARD["templating"]["list"]}
    assert variables == {"datasource": "datasource", "job": "query", "instance": "query", "destination": "query"}
    assert {panel["datasource"]["uid"] for panel in PANELS.values()} == {"${datasource}"}


@pytest.mark.parametrize("title", PANELS)
def test_a_panel_says_what_it_shows_and_in_which_unit(title: str) -> None:
    panel = PANELS[title]
    assert panel["description"].endswith((".", "`."))
    assert panel["fieldConfig"]["defaults"]["unit"]
    for target in panel["targets"]:
        assert 'job=~"$job", instance=~"$instance"' in target["expr"]
        assert "rate(" not in target["expr"] or "[$__rate_interval]" in target["expr"]


def test_every_metric_of_a_panel_is_one_that_the_service_has() -> None:
    registry = CollectorRegistry()
    Metrics(registry)
    ProcessCollector(registry=registry)
    known = {
        f"{family.name}{suffix}" for family in registry.collect() for suffix in ("", "_total", "_bucket", "_count")
    }
    used = {name for panel in PANELS.values() for query in queries(panel) for name in metrics_in(query)}
    assert used - known == set()


def test_every_metric_of_the_catalogue_is_shown_somewhere() -> None:
    registry = CollectorRegistry()
    Metrics(registry)
    shown = " ".join(query for panel in PANELS.values() for query in queries(panel))
    assert [family.name for family in registry.collect() if family.name not in shown] == []


def test_panels_do_not_overlap() -> None:
    cells = [
        (column, line)
        for panel in DASHBOARD["panels"]
        for column in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for line in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(column for column, _ in cells) < 24
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
