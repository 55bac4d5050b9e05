"""What does not fit together in a route and its API is refused before it runs: under its key, with what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consumer.commands.validation.configuration import load_checked
from consumer.commands.validation.routes import route_findings
from consumer.config.load import ConfigError
from consumer.config.route import RouteConfig

ELIGIBILITY = {"event": "optin", "api": "eligibility"}
CUSTOMERS = {"event": "customer_patch", "api": "customers"}
CLIENT = "{client_id: c, client_secret: s}"


def found(*routes: dict[str, Any]) -> dict[str, str]:
    configured = [RouteConfig.model_validate({"topic": "t", "event": "purchase"} | each) for each in routes]
    return {finding.key: finding.message for finding in route_findings(configured)}


@pytest.mark.parametrize(
    "route",
    [
        {"event": "signup", "api": "eligibility"},
        {"event": {"path": "x", "values": {"Y": "optin", "N": "unsubscribe", "?": "skip"}}, "api": "eligibility"},
        ELIGIBILITY | {"fields": {"phone_number": "p", "consented_at": {"path": "t", "as": "datetime"}}},
        ELIGIBILITY | {"fields": {"email": "a", "phone_number": "b", "message_type": "c", "channel_identifier": "d"}},
        CUSTOMERS | {"fields": {"email": "e", "link_ids": "l", "first_name": "f"}, "attributes": {"tier": "t"}},
        {"event": "identify", "api": "customers"},
        {"event": "store_visit", "fields": {"phone_number": "p"}},
    ],
)
def test_what_fits_together_is_right(route: dict[str, Any]) -> None:
    """A custom event may have any property, whatever other APIs call theirs."""
    assert found(route) == {}


@pytest.mark.parametrize(
    ("route", "key", "says"),
    [
        ({"event": "signup"}, "event", "set `api: eligibility`"),
        ({"event": "purchase", "api": "customers"}, "event", "customers API takes customer_patch, identify"),
        ({"event": "optin", "api": "customers"}, "event", "set `api: eligibility`, or leave `api` out"),
        ({"event": "identify", "api": "eligibility"}, "event", "set `api: customers`"),
        ({"event": "sign_up", "api": "eligibility"}, "event", "did you mean signup?"),
        (
            {"event": {"path": "x", "values": {"a": "optin", "b": "search"}}, "api": "eligibility"},
            "event.values.b",
            "and not search",
        ),
        ({"event": "optin", "fields": {"phone_number": "p"}}, "fields.phone_number", "or map the attribute `phone`"),
        ({"event": "optin", "fields": {"consented_at": "t"}}, "fields.consented_at", "set `api: eligibility`"),
        (ELIGIBILITY | {"fields": {"link_ids": "l"}}, "fields.link_ids", "is a field of the customers API"),
        (CUSTOMERS | {"fields": {"message_type": "m"}}, "fields.message_type", "is a field of the eligibility API"),
        (ELIGIBILITY | {"fields": {"distinct_id": "d"}}, "fields.distinct_id", "is a field of the Events API"),
        (ELIGIBILITY | {"fields": {"first_name": "f"}}, "fields.first_name", "is an attribute"),
        (ELIGIBILITY | {"fields": {"phone_numbr": "p"}}, "fields.phone_numbr", "did you mean phone_number?"),
        (CUSTOMERS | {"fields": {"tier": "t"}}, "fields.tier", "goes under `attributes`"),
        (ELIGIBILITY | {"attributes": {"tier": "t"}}, "attributes", "by a further route of customer_patch"),
        (CUSTOMERS | {"properties": {"shop": "s"}}, "properties", "takes no further properties"),
        (CUSTOMERS | {"link_identities": True}, "link_identities", "links by `link_ids`"),
        (
            {"event": "signup", "api": "eligibility", "fields": {"email": "e"}},
            "fields.email",
            "signup is by SMS",
        ),
        (
            {
                "event": {"path": "x", "values": {"J": "signup", "S": "unsubscribe"}},
                "api": "eligibility",
                "fields": {"email": "e"},
            },
            "event.values.J",
            "the route maps email alone",
        ),
        (
            ELIGIBILITY | {"fields": {"consented_at": {"path": "t", "as": "integer"}}},
            "fields.consented_at",
            "possible: datetime",
        ),
    ],
)
def test_what_does_not_fit_together_is_told_once(route: dict[str, Any], key: str, says: str) -> None:
    findings = found(route)
    assert list(findings) == [f"routes[0].{key}"]
    assert says in findings[f"routes[0].{key}"]


def test_a_consent_may_go_by_both_apis_and_by_both_channels() -> None:
    by_phone = ELIGIBILITY | {"fields": {"phone_number": "p"}}
    assert found({"event": "optin"}, ELIGIBILITY, by_phone) == {}
    assert "repeats routes[0]" in found(ELIGIBILITY, ELIGIBILITY)["routes[1]"]


def test_an_opt_in_by_mail_and_a_withdrawal_by_phone_do_not_contradict() -> None:
    withdrawal = {"event": "unsubscribe", "api": "eligibility"}
    assert "unsubscribes those" in found(ELIGIBILITY, withdrawal)["routes[1]"]
    assert found(ELIGIBILITY, withdrawal | {"fields": {"phone_number": "p"}}) == {}


@pytest.mark.parametrize(
    ("bluecore", "destinations", "key"),
    [
        ("{namespace: shop}", "{}", "bluecore.rest_api"),
        (f"{{namespace: shop, rest_api: {CLIENT}}}", "{}", None),
        (f"{{namespace: shop, rest_api: {CLIENT}}}", "{acme: {namespace: acme}}", None),
        ("{namespace: shop}", "{acme: {namespace: acme}}", "destinations.acme.rest_api"),
        ("{namespace: shop}", f"{{acme: {{namespace: acme, rest_api: {CLIENT}}}}}", None),
    ],
)
def test_an_api_without_a_client_is_refused(
    tmp_path: Path, bluecore: str, destinations: str, key: str | None
) -> None:
    path = tmp_path / "c.yaml"
    to = "" if destinations == "{}" else ", destination: acme"
    path.write_text(
        "kafka: {bootstrap_servers: 'k:9092'}\nschema_registry: {url: 'http://r'}\n"
        f"bluecore: {bluecore}\ndestinations: {destinations}\n"
        f"routes: [{{topic: t, event: optin, api: eligibility{to}}}]\n"
    )
    if key is None:
        assert load_checked(path, {}).routes[0].api == "eligibility"
        return
    with pytest.raises(ConfigError) as refused:
        load_checked(path, {})
    (finding,) = refused.value.findings
    assert finding.key == "routes[0].api"
    assert f"give {key} its client_id and client_secret" in finding.message
