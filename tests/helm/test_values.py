"""Every value does something: each changed alone changes what is installed, and a cluster still takes it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helm.chart import RELEASE, Chart, Values, objects_in
from tests.helm.documents import CHART, documented_values
from tests.helm.kubernetes import faults

ROUTE = {"topic": "shop.orders", "event": "purchase"}
PROBE = {"periodSeconds": 7}
PEERS: list[Any] = [{"namespaceSelector": {}}]
KEDA = {"keda": {"enabled": True}}
HPA = {"autoscaling": {"enabled": True}}
FENCED = {"networkPolicy": {"enabled": True}}
SCRAPED = {"podMonitor": {"enabled": True}}
ALERTING = {"prometheusRule": {"enabled": True, "runbookUrl": "https://wiki.example.com/alerts"}}
SHOWN = {"dashboard": {"enabled": True}}
OBJECT = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-more"}}

BRANDS = {"acme": {"namespace": "${ACME}"}}

CHANGES: dict[str, tuple[Any, Values]] = {
    "kafka.bootstrap_servers": ("other:9092", {}),
    "kafka.group_id": ("other", {}),
    "kafka.options": ({"client.rack": "a"}, {}),
    "schema_registry.type": ("apicurio", {}),
    "schema_registry.url": ("http://other", {}),
    "schema_registry.options": ({"timeout.ms": "1"}, {}),
    "destinations": (BRANDS, {}),
    "destinationSecrets": ({"acme": "acme-bluecore"}, {"destinations": BRANDS}),
    "destinationRateLimitsPerSecond": ({"acme": 30}, {"destinations": BRANDS}),
    "bluecore.namespace": ("${OTHER}", {}),
    "bluecore.api_key": ("${OTHER}", {}),
    "bluecore.rest_api.client_id": ("shop", {}),
    "bluecore.rest_api.client_secret": ("${OTHER}", {"bluecore": {"rest_api": {"client_id": "shop"}}}),
    "delivery.rate_limit_per_second": (5, {}),
    "delivery.drain_seconds": (5, {}),
    "dead_letters": ({"delays_seconds": [1]}, {}),
    "receipts": ({"topic": "events.receipts"}, {}),
    "telemetry.port": (9000, {}),
    "routes": ([ROUTE], {}),
    "tables": ({"lands": {"NL": "Netherlands"}}, {}),
    "files": ({"order.avsc": "{}"}, {}),
    "existingSecret": ("other", {}),
    "secretData": (
        {"BLUECORE_NAMESPACE": "x"},
        {"existingSecret": "", "extraEnvFrom": [{"secretRef": {"name": "vault"}}]},
    ),
    "tlsSecret": ("certificates", {}),
    "image.repository": ("registry.example.com/consumer", {}),
    "image.tag": ("1.2.3", {}),
    "image.digest": ("sha256:" + "0" * 64, {}),
    "image.pullPolicy": ("Always", {}),
    "imagePullSecrets": ([{"name": "pull"}], {}),
    "nameOverride": ("events", {}),
    "fullnameOverride": ("events", {}),
    "replicas": (3, {}),
    "partitions": (3, {}),
    "releaseRateLimitPerSecond": (30, {}),
    "keda.enabled": (True, {}),
    "keda.minReplicas": (2, KEDA),
    "keda.maxReplicas": (5, KEDA),
    "keda.lagThreshold": (1_000_000, KEDA),
    "keda.pollingInterval": (60, KEDA),
    "keda.fallback.failureThreshold": (5, KEDA),
    "keda.fallback.replicas": (3, KEDA),
    "keda.fallback.behavior": ("", KEDA),
    "keda.topics": (["shop.orders"], KEDA),
    "keda.authentication.secret": ("login", {"keda": {"enabled": True, "authentication": {"keys": {"ca": "CA"}}}}),
    "keda.authentication.keys": ({"username": "USER"}, KEDA),
    "autoscaling.enabled": (True, {}),
    "autoscaling.minReplicas": (3, HPA),
    "autoscaling.maxReplicas": (5, HPA),
    "autoscaling.targetCPUUtilizationPercentage": (50, HPA),
    "staticMembership.enabled": (True, {}),
    "rollout.maxSurge": (2, {}),
    "rollout.maxUnavailable": (1, {}),
    "rollout.minReadySeconds": (20, {}),
    "terminationGracePeriodSeconds": (90, {}),
    "revisionHistoryLimit": (3, {}),
    "check.enabled": (False, {}),
    "podDisruptionBudget.enabled": (False, {}),
    "podDisruptionBudget.maxUnavailable": ("50%", {}),
    "probes.startup": (PROBE, {}),
    "probes.liveness": (PROBE, {}),
    "probes.readiness": (PROBE, {}),
    "resources": ({"limits": {"memory": "1Gi"}}, {}),
    "nodeSelector": ({"pool": "workers"}, {}),
    "tolerations": ([{"operator": "Exists"}], {}),
    "affinity": ({"nodeAffinity": {}}, {}),
    "topologySpreadConstraints": (
        [{"maxSkew": 1, "topologyKey": "rack", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {}}],
        {},
    ),
    "priorityClassName": ("high", {}),
    "serviceAccount.create": (False, {}),
    "serviceAccount.name": ("other", {}),
    "serviceAccount.annotations": ({"a": "b"}, {}),
    "serviceAccount.tokenAudience": ("sts.amazonaws.com", {}),
    "podSecurityContext": ({"runAsUser": 2000}, {}),
    "securityContext": ({"runAsUser": 2000}, {}),
    "networkPolicy.enabled": (True, {}),
    "networkPolicy.scrapers": (PEERS, FENCED),
    "networkPolicy.brokers": (PEERS, FENCED),
    "networkPolicy.brokerPorts": ([9093], FENCED),
    "networkPolicy.extraEgress": ([{"to": PEERS}], FENCED),
    "podMonitor.enabled": (True, {}),
    "podMonitor.labels": ({"release": "prometheus"}, SCRAPED),
    "podMonitor.interval": ("10s", SCRAPED),
    "prometheusRule.enabled": (True, {"prometheusRule": {"runbookUrl": "https://wiki.example.com/alerts"}}),
    "prometheusRule.labels": ({"release": "prometheus"}, ALERTING),
    "prometheusRule.runbookUrl": ("https://wiki.example.com/runbook", ALERTING),
    "dashboard.enabled": (True, {}),
    "dashboard.labels": ({"team": "crm"}, SHOWN),
    "dashboard.annotations": ({"folder": "CRM"}, SHOWN),
    "podAnnotations": ({"a": "b"}, {}),
    "podLabels": ({"team": "crm"}, {}),
    "extraEnv": ([{"name": "TZ", "value": "UTC"}], {}),
    "extraEnvFrom": ([{"secretRef": {"name": "vault"}}], {}),
    "extraVolumes": ([{"name": "more", "emptyDir": {}}], {}),
    "extraVolumeMounts": ([{"name": "tmp", "mountPath": "/more"}], {}),
    "extraContainers": ([{"name": "beside", "image": "other"}], {}),
    "extraObjects": ([OBJECT], {}),
}
INVISIBLE = {"partitions"}
"""Only asked by a guard."""
ALL: Values = {**KEDA, **FENCED, **SCRAPED, **ALERTING, **SHOWN}
SECTIONS = dict.fromkeys(path.rpartition(".")[0] for path in CHANGES if "." in path)


def test_every_documented_value_is_changed_here() -> None:
    """A new value needs its row."""
    assert {path for path, _ in documented_values()} == set(CHANGES)


@pytest.mark.parametrize("path", CHANGES)
def test_a_value_does_something(helm_3: Chart, path: str) -> None:
    """And what it leads to is valid on the oldest and the newest Kubernetes."""
    value, needed = CHANGES[path]
    before = helm_3.render(needed)
    after = helm_3.render(_with(needed, path.split("."), value))

    assert (after.text != before.text) is (path not in INVISIBLE)
    assert [fault for each in after.objects for fault in faults(each)] == []


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"replica": 3}, "replica"),
        ({"keda": {"maxReplica": 3}}, "maxReplica"),
        ({"delivery": {"max_inflight": 3}}, "max_inflight"),
        ({"routes": [ROUTE | {"fileds": {}}]}, "fileds"),
        ({"telemetry": {"log_level": "loud"}}, "log_level"),
        ({"replicas": "three"}, "replicas"),
        ({"prometheusRule": {"runbookUrl": "https://wiki.example.com/runbook#alerts"}}, "runbookUrl"),
        ({"prometheusRule": {"runbookUrl": "docs/RUNBOOK.md"}}, "runbookUrl"),
        ({"nameOverride": "Events"}, "nameOverride"),
        ({"fullnameOverride": "1.events"}, "fullnameOverride"),
    ],
)
def test_a_mistyped_value_is_refused(chart: Chart, values: dict[str, Any], key: str) -> None:
    """In the chart's values and in the service's settings alike."""
    assert key in chart.refusal(values)


@pytest.mark.parametrize("path", [*SECTIONS, *CHANGES])
def test_a_value_that_is_taken_away_is_named_or_left_out(helm_3: Chart, path: str) -> None:
    """`kafka:` with nothing behind it takes the defaults away, too: no template breaks on that."""
    done = helm_3.run("template", RELEASE, str(helm_3.folder), values=_with(ALL, path.split("."), None))

    if done.returncode == 0:
        assert [fault for each in objects_in(done.stdout) for fault in faults(each)] == []
    else:
        assert path.rpartition(".")[2] in done.stderr
        assert "error calling" not in done.stderr
        assert "nil pointer" not in done.stderr


def test_the_templates_use_nothing_else() -> None:
    """A template that asks for a value that is not there renders silence."""
    templates = "".join(path.read_text() for path in (CHART / "templates").rglob("*.*"))

    assert "Values.global" not in templates
    assert ".Values." in templates


def _with(values: Values, path: list[str], value: Any) -> dict[str, Any]:
    key, *below = path
    inner = values.get(key, {})
    return {**values, key: _with(inner, below, value) if below else value}
