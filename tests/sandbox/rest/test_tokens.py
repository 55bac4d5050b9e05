"""Access tokens: who gets one, what it is good for, and when it ends."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from consumer.sandbox.faults import make_plan
from consumer.sandbox.rest.refused import Refused
from consumer.sandbox.rest.tokens import Tokens
from consumer.sandbox.sandbox import Running, running_sandbox
from consumer.sandbox.settings import RestSettings, SandboxSettings
from tests.sandbox.rest_client import Client
from tests.sandbox.samples import NAMESPACE

KEY = RestSettings(client_id="shop", client_secret="hush")
UNAUTHENTICATED, DENIED, INVALID = 16, 7, 3


def test_a_token_comes_in_the_documented_form(client: Client) -> None:
    answer = client.ask_token()
    token = answer.json()
    assert (answer.status_code, token.pop("access_token") != "") == (200, True)
    assert token == {
        "token_type": "Bearer",
        "expires_in": 86_400,
        "scope": "customers:read customers:write eligibility:read eligibility:write",
    }


@pytest.mark.parametrize(
    ("changed", "status", "code", "field"),
    [
        ({"client_secret": "guess"}, 401, UNAUTHENTICATED, "client_secret"),
        ({"client_id": "other"}, 401, UNAUTHENTICATED, "client_secret"),
        ({"audience": "https://a.bluecore.app"}, 403, DENIED, "audience"),
        ({"grant_type": "password"}, 422, INVALID, "grant_type"),
        ({"audience": None}, 422, INVALID, "audience"),
        ({"client_id": 7}, 422, INVALID, "client_id"),
    ],
)
def test_who_does_not_get_one_is_told_why_as_a_status(
    http: requests.Session, changed: dict[str, Any], status: int, code: int, field: str
) -> None:
    with running_sandbox(SandboxSettings(rest=KEY)) as running:
        answer = Client(running, http).ask_token(**changed)
    assert (answer.status_code, answer.json()["code"], answer.json()["details"]) == (status, code, [])
    assert answer.json()["message"].startswith(f"{field}: ")


def test_a_token_is_asked_for_in_json_and_by_post(client: Client) -> None:
    assert client.http.post(client.running.token_url, data={"client_id": "shop"}).status_code == 406
    assert client.http.get(client.running.token_url).status_code == 405


def test_without_a_known_token_nothing_is_answered(client: Client) -> None:
    for header in ("", "Bearer guess", "Basic c2hvcDpodXNo"):
        answer = client.call("GET", "customers", params={"email": "a@b.example"}, headers={"Authorization": header})
        assert (answer.status_code, answer.json()["code"]) == (401, UNAUTHENTICATED)


def test_a_token_ends_after_its_time() -> None:
    now = 1_000.0
    tokens = Tokens(SandboxSettings(), lambda: now)
    asked = {"client_id": "a", "client_secret": "b", "grant_type": "client_credentials"}
    token = tokens.hand_out(asked | {"audience": RestSettings().audience}, 30)["access_token"]
    now += 29.9
    tokens.check(f"Bearer {token}".encode(), "customers:read", NAMESPACE)
    now += 0.1
    with pytest.raises(Refused, match="The access token has ended"):
        tokens.check(f"Bearer {token}".encode(), "customers:read", NAMESPACE)


@pytest.mark.parametrize("plan", [{"token_seconds": 5}, {"apis": {"token": {"token_seconds": 5}}}])
def test_a_plan_lets_tokens_end_soon(client: Client, plan: dict[str, Any]) -> None:
    client.running.sandbox.faults.apply(make_plan(plan))
    assert client.ask_token().json()["expires_in"] == 5


@pytest.mark.parametrize(
    ("method", "resource", "right"),
    [
        ("GET", "customers", "customers:read"),
        ("POST", "customers", "customers:write"),
        ("GET", "eligibility", "eligibility:read"),
        ("POST", "eligibility_events", "eligibility:write"),
    ],
)
def test_a_right_that_the_key_has_not_is_missing_by_its_name(
    http: requests.Session, method: str, resource: str, right: str
) -> None:
    others = tuple(each for each in RestSettings().scopes if each != right)
    with running_sandbox(SandboxSettings(rest=RestSettings(scopes=others))) as running:
        client = Client(running, http)
        assert client.ask_token().json()["scope"] == " ".join(others)
        answer = client.call(method, resource, json={}, params={"email": "a@b.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, DENIED)
    assert answer.json()["message"] == f"authorization: The key has not the right {right}."


def test_a_namespace_that_the_key_does_not_cover_is_refused(http: requests.Session) -> None:
    settings = SandboxSettings(namespaces=("acme", "zeta"), rest=RestSettings(namespaces=("acme",)))
    with running_sandbox(settings) as running:
        client = Client(running, http)
        answers = {
            name: client.call("GET", "eligibility", name, params={"email": "a@b.example"}).status_code
            for name in ("acme", "zeta")
        }
    assert answers == {"acme": 404, "zeta": 403}


def test_a_key_covers_the_accounts_namespaces_unless_told_otherwise(client: Client) -> None:
    for name, status in ((NAMESPACE, 404), ("other", 403)):
        assert client.call("GET", "customers", name, params={"email": "a@b.example"}).status_code == status
    with running_sandbox() as running:
        any_name = Client(running, client.http)
        assert any_name.call("GET", "customers", "any", params={"email": "a@b.example"}).status_code == 404


def test_a_token_service_that_is_away_leaves_the_apis_alone(client: Client, running: Running) -> None:
    client.ask_token()
    assert client.consent().status_code == 200
    running.sandbox.faults.apply(make_plan({"apis": {"token": {"outage": 120}}}))
    answer = client.ask_token()
    assert (answer.status_code, answer.json()["code"]) == (503, 14)
    assert client.consent("UNSUBSCRIBE").status_code == 200
    assert running.sandbox.counts.by_api["token"] == {"200": 2, "503": 1}
