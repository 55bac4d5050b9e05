"""Values that cannot work are refused before anything is installed, each with a sentence that says what to do."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.helm.chart import Chart
from tests.helm.documents import CHART

if TYPE_CHECKING:
    from pathlib import Path

KEDA = {"enabled": True}
SASL = {"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN"}
ROUTE = {"topic": "shop.orders", "event": "purchase"}
NEW_GROUP = {"group.protocol": "consumer", "session.timeout.ms": 6000}

CASES: dict[str, tuple[dict[str, Any], str]] = {
    "no brokers": ({"kafka": {"bootstrap_servers": ""}}, "kafka.bootstrap_servers is empty"),
    "no routes": ({"routes": []}, "routes is empty"),
    "no topic": ({"routes": [{"event": "purchase"}]}, "routes[0] has neither topic nor topic_pattern"),
    "no registry": ({"schema_registry": {"url": ""}}, "schema_registry.url is empty, and routes[0]"),
    "killed while draining": ({"delivery": {"drain_seconds": 31}}, "terminationGracePeriodSeconds is 60"),
    "KIP-848": ({"kafka": {"options": NEW_GROUP}}, "has session.timeout.ms, which the group protocol `consumer`"),
    "one identity": ({"kafka": {"options": {"group.instance.id": "a"}}}, "a group.instance.id, which every pod"),
    "literal namespace": ({"bluecore": {"namespace": "shop"}}, "bluecore.namespace would be readable in a ConfigMap"),
    "literal key": ({"bluecore": {"api_key": "${A:-secret}"}}, "bluecore.api_key would be readable in a ConfigMap"),
    "literal password": (
        {"kafka": {"options": {"sasl.password": "p"}}},
        "options sasl.password would be readable in a ConfigMap",
    ),
    "literal user": (
        {"schema_registry": {"options": {"basic.auth.user.info": "${USER}:p"}}},
        "schema_registry.options basic.auth.user.info would be readable in a ConfigMap",
    ),
    "two secrets": ({"secretData": {"BLUECORE_NAMESPACE": "shop"}}, "existingSecret and secretData are both given"),
    "no secret": ({"existingSecret": ""}, "nothing gives the pods the environment variable BLUECORE_NAMESPACE"),
    "two autoscalers": ({"keda": KEDA, "autoscaling": {"enabled": True}}, "keda.enabled and autoscaling.enabled"),
    "scaled static members": (
        {"staticMembership": {"enabled": True}, "keda": KEDA},
        "staticMembership.enabled with an autoscaler",
    ),
    "fewest above most": ({"keda": KEDA | {"minReplicas": 9}}, "keda.minReplicas is above keda.maxReplicas"),
    "idle pods": ({"replicas": 7, "partitions": 6}, "there can be 7 pods and only 6 partitions"),
    "idle pods by KEDA": ({"keda": KEDA | {"maxReplicas": 8}, "partitions": 6}, "there can be 8 pods and only 6"),
    "two rate limits": (
        {"releaseRateLimitPerSecond": 9, "delivery": {"rate_limit_per_second": 9}},
        "releaseRateLimitPerSecond and delivery.rate_limit_per_second",
    ),
    "no way to roll out": ({"rollout": {"maxSurge": 0}}, "rollout.maxSurge and rollout.maxUnavailable"),
    "KEDA and a pattern": (
        {"keda": KEDA, "routes": [{"topic_pattern": "^shop", "event": "purchase"}]},
        "keda cannot follow the topic_pattern ^shop",
    ),
    "KEDA and a variable": (
        {"keda": KEDA, "kafka": {"bootstrap_servers": "${BROKERS}"}},
        "keda reads the lag itself and cannot fill in the ${NAME} in kafka.bootstrap_servers",
    ),
    "KEDA and no reset": (
        {"keda": KEDA, "kafka": {"options": {"auto.offset.reset": "error"}}},
        "kafka.options has an auto.offset.reset that keda does not know",
    ),
    "KEDA without a login": ({"keda": KEDA, "kafka": {"options": SASL}}, "keda logs in to Kafka itself"),
    "KEDA without a Secret": (
        {
            "keda": KEDA | {"authentication": {"keys": {"username": "U"}}},
            "existingSecret": "",
            "secretData": {"BLUECORE_NAMESPACE": "shop"},
        },
        "keda.authentication.keys are of no Secret",
    ),
}


@pytest.mark.parametrize(("values", "sentence"), CASES.values(), ids=CASES)
def test_a_guard_fires_with_its_sentence(chart: Chart, values: dict[str, Any], sentence: str) -> None:
    """The sentence names the values that stand against each other."""
    assert sentence in chart.refusal(values)


@pytest.mark.parametrize(("part", "file"), [("prometheusRule", "rules.yaml"), ("dashboard", "dashboard.json")])
def test_rules_and_dashboard_must_be_in_the_chart(chart: Chart, tmp_path: Path, part: str, file: str) -> None:
    """A copy without them says so and installs nothing half."""
    bare = shutil.copytree(CHART, tmp_path / "chart", ignore=shutil.ignore_patterns("files"))

    refusal = replace(chart, folder=bare).refusal({part: {"enabled": True}})

    assert f"{part}.enabled is true, and this copy of the chart has no files/{file}" in refusal


def test_every_guard_has_a_case(chart: Chart) -> None:
    """A guard that is added to the template needs its case here."""
    template = (CHART / "templates" / "_guards.tpl").read_text()
    sentences = re.findall(r'append \$faults \(?(?:printf )?"([^"]+)"', template)
    shown = "\n".join(chart.refusal(values) for values, _ in CASES.values())

    untested = [
        sentence
        for sentence in sentences
        if not re.search(".*".join(re.escape(part) for part in re.split("%[dsv]", sentence)), shown)
    ]

    assert len(sentences) > 20
    assert untested == ["%s.enabled is true, and this copy of the chart has no %s"]


def test_all_faults_are_told_at_once(chart: Chart) -> None:
    """Nobody should need three installs to find three mistakes."""
    refusal = chart.refusal({"kafka": {"bootstrap_servers": ""}, "routes": [], "existingSecret": ""})

    assert all(part in refusal for part in ("kafka.bootstrap_servers", "routes is empty", "BLUECORE_NAMESPACE"))


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
    ],
)
def test_a_mistyped_value_is_refused(chart: Chart, values: dict[str, Any], key: str) -> None:
    """In the chart's values and in the service's settings alike."""
    assert key in chart.refusal(values)


@pytest.mark.parametrize(
    "values",
    [
        {"existingSecret": "", "secretData": {"BLUECORE_NAMESPACE": "shop"}},
        {"existingSecret": "", "extraEnvFrom": [{"secretRef": {"name": "vault"}}]},
        {"existingSecret": "", "extraEnv": [{"name": "BLUECORE_NAMESPACE", "value": "sandbox"}]},
        {"schema_registry": {"options": {"basic.auth.user.info": "${USER}:${PASSWORD}"}}},
        {"kafka": {"options": {"group.protocol": "consumer"}}},
        {"kafka": {"options": {"max.poll.interval.ms": 900_000}}},
        {"replicas": 6, "partitions": 6},
    ],
)
def test_what_can_work_passes(chart: Chart, values: dict[str, Any]) -> None:
    """The guards' edges."""
    assert chart.render(values).pod["containers"]
