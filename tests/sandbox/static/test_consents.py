"""What is seen of a customer's consent, whichever way it came, and of requests to the REST APIs."""

from __future__ import annotations

import pytest
import requests

from consumer.sandbox.faults import make_plan
from consumer.sandbox.sandbox import Running
from tests.sandbox.rest_client import Client
from tests.sandbox.samples import JANE
from tests.sandbox.static.visitor import PHONE, Visitor

NUMBER = {"phone_number": "+15556667777"}


@pytest.fixture
def client(running: Running, http: requests.Session) -> Client:
    return Client(running, http)


def test_the_consent_of_each_channel_is_seen_with_its_way_and_time(visitor: Visitor, client: Client) -> None:
    """Jane unsubscribed by the Events API; what she says by the REST API joins it."""
    client.call("POST", "customers", json={"id": {"email": JANE}, "link_ids": [NUMBER]})
    client.consent("OPTIN", id=NUMBER, consented_at="2026-03-04T05:06:07Z", channel_identifier="72345")
    client.consent("OPTIN", message_type="TRANSACTIONAL")
    visitor.opens(at=f"#customer/{JANE}")
    visitor.sees_only(".consents li", 3)
    email, number, orders = visitor.texts(".consents li")
    for text in ("Marketing e-mails", "Unsubscribed", "by the Events API"):
        assert text in email
    for text in ("Marketing text messages", NUMBER["phone_number"], "Subscribed", "Mar", "sent from 72345"):
        assert text in number
    for text in ("Transactional e-mails", "Subscribed", "by the Eligibility API"):
        assert text in orders
    visitor.sees(".verdict", "Unsubscribed: must not be e-mailed")
    visitor.pictured("consents")


def test_a_double_opt_in_is_confirmed_by_a_button(visitor: Visitor, client: Client) -> None:
    client.consent("SIGNUP", id=NUMBER)
    visitor.opens(PHONE, at="#customer/%2B15556667777")
    visitor.sees("#detail h2", NUMBER["phone_number"])
    visitor.sees(".verdict", "Known by a telephone number alone")
    visitor.sees(".consents .state", "Waiting to be confirmed")
    visitor.pictured("signup")
    visitor.clicks(".confirm", "Confirm for the customer")
    visitor.sees(".consents .state", "Subscribed")
    visitor.sees_only(".confirm", 0)
    assert [each["status"] for each in client.states(**NUMBER)] == ["SUBSCRIBED"]


def test_a_request_of_the_rest_apis_is_told_from_an_event(visitor: Visitor, client: Client) -> None:
    client.consent("OPTIN")
    client.call("POST", "customers", json={"id": {"email": "jane"}})
    visitor.opens()
    visitor.sees(".row .way", "Eligibility API")
    visitor.sees_only(".row .way", 2)
    visitor.clicks(".row", "This is not an e-mail address.")
    visitor.sees(".when", "Customers API")
    visitor.sees(".json .marked", '"email": "jane"')
    visitor.sees(".fine", "x-bluecore-id")


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("differs", ("Answered on purpose with another state", "The sender should see it")),
        ("misshapen", ("answered on purpose in another form", "The event was taken")),
    ],
)
def test_an_answer_that_is_amiss_on_purpose_says_so(
    visitor: Visitor, client: Client, step: str, told: tuple[str, str]
) -> None:
    client.running.sandbox.faults.apply(make_plan({"apis": {"eligibility": {"rates": {step: 1}}}}))
    client.consent("UNSUBSCRIBE")
    visitor.opens(at="#event/13")
    visitor.sees(".verdict", told[0])
    visitor.sees(".why p", told[1])
    visitor.sees("#faults", "Failing on purpose: Eligibility API: 100 % of events")


def test_the_page_says_where_the_apis_are(visitor: Visitor, running: Running) -> None:
    visitor.opens()
    for address in (running.api_url, running.rest_url, running.token_url):
        visitor.sees(".hint code", address)
