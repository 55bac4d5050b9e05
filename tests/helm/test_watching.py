"""Metrics, rules, dashboard, traffic and the notes after an install."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.helm.chart import NAME, Chart
from tests.helm.documents import CHART
from tests.helm.kubernetes import faults
from tests.operations.prometheus import PrometheusUnavailableError, program
from tests.support.readme import ROOT

if TYPE_CHECKING:
    from pathlib import Path

RULES = CHART / "files" / "rules.yaml"
DASHBOARD = CHART / "files" / "dashboard.json"
RUNBOOK = CHART / "RUNBOOK.md"


def test_the_operator_scrapes_the_pods(chart: Chart) -> None:
    """By the selector of the Deployment and the name of the port."""
    rendered = chart.render({"podMonitor": {"enabled": True, "labels": {"release": "prometheus"}}})
    monitor = rendered.one("PodMonitor")

    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    assert monitor["spec"]["selector"] == rendered.one("Deployment")["spec"]["selector"]
    assert monitor["spec"]["podMetricsEndpoints"] == [{"port": "telemetry", "interval": "30s"}]


def test_the_rules_reach_the_operator_as_they_are(chart: Chart) -> None:
    """Prometheus fills in `{{ $labels }}`, not Helm; only the runbook's address is another."""
    wiki = "https://wiki.example.com/runbook?page=2"
    values = {"prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}, "runbookUrl": wiki}}

    rule = chart.render(values).one("PrometheusRule")

    assert rule["spec"] == yaml.safe_load(RULES.read_text().replace("RUNBOOK#", f"{wiki}#"))
    assert rule["metadata"]["labels"]["release"] == "prometheus"
    assert faults(rule) == []


def test_without_an_address_an_alert_names_the_runbook_of_the_repository(chart: Chart) -> None:
    """A file that is there, and in it the section of each alert."""
    spec = chart.render({"prometheusRule": {"enabled": True}}).one("PrometheusRule")["spec"]

    alerts = {rule["alert"]: rule for group in spec["groups"] for rule in group["rules"] if "alert" in rule}
    urls = {name: alert["annotations"]["runbook_url"].split("#") for name, alert in alerts.items()}
    assert {(ROOT / file).resolve() for file, _ in urls.values()} == {RUNBOOK}
    assert {name: anchor for name, (_, anchor) in urls.items()} == {name: name.lower() for name in alerts}


def test_prometheus_takes_the_rendered_rules(chart: Chart, tmp_path: Path) -> None:
    """As the operator will hand them over."""
    try:
        promtool = program("promtool")
    except PrometheusUnavailableError as reason:
        pytest.skip(str(reason))
    rules = tmp_path / "rules.yaml"
    rendered = chart.render({"prometheusRule": {"enabled": True}})
    rules.write_text(yaml.safe_dump(rendered.one("PrometheusRule")["spec"]))

    done = subprocess.run(
        [promtool, "check", "rules", "--lint=all", "--lint-fatal", rules],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_reaches_grafana_as_it_is(chart: Chart) -> None:
    """In a ConfigMap that Grafana's sidecar finds by its label."""
    values = {"dashboard": {"enabled": True, "annotations": {"grafana_folder": "CRM"}}}

    (dashboard,) = (each for each in chart.render(values).all("ConfigMap") if each["metadata"]["name"] != NAME)

    assert json.loads(dashboard["data"]["bluecore-consumer.json"]) == json.loads(DASHBOARD.read_text())
    assert dashboard["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert dashboard["metadata"]["annotations"] == {"grafana_folder": "CRM"}


def test_a_fence_leaves_the_ways_that_are_needed(chart: Chart) -> None:
    """DNS, the brokers, the registry and Bluecore; in comes only who reads metrics."""
    values = {
        "networkPolicy": {"enabled": True, "brokers": [{"podSelector": {}}]},
        "kafka": {"bootstrap_servers": "a:9094, b:9095"},
        "schema_registry": {"url": "http://registry:8081/path"},
    }

    spec = chart.render(values).one("NetworkPolicy")["spec"]

    dns, brokers, web = spec["egress"]
    assert [each["port"] for each in dns["ports"]] == [53, 53]
    assert [each["port"] for each in brokers["ports"]] == [9094, 9095]
    assert brokers["to"] == [{"podSelector": {}}]
    assert [each["port"] for each in web["ports"]] == [8081, 443]
    assert spec["ingress"] == [{"ports": [{"port": "telemetry", "protocol": "TCP"}]}]


def test_advertised_ports_can_be_named(chart: Chart) -> None:
    """The brokers may send the client on to others than those that it started from."""
    values = {"networkPolicy": {"enabled": True, "brokerPorts": [9093]}, "schema_registry": {"url": "https://r"}}

    _, brokers, web = chart.render(values).one("NetworkPolicy")["spec"]["egress"]

    assert [each["port"] for each in brokers["ports"]] == [9093]
    assert [each["port"] for each in web["ports"]] == [443]


def test_the_notes_say_what_to_do_next(helm_4: Chart) -> None:
    """With commands for this very release, and what is not yet settled."""
    notes = _notes(helm_4, {"keda": {"enabled": True}})

    assert f"kubectl -n default rollout status deployment/{NAME}" in notes
    assert "helm -n default test shop --logs" in notes
    assert "Set releaseRateLimitPerSecond" in notes
    assert "There can be 4 pods" in notes
    assert "Nothing scrapes the metrics yet" in notes
    assert "${" not in notes


def test_the_notes_of_a_settled_release_are_short(helm_4: Chart) -> None:
    """And name each pod's share of the rate."""
    notes = _notes(
        helm_4, {"partitions": 8, "releaseRateLimitPerSecond": 100, "podMonitor": {"enabled": True}, "replicas": 2}
    )

    assert "each of at most 3 pods may send 33.33" in notes
    assert "There can be" not in notes
    assert "Nothing scrapes" not in notes


def _notes(chart: Chart, values: dict[str, object]) -> str:
    done = chart.run("install", "shop", str(chart.folder), "--dry-run=client", values=values)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("NOTES:")[1]
