"""The dashboard is whole: every panel explains itself, and asks for what there is."""

from __future__ import annotations

import re

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


def test_starts_and_outages_are_drawn_into_every_panel() -> None:
    """Whatever changes with them is seen to."""
    annotations = {each["name"]: each for each in DASHBOARD["annotations"]["list"]}
    assert "process_start_time_seconds" in annotations["Starts"]["expr"]
    assert annotations["Starts"]["useValueForTime"], "a start is at the time that it tells, not at the scrape's"
    assert "bluecore_consumer_circuit_open" in annotations["Outages"]["expr"]
    for each in annotations.values():
        assert each["datasource"]["uid"] == "${datasource}"
        assert 'job=~"$job", instance=~"$instance"' in each["expr"]


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


def test_what_is_told_apart_by_instance_has_its_pod_for_a_name() -> None:
    """In Kubernetes an instance is an address; without, there is no pod."""
    by_instance = [
        target
        for panel in PANELS.values()
        for target in panel["targets"]
        if "instance" in target["legendFormat"] or re.search(r"by \([^)]*instance", target["expr"])
    ]
    assert len(by_instance) >= 7
    assert all("{{pod}} {{instance}}" in each["legendFormat"] for each in by_instance)
    assert all("instance, pod" in each["expr"] for each in by_instance if " by (" in each["expr"])


def test_all_is_all_that_has_a_name() -> None:
    """But for destinations: without any, the label is empty."""
    queried = [each for each in DASHBOARD["templating"]["list"] if each["type"] == "query"]
    assert {each["label"]: each["allValue"] for each in queried} == {
        "Release": ".+",
        "Pod": ".+",
        "Destination": ".*",
    }


def test_no_series_is_nameless() -> None:
    """Records that were skipped have no event type."""
    assert 'event_type!=""' in PANELS["Delivered, by type"]["targets"][0]["expr"]


@pytest.mark.parametrize("title", [title for title in PANELS if PANELS[title]["type"] == "timeseries"])
def test_shares_that_add_up_end_at_the_whole(title: str) -> None:
    defaults = PANELS[title]["fieldConfig"]["defaults"]
    if defaults["unit"] == "percentunit" and defaults["custom"]["stacking"]["mode"] != "none":
        assert defaults["max"] == 1
        assert re.search(r" / on \(\) group_left \(\) sum\(", PANELS[title]["targets"][0]["expr"])
