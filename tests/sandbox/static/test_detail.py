"""What is seen of one event and of one customer, and that it stays fresh under a reader's eyes."""

from __future__ import annotations

import json

import pytest
import requests
from selenium.webdriver.common.keys import Keys

from consumer.commands.doctor.bluecore import check_bluecore
from consumer.config.model import Config
from consumer.sandbox.faults import make_plan
from consumer.sandbox.sandbox import Running
from tests.sandbox.samples import JANE, VISITOR, event, profile
from tests.sandbox.static.visitor import PHONE, Visitor
from tests.support.configs import SOUND


def consent(running: Running, name: str) -> None:
    requests.post(running.api_url, json=event(name, customer=profile()), timeout=10)


def test_a_refusal_is_seen_beside_what_was_sent(visitor: Visitor) -> None:
    visitor.opens()
    visitor.clicks(".row", "This is not an e-mail address.")
    visitor.sees(".verdict", "Refused")
    visitor.sees(".when", "answered 400")
    visitor.sees(".why li", "The order's total is missing")
    visitor.sees(".json .marked", '"email": "jane.doe@"')
    visitor.sees(".json .marked", '"total": is missing')
    visitor.sees(".json", '"token": "***"')
    visitor.pictured("refusal")


def test_the_question_of_doctor_is_told_from_a_customers_event(visitor: Visitor, running: Running) -> None:
    config = Config.model_validate({**SOUND, "bluecore": {"url": running.api_url, "namespace": "acme-shop"}})
    assert [each.what for each in check_bluecore(config)] == ["bluecore", "clock"]
    visitor.opens()
    visitor.clicks(".row", "Doctor's question")
    visitor.sees("#detail h2", "Doctor's question")
    visitor.sees(".why", "that it is refused is as it should be")


def test_the_request_is_seen_exactly_as_it_was_sent(visitor: Visitor, running: Running) -> None:
    sent = json.dumps(event("search", search_term="mug")).replace(
        '"mug"', '"mug",  "price": 10.00, "id": 12345678901234567890'
    )
    requests.post(running.api_url + "?of=2", data=sent, headers={"Content-Type": "application/json"}, timeout=10)
    visitor.opens(at="#event/13")
    visitor.clicks(".switch button", "As sent")
    visitor.sees(".exact", "POST /api/track/mobile/v1")
    visitor.sees(".exact", "content-type: application/json")
    visitor.sees(".exact", sent.replace("acme-shop", "***"))
    visitor.pictured("as-sent")
    visitor.clicks(".row", "Unsubscribed")
    visitor.sees(".exact", '"event": "unsubscribe"')
    visitor.clicks(".switch button", "Easy to read")
    visitor.sees(".json", '"event": "unsubscribe"')


def test_a_customer_is_followed_to_the_profile_and_on_as_events_come(visitor: Visitor, running: Running) -> None:
    visitor.opens()
    visitor.clicks(".row", "Added to cart")
    visitor.clicks(".follow", JANE)
    visitor.sees("#detail h2", JANE)
    visitor.pictured("profile")
    for text in ("Portland", VISITOR, "Reading lamp", "Order A-1001", "29.00"):
        visitor.sees(".card", text)
    visitor.sees(".verdict", "Unsubscribed: must not be e-mailed")
    consent(running, "optin")
    visitor.sees(".verdict", "May be e-mailed")
    visitor.clicks(".card a", "Purchase")
    visitor.sees(".verdict", "Accepted")


def test_the_last_change_of_a_customer_is_seen_however_soon_it_comes(visitor: Visitor, running: Running) -> None:
    visitor.opens(at=f"#customer/{JANE}")
    visitor.sees(".verdict", "Unsubscribed")
    consent(running, "optin")
    visitor.sees(".verdict", "May be e-mailed")
    consent(running, "unsubscribe")
    visitor.sees(".verdict", "Unsubscribed: must not be e-mailed")


def test_a_reader_of_a_profile_keeps_focus_and_place(visitor: Visitor, running: Running) -> None:
    visitor.opens((1440, 500), at=f"#customer/{JANE}")
    visitor.sees(".card a", "Customer identified")
    visitor.driver.execute_script("[...document.querySelectorAll('.card a')].at(-1).focus()")
    visitor.is_on(".card a", "Customer identified")
    place = "return document.querySelector('#detail').scrollTop"
    held = visitor.driver.execute_script(place)
    assert held > 0
    consent(running, "optin")
    visitor.sees(".verdict", "May be e-mailed")
    visitor.is_on(".card a", "Customer identified")
    assert visitor.driver.execute_script(place) == held
    visitor.presses(Keys.ENTER)
    visitor.sees("#detail h2", "Customer identified")


@pytest.mark.parametrize(("status", "advice"), [(503, "send it again"), (422, "set it aside")])
def test_a_fault_tells_what_the_sender_should_do(
    visitor: Visitor, running: Running, status: int, advice: str
) -> None:
    running.sandbox.faults.apply(make_plan({"rates": {status: 1}}))
    consent(running, "optin")
    visitor.opens(at="#event/13")
    visitor.sees(".why p", advice)


def test_an_unlinked_id_has_no_profile_as_its_events_say(visitor: Visitor, running: Running) -> None:
    requests.post(running.api_url, json=event("search", "device-1", search_term="mug"), timeout=10)
    visitor.opens()
    visitor.clicks(".row", "reaches no customer's profile")
    visitor.sees(".why h3", "What Bluecore ignores")
    visitor.clicks(".follow")
    visitor.sees(".verdict", "its events reach no customer's profile")
    visitor.sees(".card", "Last events")
    assert len(visitor.texts(".card")) == 1


def test_a_customer_of_whom_nothing_was_accepted_appears_with_the_first_event(
    visitor: Visitor, running: Running
) -> None:
    visitor.opens(at="#customer/omar@example.org")
    visitor.sees("#detail", "Nothing is known of this customer")
    requests.post(running.api_url, json=event("search", "omar@example.org", search_term="mug"), timeout=10)
    visitor.sees("#detail h2", "omar@example.org")
    assert len(visitor.complaints()) == 1, "the one answer 404"


def test_what_cannot_be_fetched_says_so_and_comes_by_itself(visitor: Visitor) -> None:
    visitor.opens(PHONE)
    visitor.sees(".row", "Purchase")
    visitor.driver.execute_cdp_cmd("Network.enable", {})
    visitor.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/_events/*"]})
    try:
        visitor.clicks(".row", "Searched")
        visitor.sees("#detail", "The sandbox does not answer. Trying again…")
    finally:
        visitor.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    visitor.sees("#detail h2", "Searched")
    visitor.sees_only(".trouble", 0)
    assert all("_events/" in complaint for complaint in visitor.complaints())
