"""What `check` says of routes whose consents are for another channel than their writer will have meant."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.commands.typecheck.consent_channels import channel_findings
from consumer.commands.typecheck.findings import Severity
from consumer.config.model import Config
from tests.support.configs import SOUND

BOTH = {"email": "mail", "phone_number": "mobile"}
BY_PHONE = {"phone_number": "mobile"}


def told(route: dict[str, Any], **bluecore: Any) -> list[str]:
    client = {"namespace": "shop", "rest_api": {"client_id": "c", "client_secret": "s"}} | bluecore
    whole = {"topic": "t", "event": "optin", "api": "eligibility"} | route
    config = Config.model_validate({**SOUND, "bluecore": client, "routes": [whole]})
    found = list(channel_findings("routes[0]", config.routes[0], config))
    assert {(each.severity, each.key) for each in found} <= {(Severity.WARNING, "routes[0].fields.phone_number")}
    return [each.message for each in found]


def test_a_phone_number_beside_an_email_counts_only_without_it() -> None:
    (message,) = told({"fields": BOTH})
    assert "Consents by SMS need a route of their own that maps phone_number alone" in message


@pytest.mark.parametrize(
    "route",
    [
        {},
        {"fields": BY_PHONE},
        {"fields": {"email": "mail"}},
        {"fields": BOTH, "api": "customers", "event": "identify"},
        {"api": "events"},
    ],
)
def test_nothing_is_said_of_one_id_or_of_profiles(route: dict[str, Any]) -> None:
    assert told(route) == []


@pytest.mark.parametrize(
    ("route", "skipped"),
    [({"fields": BY_PHONE}, True), ({"event": "signup"}, True), ({"fields": {"email": "m"}}, False)],
)
def test_only_emails_lets_no_phone_number_through(route: dict[str, Any], skipped: bool) -> None:  # noqa: FBT001
    found = told(route, only_emails=["retailer.example"])
    assert any("only_emails" in each for each in found) is skipped
