"""Destinations and the routes that name them: what is refused, and what is of no use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from consumer.commands.validation.configuration import load_checked
from consumer.commands.validation.destinations import unused
from consumer.config.load import ConfigError

BRANDS = {"acme": {"namespace": "a"}, "zeta": {"namespace": "z"}}
BASE: dict[str, Any] = {
    "kafka": {"bootstrap_servers": "k:9092"},
    "schema_registry": {"url": "http://r:8081"},
    "destinations": BRANDS,
}


def by_brand(**values: str) -> dict[str, Any]:
    return {"path": "brand", "values": values}


def written(folder: Path, *destinations: Any, **settings: Any) -> Path:
    """A configuration with a route for each of these."""
    routes = [
        {"topic": f"t{number}", "event": "search"} | ({} if each is None else {"destination": each})
        for number, each in enumerate(destinations)
    ]
    path = folder / "bluecore-consumer.yaml"
    path.write_text(yaml.safe_dump(BASE | {"routes": routes} | settings))
    return path


def faults(path: Path) -> dict[str, str]:
    try:
        load_checked(path, {})
    except ConfigError as error:
        return {finding.key: finding.message for finding in error.findings}
    return {}


def test_a_route_names_one_or_chooses_it(tmp_path: Path) -> None:
    assert faults(written(tmp_path, "acme", by_brand(A="zeta", B="skip"))) == {}


@pytest.mark.parametrize(
    ("destination", "key", "says"),
    [
        ("acm", "routes[0].destination", "'acm' is none of destinations; did you mean acme?"),
        (by_brand(A="zetta"), "routes[0].destination.values.A", "did you mean zeta?"),
        (by_brand(A="acme") | {"default": "zet"}, "routes[0].destination.default", "did you mean zeta?"),
        (by_brand(), "routes[0].destination.values", "is empty"),
        (by_brand(A="skip"), "routes[0].destination", "skips every record"),
        (by_brand(A="acme", a="zeta") | {"ignore_case": True}, "routes[0].destination.values.a", "is A for"),
        (by_brand(A="acme") | {"path": "uper(x)"}, "routes[0].destination.path", "no function uper()"),
        (None, "routes[0].destination", "is required: there is no section bluecore"),
    ],
)
def test_what_names_none_is_refused_under_its_key(tmp_path: Path, destination: Any, key: str, says: str) -> None:
    found = faults(written(tmp_path, destination))
    assert found.keys() == {key}
    assert says in found[key]


def test_one_namespace_under_two_names_is_a_slip(tmp_path: Path) -> None:
    twice = {"acme": {"namespace": "a"}, "zeta": {"namespace": "a"}}
    assert faults(written(tmp_path, "acme", "zeta", destinations=twice)) == {
        "destinations.zeta.namespace": "is the namespace of destinations.acme: give each destination its own"
    }
    elsewhere = twice | {"zeta": {"namespace": "a", "url": "http://sandbox:8090"}}
    assert faults(written(tmp_path, "acme", "zeta", destinations=elsewhere)) == {}


def test_that_of_bluecore_is_no_other_s_either(tmp_path: Path) -> None:
    found = faults(written(tmp_path, None, "acme", "zeta", bluecore={"namespace": "z"}))
    assert found == {"destinations.zeta.namespace": "is the namespace of bluecore: give each destination its own"}


def test_without_destinations_there_is_bluecore(tmp_path: Path) -> None:
    assert faults(written(tmp_path, None, destinations={})) == {"bluecore": "is required"} | {
        "routes[0].destination": "is required: there is no section bluecore, so each route names one of destinations"
    }


def test_what_destinations_share_needs_a_namespace_and_the_message_says_why(tmp_path: Path) -> None:
    found = faults(written(tmp_path, "acme", bluecore={"url": "http://sandbox:8090/api/track/mobile/v1"}))
    assert found == {
        "bluecore.namespace": "is required: bluecore is a destination of its own: give it one, "
        "or move what it sets to each of destinations and leave bluecore out"
    }


def test_skip_and_odd_names_are_none(tmp_path: Path) -> None:
    found = faults(written(tmp_path, "acme", destinations=BRANDS | {"skip": {"namespace": "s"}}))
    assert "it skips the record" in found["destinations.skip"]
    assert faults(written(tmp_path, "acme", destinations=BRANDS | {"a b": {"namespace": "s"}}))


def test_two_routes_are_the_same_only_where_they_lead_to_one_destination(tmp_path: Path) -> None:
    route = {"topic": "t", "event": "search"}
    routes = [route | {"destination": each} for each in ("acme", "zeta", "acme")]
    assert faults(written(tmp_path, routes=routes)).keys() == {"routes[2]"}


def test_what_no_route_names_is_told_of(tmp_path: Path) -> None:
    assert unused(load_checked(written(tmp_path, "acme"), {})) == ["zeta"]
    assert unused(load_checked(written(tmp_path, by_brand(A="acme", B="zeta")), {})) == []
