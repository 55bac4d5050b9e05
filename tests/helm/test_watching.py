"""Metrics, rules and the dashboard."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.helm.chart import NAME, Chart, Rendered
from tests.helm.documents import CHART
from tests.helm.kubernetes import faults
from tests.operations.prometheus import PrometheusUnavailableError, program

RULES = CHART / "files" / "rules.yaml"
DASHBOARD = CHART / "files" / "dashboard.json"
ALERTING = {"prometheusRule": {"enabled": True, "runbookUrl": "https://wiki.example.com/alerts"}}


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


def test_each_alert_links_to_its_section_of_the_runbook(chart: Chart) -> None:
    """At the address that was given, by the alert's name."""
    spec = chart.render(ALERTING).one("PrometheusRule")["spec"]

    alerts = [rule for group in spec["groups"] for rule in group["rules"] if "alert" in rule]
    assert len(alerts) > 10
    assert {each["annotations"]["runbook_url"] for each in alerts} == {
        f"https://wiki.example.com/alerts#{each['alert'].lower()}" for each in alerts
    }


def test_a_release_that_is_gone_is_missed_beside_another(chart: Chart) -> None:
    """The alert asks for this release's own job, which has the name of its PodMonitor."""
    absent = _expression(chart.render(ALERTING | {"podMonitor": {"enabled": True}}), "BluecoreConsumerAbsent")

    metric = "bluecore_consumer_concurrency_limit"
    assert absent == f'absent({metric}{{namespace="default", job="default/{NAME}"}} > 0)'
    assert _expression(chart.render(ALERTING), "BluecoreConsumerAbsent") == f"absent({metric} > 0)"


def test_prometheus_takes_the_rendered_rules(chart: Chart, tmp_path: Path) -> None:
    """As the operator will hand them over."""
    try:
        promtool = program("promtool")
    except PrometheusUnavailableError as reason:
        pytest.skip(str(reason))
    rules = tmp_path / "rules.yaml"
    rendered = chart.render(ALERTING | {"podMonitor": {"enabled": True}})
    rules.write_text(yaml.safe_dump(rendered.one("PrometheusRule")["spec"]))

    done = subprocess.run(
        [promtool, "check", "rules", "--lint=all", "--lint-fatal", rules],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_reaches_grafana(chart: Chart) -> None:
    """In a ConfigMap that Grafana's sidecar finds by its label; but for its uid and title it is as it was tested."""
    rendered = chart.render({"dashboard": {"enabled": True, "annotations": {"grafana_folder": "CRM"}}})

    dashboard = rendered.named("ConfigMap", f"{NAME}-dashboard")
    (shown,) = map(json.loads, dashboard["data"].values())
    assert shown["title"] == f"Bluecore consumer (default/{NAME})"
    own = {"uid": shown["uid"], "title": shown["title"]}
    assert shown == json.loads(DASHBOARD.read_text()) | own
    assert dashboard["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert dashboard["metadata"]["annotations"] == {"grafana_folder": "CRM"}


def test_a_dashboard_opens_on_its_own_release(chart: Chart) -> None:
    """With the PodMonitor, by whose name Prometheus calls the job; without, the job's name is not known."""
    shown = {}
    for monitored in (False, True):
        rendered = chart.render({"dashboard": {"enabled": True}, "podMonitor": {"enabled": monitored}})
        (dashboard,) = map(json.loads, rendered.named("ConfigMap", f"{NAME}-dashboard")["data"].values())
        variables = {each["name"]: each for each in dashboard["templating"]["list"]}
        shown[monitored] = variables["job"]["current"]["value"]
        assert variables["instance"]["current"]["value"] == "$__all"
    assert shown == {False: ["$__all"], True: [f"default/{NAME}"]}


def test_releases_that_share_a_grafana_have_a_dashboard_each(chart: Chart) -> None:
    """The sidecar tells files by name, Grafana dashboards by uid: of up to 40 characters, and always the same."""
    files, uids = set[str](), set[str]()
    for values in ({}, {}, {"fullnameOverride": "other"}):
        rendered = chart.render({"dashboard": {"enabled": True}, **values})
        name = values.get("fullnameOverride", NAME)
        ((file, text),) = rendered.named("ConfigMap", f"{name}-dashboard")["data"].items()
        files.add(file)
        uids.add(json.loads(text)["uid"])

    assert len(files) == len(uids) == 2
    assert all(re.fullmatch(r"bluecore-consumer-[0-9a-f]{12}", uid) for uid in uids)


def _expression(rendered: Rendered, alert: str) -> str:
    rules = (rule for group in rendered.one("PrometheusRule")["spec"]["groups"] for rule in group["rules"])
    (expression,) = (rule["expr"] for rule in rules if rule.get("alert") == alert)
    return str(expression)
