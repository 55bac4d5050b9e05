"""What is said of Bluecore's REST APIs: their key, its rights, the namespace, and an answer that nobody expects."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.commands.doctor import rest_apis
from consumer.commands.doctor.finding import Finding, Severity
from consumer.commands.doctor.rest_apis import check_addresses, check_rest_apis
from consumer.config.model import Config
from consumer.sandbox.faults import RateLimitPlan, make_plan
from consumer.sandbox.sandbox import Running, running_sandbox
from consumer.sandbox.settings import RestSettings, SandboxSettings
from tests.support.configs import SOUND
from tests.support.waiting import free_port

KEY = RestSettings(client_id="shop-client", client_secret="hush-hush")
CONSENT = {"topic": "shop.consent", "event": "optin", "api": "eligibility"}
PROFILE = {"topic": "shop.customers", "event": "customer_patch", "api": "customers"}
ORDER = {"topic": "shop.orders", "event": "purchase"}
OK, WARNING, ERROR = Severity.OK, Severity.WARNING, Severity.ERROR


def client(running: Running, **changed: Any) -> dict[str, Any]:
    return {
        "url": running.rest_url,
        "token_url": running.token_url,
        "client_id": "shop-client",
        "client_secret": "hush-hush",
    } | changed


def look(rest_api: dict[str, Any] | None, *routes: dict[str, Any], **more: Any) -> list[Finding]:
    bluecore = {"namespace": "the-shop"} | ({} if rest_api is None else {"rest_api": rest_api})
    given = {**SOUND, "bluecore": bluecore, "routes": list(routes or (CONSENT,))} | more
    return list(check_rest_apis(Config.model_validate(given)))


def severities(found: list[Finding]) -> list[Severity]:
    return [each.severity for each in found]


def test_without_rest_apis_nothing_is_said() -> None:
    assert look(None, ORDER) == []


def test_a_trial_whose_rest_apis_are_the_real_ones_is_warned_of() -> None:
    client = {"client_id": "c", "client_secret": "s"}
    section = {"namespace": "the-shop", "url": "http://127.0.0.1:8090/api/track/mobile/v1", "rest_api": client}
    url, token_url = check_addresses(Config.model_validate({**SOUND, "bluecore": section, "routes": [CONSENT]}))
    assert (url.what, token_url.what) == ("bluecore.rest_api.url", "bluecore.rest_api.token_url")
    assert "is Bluecore's own (https://a.bluecore.com/api), and bluecore.url is not" in url.message
    assert url.advice == "for a trial, set all of url, rest_api.url and rest_api.token_url"
    assert url.severity is token_url.severity is WARNING


def test_a_key_that_fits_is_told_with_what_it_allows_and_nothing_is_written() -> None:
    with running_sandbox(SandboxSettings(rest=KEY)) as running:
        rights, reading = look(client(running))
        assert running.sandbox.counts.by_api == {"token": {"200": 1}, "eligibility_read": {"404": 1}}
    assert severities([rights, reading]) == [OK, OK]
    assert "allows customers:read, customers:write, eligibility:read, eligibility:write" in rights.message
    assert "a customer who does not exist, and knows none (x-bluecore-id " in reading.message


def test_a_wrong_secret_is_an_error_that_does_not_show_it() -> None:
    with running_sandbox(SandboxSettings(rest=KEY)) as running:
        (found,) = look(client(running, client_secret="a-guess"))
    assert (found.severity, found.what) == (ERROR, "bluecore.rest_api")
    assert "it answers 401 (client_secret: The client_id or the client_secret is wrong.)" in found.message
    assert "check client_id and client_secret" in found.message
    assert "a-guess" not in found.message


@pytest.mark.parametrize(
    ("scopes", "routes", "missing"),
    [
        (("eligibility:read",), (CONSENT,), "does not allow eligibility:write"),
        (("eligibility:read",), (CONSENT, PROFILE), "does not allow customers:write, eligibility:write"),
        (("eligibility:write", "eligibility:read"), (CONSENT, PROFILE), "does not allow customers:write"),
    ],
)
def test_rights_that_the_routes_need_are_named(
    scopes: tuple[str, ...], routes: tuple[dict[str, Any], ...], missing: str
) -> None:
    with running_sandbox(SandboxSettings(rest=RestSettings(scopes=scopes))) as running:
        rights, reading = look(client(running), *routes)
    assert severities([rights, reading]) == [ERROR, OK]
    assert missing in rights.message
    assert "Developer Portal" in rights.message


def test_a_right_that_no_route_needs_is_not_asked_for() -> None:
    scopes = ("eligibility:read", "eligibility:write")
    with running_sandbox(SandboxSettings(rest=RestSettings(scopes=scopes))) as running:
        assert severities(look(client(running), CONSENT, ORDER)) == [OK, OK]


def test_a_key_that_may_not_read_leaves_the_namespace_open() -> None:
    with running_sandbox(SandboxSettings(rest=RestSettings(scopes=("eligibility:write",)))) as running:
        rights, reading = look(client(running))
        assert severities([rights, reading]) == [OK, WARNING]
        assert "does not allow eligibility:read" in reading.message
        assert running.sandbox.counts.by_api == {"token": {"200": 1}}
        rights, _ = look(client(running, verify_share=0.5))
    assert "does not allow eligibility:read" in rights.message, "verify_share reads"


def test_a_namespace_that_the_key_does_not_cover_is_an_error_without_its_name() -> None:
    with running_sandbox(SandboxSettings(rest=RestSettings(namespaces=("another",)))) as running:
        _, reading = look(client(running))
    assert reading.severity is ERROR
    assert "answers 403" in reading.message
    assert "does it cover this namespace?" in reading.message
    assert "the-shop" not in reading.message


def test_an_answer_of_another_shape_is_a_warning() -> None:
    """The sandbox has seven, and none is taken for an answer."""
    with running_sandbox(SandboxSettings()) as running:
        running.sandbox.faults.apply(make_plan({"apis": {"eligibility": {"rates": {"misshapen": 1}}}}))
        for _ in range(7):
            _, reading = look(client(running))
            assert reading.severity is WARNING
            assert "not of the form that is documented" in reading.message
            assert "their support" in reading.advice


def test_a_token_of_another_shape_and_a_service_that_is_away_are_errors() -> None:
    with running_sandbox(SandboxSettings()) as running:
        running.sandbox.faults.apply(make_plan({"apis": {"token": {"rates": {"misshapen": 1}}}}))
        (found,) = look(client(running))
        assert (found.severity, "sends no token" in found.message) == (ERROR, True)
        (found,) = look(client(running, token_url=f"http://127.0.0.1:{free_port()}/oauth/token"))
        assert (found.severity, "nothing accepts connections" in found.message) == (ERROR, True)
        (found,) = look(client(running, client_id="else", token_url=running.url + "/oauth/tokens"))
        assert (found.severity, "check token_url" in found.message) == (ERROR, True)


def test_an_address_without_its_path_is_an_error() -> None:
    with running_sandbox(SandboxSettings()) as running:
        _, reading = look(client(running, url=running.url))
    assert (reading.severity, "check rest_api.url, with its whole path" in reading.message) == (ERROR, True)


def test_a_quota_that_is_used_up_does_not_hold_the_doctor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest_apis, "_PATIENCE_SECONDS", 0.3)
    quota = RateLimitPlan(per_second=0, per_minute=1)
    with running_sandbox(SandboxSettings(rest=RestSettings(quota=quota))) as running:
        assert severities(look(client(running)))[1] is OK
        _, reading = look(client(running))
    assert (reading.severity, "its quota is used up" in reading.message) == (WARNING, True)


def test_each_destination_is_looked_at_with_its_own_key_and_routes() -> None:
    with running_sandbox(
        SandboxSettings(rest=RestSettings(scopes=("eligibility:read", "customers:write")))
    ) as running:
        destinations = {"acme": {"namespace": "a", "rest_api": client(running)}, "zeta": {"namespace": "z"}}
        routes = (CONSENT | {"destination": "acme"}, PROFILE | {"destination": "zeta"})
        found = look(None, *routes, destinations=destinations)
    assert [(each.what, each.severity) for each in found] == [
        ("destinations.acme.rest_api", ERROR),
        ("destinations.acme.rest_api", OK),
    ]
    assert "the key of destinations.acme.rest_api does not allow eligibility:write" in found[0].message
