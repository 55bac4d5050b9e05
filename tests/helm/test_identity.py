"""The identity of a cloud: what the pods need for it is there, and only where it is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helm.chart import Chart, Values

MSK: Values = {"kafka": {"authentication": {"type": "aws_msk_iam", "region": "eu-central-1"}}}
GOOGLE: Values = {"kafka": {"authentication": {"type": "google"}}}
AZURE: Values = {
    "kafka": {"authentication": {"type": "azure", "scope": "https://shop.servicebus.windows.net/.default"}},
    "serviceAccount": {"annotations": {"azure.workload.identity/client-id": "c-1"}},
}
GLUE: Values = {"schema_registry": {"type": "glue", "url": None, "options": {"region": "eu-central-1"}}}
FENCED: Values = {"networkPolicy": {"enabled": True}}
LABEL = "azure.workload.identity/use"
METADATA, POD_IDENTITY, GKE = "169.254.169.254/32", "169.254.170.23/32", "169.254.169.252/32"


def pods(chart: Chart, values: Values) -> list[dict[str, Any]]:
    """The workers' template, and the pod of `helm test`: both go the same ways."""
    rendered = chart.render(values)
    return [rendered.one("Deployment")["spec"]["template"], *rendered.all("Pod")]


def metadata_services(chart: Chart, values: Values) -> set[str]:
    """The addresses that the fence lets out to, beside anywhere."""
    egress = chart.render({**values, **FENCED}).one("NetworkPolicy")["spec"]["egress"]
    return {peer["ipBlock"]["cidr"] for rule in egress for peer in rule.get("to", ())}


def test_azures_webhook_finds_the_pods_by_their_label(chart: Chart) -> None:
    """With an identity in the annotations, and only for Azure."""
    assert [pod["metadata"]["labels"].get(LABEL) for pod in pods(chart, AZURE)] == ["true", "true"]
    annotated: Values = {**MSK, "serviceAccount": AZURE["serviceAccount"]}
    for values in (annotated, {"kafka": AZURE["kafka"]}):
        assert [pod["metadata"]["labels"].get(LABEL) for pod in pods(chart, values)] == [None, None]


@pytest.mark.parametrize("values", [{}, MSK, GOOGLE, AZURE])
def test_no_token_is_mounted_unless_it_is_asked_for(chart: Chart, values: Values) -> None:
    """The clouds' webhooks bring their own."""
    for pod in pods(chart, values):
        assert pod["spec"]["automountServiceAccountToken"] is False
        assert not [volume for volume in pod["spec"]["volumes"] if "projected" in volume]


def test_a_token_is_mounted_for_the_audience_that_is_named(chart: Chart) -> None:
    for pod in pods(chart, {**MSK, "serviceAccount": {"tokenAudience": "sts.amazonaws.com"}}):
        (volume,) = [volume for volume in pod["spec"]["volumes"] if "projected" in volume]
        (source,) = volume["projected"]["sources"]
        assert source["serviceAccountToken"]["audience"] == "sts.amazonaws.com"
        mounts = {each["name"]: each["mountPath"] for each in pod["spec"]["containers"][0]["volumeMounts"]}
        assert mounts[volume["name"]] == "/var/run/secrets/bluecore-consumer"
        assert pod["spec"]["automountServiceAccountToken"] is False


@pytest.mark.parametrize(
    ("values", "services"),
    [
        ({}, set()),
        (MSK, {METADATA, POD_IDENTITY, "fd00:ec2::23/128"}),
        (GLUE, {METADATA, POD_IDENTITY, "fd00:ec2::23/128"}),
        (GOOGLE, {METADATA, GKE}),
        (AZURE, {METADATA}),
    ],
)
def test_the_fence_leaves_the_way_to_the_metadata_services(chart: Chart, values: Values, services: set[str]) -> None:
    assert metadata_services(chart, values) == services


def test_the_fence_leaves_the_way_to_where_tokens_come_from(chart: Chart) -> None:
    """Port 443, even where Bluecore and the registry are not asked there."""
    inside: Values = {"bluecore": {"url": "http://proxy:3128"}, "schema_registry": {"url": "http://registry:8081"}}
    spec = chart.render({**inside, **GOOGLE, **FENCED}).one("NetworkPolicy")["spec"]
    assert 443 in [port["port"] for port in spec["egress"][2]["ports"]]
