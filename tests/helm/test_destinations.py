"""One release of several brands: what of each is in the configuration, what in its Secret, and its rate."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from consumer.config.load import parse
from tests.helm.chart import Chart

BY_BRAND = {"path": "brand", "values": {"ACME": "acme", "7": "zeta"}, "default": "skip"}
ROUTE = {"topic": "group.orders", "event": "purchase", "destination": BY_BRAND}
GROUP: dict[str, Any] = {
    "bluecore": None,
    "destinations": {"acme": {"timeout_seconds": 5}, "zeta": {"rate_limit_per_second": 7}},
    "destinationSecrets": {"acme": "acme-bluecore", "zeta": "zeta-bluecore"},
    "destinationRateLimitsPerSecond": {"acme": 30},
    "releaseRateLimitPerSecond": 90,
    "replicas": 3,
    "routes": [ROUTE],
}


def test_the_configuration_is_whole_with_each_ones_secret(chart: Chart) -> None:
    rendered = chart.render(GROUP)
    text = next(each for each in rendered.objects if each["kind"] == "ConfigMap")["data"]["config.yaml"]
    workload = next(each for each in rendered.objects if each["kind"] == "Deployment")
    (container,) = workload["spec"]["template"]["spec"]["containers"]
    from_secrets = {
        each["name"]: (each["valueFrom"]["secretKeyRef"]["name"], each["valueFrom"]["secretKeyRef"]["key"])
        for each in container["env"]
        if "secretKeyRef" in each.get("valueFrom", {})
    }

    config = parse(text, {name: f"{secret} {key}" for name, (secret, key) in from_secrets.items()}, "chart")

    assert {name: each.token for name, each in config.every_destination.items()} == {
        "acme": "acme-bluecore namespace",
        "zeta": "zeta-bluecore namespace",
    }
    assert config.endpoints["acme"].api_key.get_secret_value() == "acme-bluecore api_key"
    rest_api = config.endpoints["zeta"].rest_api
    assert rest_api
    assert (rest_api.client_id, rest_api.client_secret.get_secret_value()) == (
        "zeta-bluecore client_id",
        "zeta-bluecore client_secret",
    )
    assert {name: each.rate_limit for name, each in config.every_destination.items()} == {
        "acme": pytest.approx(30 / 4),
        "zeta": 7,
    }, "the release's rate over the most pods that there can be, for each"
    (route,) = yaml.safe_load(text)["routes"]
    assert route["destination"]["values"] == {"ACME": "acme", "7": "zeta", 7: "zeta"}


def test_the_rest_apis_are_there_only_where_the_secret_has_their_keys(chart: Chart) -> None:
    """A pod starts without the keys: a destination without them has no REST APIs."""
    rendered = chart.render(GROUP)
    text = next(each for each in rendered.objects if each["kind"] == "ConfigMap")["data"]["config.yaml"]
    (container,) = rendered.one("Deployment")["spec"]["template"]["spec"]["containers"]
    of_rest = {
        each["name"].rpartition("__")[2]: each["valueFrom"]["secretKeyRef"]
        for each in container["env"]
        if "ACME__REST_API" in each["name"]
    }
    assert of_rest == {
        "CLIENT_ID": {"name": "acme-bluecore", "key": "client_id", "optional": True},
        "CLIENT_SECRET": {"name": "acme-bluecore", "key": "client_secret", "optional": True},
    }
    needed = {f"BLUECORE_CONSUMER__DESTINATIONS__{name}__NAMESPACE": name for name in ("ACME", "ZETA")}
    assert parse(text, needed, "chart").endpoints["acme"].rest_api is None


def test_what_is_named_in_the_values_is_not_taken_from_the_destinations_secret(chart: Chart) -> None:
    own = {"client_id": "shop", "client_secret": "${SHARED}"}
    values = GROUP | {"destinations": {"acme": {"rest_api": own}, "zeta": {}}, "existingSecret": "bluecore"}
    (container,) = chart.render(values).one("Deployment")["spec"]["template"]["spec"]["containers"]
    assert [each["name"] for each in container["env"] if "REST_API" in each["name"]] == [
        "BLUECORE_CONSUMER__DESTINATIONS__ZETA__REST_API__CLIENT_ID",
        "BLUECORE_CONSUMER__DESTINATIONS__ZETA__REST_API__CLIENT_SECRET",
    ]
