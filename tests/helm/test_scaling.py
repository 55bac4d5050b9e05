"""More pods never mean more requests than Bluecore is to get."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helm.chart import NAME, Chart

SASL = {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "SCRAM-SHA-512",
    "sasl.username": "${KAFKA_USERNAME}",
    "sasl.password": "${KAFKA_PASSWORD}",
}
KEYS = {"username": "KAFKA_USERNAME", "password": "KAFKA_PASSWORD"}
TOPICS = [{"topic": "shop.a", "event": "search"}, {"topic": "shop.b", "event": "search"}]


@pytest.mark.parametrize(
    ("values", "pods"),
    [
        ({"replicas": 3}, 4),
        ({"replicas": 3, "rollout": {"maxSurge": 2}}, 5),
        ({"replicas": 3, "staticMembership": {"enabled": True}}, 3),
        ({"keda": {"enabled": True, "maxReplicas": 9}}, 10),
        ({"keda": {"enabled": True, "maxReplicas": 2, "fallback": {"replicas": 6}}}, 7),
        ({"autoscaling": {"enabled": True, "maxReplicas": 7}}, 8),
    ],
)
def test_the_releases_rate_is_divided_over_the_most_pods(chart: Chart, values: dict[str, Any], pods: int) -> None:
    """A rollout's additional pod included: all of them together stay under the ceiling."""
    limit = chart.render(values | {"releaseRateLimitPerSecond": 100}).settings["delivery"]["rate_limit_per_second"]

    assert limit == pytest.approx(100 / pods)
    assert limit * pods <= 100


def test_without_a_ceiling_a_pod_keeps_its_own(chart: Chart) -> None:
    """The setting of the configuration file, as it is."""
    settings = chart.render({"delivery": {"rate_limit_per_second": 7.5}}).settings

    assert settings["delivery"]["rate_limit_per_second"] == 7.5


@pytest.mark.parametrize("scaler", ["keda", "autoscaling"])
def test_an_autoscaler_alone_sets_the_number(chart: Chart, scaler: str) -> None:
    """A number in the Deployment would undo its work with each upgrade."""
    spec = chart.render({scaler: {"enabled": True}}).one("Deployment")["spec"]

    assert "replicas" not in spec
    assert chart.render().one("Deployment")["spec"]["replicas"] == 2


def test_a_number_that_is_left_out_is_somebody_elses(chart: Chart) -> None:
    """Helm 4 refuses to set what `kubectl scale` or another autoscaler has set."""
    assert "replicas" not in chart.render({"replicas": None}).one("Deployment")["spec"]


def test_kedas_interval_is_what_counts(chart: Chart) -> None:
    """Without its cache the autoscaler has it ask Kafka every 15 s, whatever the interval is."""
    (trigger,) = chart.render({"keda": {"enabled": True}}).one("ScaledObject")["spec"]["triggers"]

    assert trigger["useCachedMetrics"] is True


def test_keda_does_not_look_at_a_paused_topic(chart: Chart) -> None:
    """Its lag grows on purpose, and no pod would lower it."""
    routes = [TOPICS[0], TOPICS[1] | {"paused": True}]
    triggers = chart.render({"keda": {"enabled": True}, "routes": routes}).one("ScaledObject")["spec"]["triggers"]

    assert [each["metadata"]["topic"] for each in triggers] == ["shop.a"]


def test_keda_looks_at_the_lag_of_each_routed_topic(chart: Chart) -> None:
    """Not at the retry topic's: its records wait, and more pods would not make them due sooner."""
    spec = chart.render({"keda": {"enabled": True}, "routes": [*TOPICS, TOPICS[0]]}).one("ScaledObject")["spec"]

    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": NAME}
    assert [each["metadata"]["topic"] for each in spec["triggers"]] == ["shop.a", "shop.b"]
    assert spec["triggers"][0]["metadata"] == {
        "bootstrapServers": "kafka:9092",
        "consumerGroup": "bluecore-consumer",
        "topic": "shop.a",
        "lagThreshold": "5000",
        "offsetResetPolicy": "earliest",
        "tls": "disable",
    }
    assert spec["fallback"] == {"failureThreshold": 3, "replicas": 2, "behavior": "currentReplicasIfHigher"}
    assert spec["minReplicaCount"] >= 1


def test_kedas_reset_is_the_consumers(chart: Chart) -> None:
    """Otherwise a new group's lag would be reckoned from the wrong end."""
    values = {"keda": {"enabled": True}, "kafka": {"options": {"auto.offset.reset": "latest"}}}

    (trigger,) = chart.render(values).one("ScaledObject")["spec"]["triggers"]

    assert trigger["metadata"]["offsetResetPolicy"] == "latest"


@pytest.mark.parametrize(("mechanism", "kedas"), [("SCRAM-SHA-512", "scram_sha512"), ("PLAIN", "plaintext")])
def test_keda_logs_in_as_the_consumer_does(chart: Chart, mechanism: str, kedas: str) -> None:
    """Its credentials come from the same Secret, under its own names."""
    options = SASL | {"sasl.mechanism": mechanism}
    values = {"keda": {"enabled": True, "authentication": {"keys": KEYS}}, "kafka": {"options": options}}

    rendered = chart.render(values)

    (trigger,) = rendered.one("ScaledObject")["spec"]["triggers"]
    assert (trigger["metadata"]["sasl"], trigger["metadata"]["tls"]) == (kedas, "enable")
    assert trigger["authenticationRef"] == {"name": NAME}
    assert rendered.one("TriggerAuthentication")["spec"]["secretTargetRef"] == [
        {"parameter": "password", "name": "bluecore", "key": "KAFKA_PASSWORD"},
        {"parameter": "username", "name": "bluecore", "key": "KAFKA_USERNAME"},
    ]


def test_a_patterns_topics_are_named(chart: Chart) -> None:
    """KEDA knows no patterns."""
    values = {"routes": [{"topic_pattern": "^shop\\..*", "event": "search"}]}

    spec = chart.render(values | {"keda": {"enabled": True, "topics": ["shop.x"]}}).one("ScaledObject")["spec"]

    assert [each["metadata"]["topic"] for each in spec["triggers"]] == ["shop.x"]
