"""A trial whose REST APIs would be the real ones is told, for each destination; so is what goes out in the clear."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.commands.validation.addresses import addresses_of, doubtful_addresses
from consumer.config.model import Config
from tests.support.configs import SOUND

SANDBOX = "http://127.0.0.1:8090"
EVENTS = {"url": f"{SANDBOX}/api/track/mobile/v1"}
REST = {"url": f"{SANDBOX}/api", "token_url": f"{SANDBOX}/oauth/token"}
CLIENT = {"client_id": "c", "client_secret": "s"}
URL, TOKEN_URL = "bluecore.rest_api.url", "bluecore.rest_api.token_url"


def config(events: dict[str, Any], rest: dict[str, Any] | None, **more: Any) -> Config:
    section = {"namespace": "shop"} | events | ({} if rest is None else {"rest_api": CLIENT | rest})
    return Config.model_validate({**SOUND, "bluecore": section, **more})


def told(found: Config) -> dict[str, str]:
    return {each.key: each.message for each in doubtful_addresses(found)}


@pytest.mark.parametrize(
    ("events", "rest"),
    [
        ({}, {}),
        (EVENTS, REST),
        (EVENTS, None),
        ({}, {"url": "https://b.bluecore.com/api"}),
        ({"url": "https://proxy.example.com/e"}, {key: f"https://proxy.example.com/{key}" for key in REST}),
        ({"url": "http://localhost:1/e"}, {"url": "http://[::1]:1/api", "token_url": "http://a.localhost/token"}),
    ],
)
def test_nothing_is_said_where_all_go_the_same_way(events: dict[str, Any], rest: dict[str, Any] | None) -> None:
    assert told(config(events, rest)) == {}


@pytest.mark.parametrize(
    ("events", "rest", "keys"),
    [
        (EVENTS, {}, [URL, TOKEN_URL]),
        (EVENTS, {"url": REST["url"]}, [TOKEN_URL]),
        ({"url": "https://bluecore.com.example.com"}, {}, [URL, TOKEN_URL]),
        ({}, REST, [URL, TOKEN_URL]),
        ({}, {"token_url": REST["token_url"]}, [TOKEN_URL]),
    ],
)
def test_a_trial_that_is_half_real_is_told(events: dict[str, Any], rest: dict[str, Any], keys: list[str]) -> None:
    found = told(config(events, rest))
    assert list(found) == keys
    assert all("set all of url, rest_api.url and rest_api.token_url" in each for each in found.values())


def test_each_destination_is_looked_at() -> None:
    acme = {"namespace": "acme", "rest_api": CLIENT} | EVENTS
    found = told(config({}, {}, destinations={"acme": acme}))
    assert list(found) == ["destinations.acme.rest_api.url", "destinations.acme.rest_api.token_url"]


def test_a_secret_in_the_clear_is_told() -> None:
    rest = {"url": "https://sandbox/api", "token_url": "http://sandbox:8090/oauth/token"}
    found = told(config({"url": "http://sandbox:8090/api/track/mobile/v1"}, rest))
    assert list(found) == [TOKEN_URL]
    assert "the client's secret goes over the network in the clear" in found[TOKEN_URL]


@pytest.mark.parametrize(
    ("events", "exposed"),
    [
        ({"url": "http://gateway.example.com/e", "api_key": "k"}, "the API key"),
        ({"url": "http://10.0.0.7:8090/e", "api_key": "k"}, "the API key"),
        ({"url": "http://api.bluecore.app/api/track/mobile/v1"}, "what customers do"),
    ],
)
def test_what_goes_to_the_events_api_in_the_clear_is_told(events: dict[str, Any], exposed: str) -> None:
    found = told(config(events, None))
    assert list(found) == ["bluecore.url"]
    assert f"{exposed} goes over the network in the clear: begin it with https://" in found["bluecore.url"]


@pytest.mark.parametrize(
    "events",
    [
        {"url": "https://gateway.example.com/e", "api_key": "k"},
        {"url": "http://127.0.0.1:8090/e", "api_key": "k"},
        {"url": "http://[::1]:8090/e", "api_key": "k"},
        {"url": "http://localhost:8090/e", "api_key": "k"},
        {"url": "http://sandbox:8090/e"},
        {"url": "http://sandbox:8090/e", "api_key": ""},
    ],
)
def test_nothing_is_said_of_what_stays_here_or_shows_no_secret(events: dict[str, Any]) -> None:
    assert told(config(events, None)) == {}


def test_a_destination_that_inherits_a_key_is_told_too() -> None:
    """It does only where the address is the same."""
    base = {"url": "http://gateway/e", "api_key": "k"}
    found = told(
        config(
            base, None, destinations={"acme": {"namespace": "a"}, "zeta": {"namespace": "z", "url": EVENTS["url"]}}
        )
    )
    assert list(found) == ["bluecore.url", "destinations.acme.url"]


def test_addresses_are_named_by_their_keys() -> None:
    assert addresses_of(config(EVENTS, {})) == {
        "bluecore.url": EVENTS["url"],
        URL: "https://a.bluecore.com/api",
        TOKEN_URL: "https://auth.bluecore.com/oauth/token",
    }
    assert list(addresses_of(config({}, None))) == ["bluecore.url"]
