"""The page as a whole: figures, filters, faults, and a sandbox that goes away and comes back."""

from __future__ import annotations

import time

import pytest
import requests
from selenium.webdriver.chrome.webdriver import WebDriver

from consumer.sandbox.faults import make_plan
from consumer.sandbox.sandbox import Running, running_sandbox
from tests.sandbox.samples import JANE, event, profile
from tests.sandbox.static.visitor import Visitor
from tests.support.waiting import free_port


def send(running: Running, name: str, identifier: str = "omar@example.org", **properties: object) -> None:
    requests.post(running.api_url, json=event(name, identifier, **properties), timeout=10)


def test_events_appear_as_they_come_with_their_counts(visitor: Visitor, running: Running) -> None:
    visitor.opens()
    visitor.sees("#total", "12")
    visitor.sees("#refused", "1")
    visitor.sees("#types li", "Purchase\n2")
    assert visitor.texts(".row .event")[0].startswith("Purchase")
    send(running, "search", search_term="lamp")
    visitor.sees("#total", "13")
    visitor.sees(".row", "omar@example.org")


def test_equal_refusals_are_one_line_that_leads_to_the_newest(visitor: Visitor, running: Running) -> None:
    visitor.opens()
    visitor.sees("#total", "12")
    visitor.sees_only(".reason", 1)
    for _ in range(3):
        send(running, "search", JANE)
    visitor.sees(".reason", "3 \u00d7 Searched: What was searched for is missing. search_term")
    visitor.sees_only(".reason", 2)
    visitor.clicks(".reason")
    visitor.sees("#detail", "Event 15")


def test_tiles_types_and_customer_filter_the_list(visitor: Visitor, running: Running) -> None:
    send(running, "search", search_term="lamp")
    visitor.opens()
    visitor.sees("#total", "13")
    visitor.clicks(".tile[data-outcome=refused]")
    visitor.sees_only(".row", 1)
    visitor.clicks("#everything")
    visitor.is_on(".tile", "Received")
    visitor.clicks("#types button", "Searched")
    visitor.sees_only(".row", 2)
    visitor.types("#customer", "OMAR")
    visitor.sees_only(".row", 1)
    visitor.sees(".row", "omar@example.org")
    visitor.clicks("#everything")
    visitor.types("#customer", "jane.doe")
    visitor.sees_only(".row", 11)
    visitor.sees(".row", "device-7f3a · jane.doe@example.com")
    visitor.types("#customer", "nobody")
    visitor.sees("#empty", "No event fits this filter.")


def test_what_could_not_be_read_is_a_type_of_its_own(visitor: Visitor, running: Running) -> None:
    requests.post(running.api_url, data=b'{"event": "sea', timeout=10)
    visitor.opens()
    visitor.clicks("#types button", "Unreadable")
    visitor.sees_only(".row", 1)
    visitor.sees(".row", "Unreadable")
    visitor.clicks("#types button", "Unreadable")
    visitor.sees_only(".row", 13)


def test_types_stay_where_they_are_while_one_is_about_to_be_chosen(visitor: Visitor, running: Running) -> None:
    visitor.opens()
    visitor.sees("#types li", "Searched\n1")
    order = [text.partition("\n")[0] for text in visitor.texts("#types li")]
    visitor.driver.execute_script("document.querySelector('#types [data-event=search] button').focus()")
    for _ in range(5):
        send(running, "search", search_term="lamp")
    visitor.sees("#types li", "Searched\n6")
    visitor.is_on("#types button", "Searched")
    assert [text.partition("\n")[0] for text in visitor.texts("#types li")] == order
    visitor.clicks("#hold")
    visitor.driver.execute_script("document.querySelector('#hold').focus()")
    send(running, "search", search_term="lamp")
    visitor.sees("#types li:first-child", "Searched\n7")


def test_faults_in_force_are_told(visitor: Visitor, running: Running) -> None:
    visitor.opens()
    running.sandbox.faults.apply(make_plan({"rates": {503: 1}}))
    visitor.sees("#faults", "100 % of events: answered 503")
    running.sandbox.faults.apply(make_plan({"rates": {503: 1}, "latency": "fixed:0.25"}))
    visitor.sees("#faults", "slow answers, after 0.25 s")
    send(running, "search", search_term="lamp")
    visitor.clicks(".row", "Failed on purpose: answered 503")
    visitor.sees(".why", "The sandbox was asked to answer 503.")


def test_an_accepted_event_whose_answer_was_lost_says_so(visitor: Visitor, running: Running) -> None:
    running.sandbox.faults.apply(make_plan({"rates": {"lost": 1}}))
    with pytest.raises(requests.ConnectionError):
        send(running, "search", search_term="lamp")
    visitor.opens()
    visitor.clicks(".row", "Accepted, but the answer was lost on purpose")
    visitor.sees(".when", "not answered")
    visitor.sees(".why", "The sender cannot know what became of the event")


def test_a_sandbox_that_was_emptied_empties_the_page_and_says_so(visitor: Visitor, running: Running) -> None:
    visitor.opens()
    visitor.clicks(".row", "Searched")
    visitor.sees(".verdict", "Accepted")
    running.sandbox.reset()
    visitor.sees("#told", "The sandbox was emptied")
    visitor.sees("#empty", "Waiting for the first event.")
    assert visitor.texts(".row") == []
    visitor.sees("#detail", "Choose an event")
    visitor.clicks("#understood")
    visitor.sees_only("#told", 0)


def test_another_run_of_the_sandbox_is_not_mixed_with_the_last(chromium: WebDriver) -> None:
    port = free_port()
    with running_sandbox(port=port) as running:
        for _ in range(3):
            send(running, "search", search_term="lamp")
        visitor = Visitor(chromium, running.url)
        visitor.opens()
        visitor.sees_only(".row", 3)
    visitor.sees("#live", "Not connected: trying again…")
    with running_sandbox(port=port) as running:
        send(running, "optin", JANE, customer=profile())
        visitor.sees("#told", "The sandbox was started again: what had arrived before is gone.")
        visitor.sees("#live", "Live")
        visitor.sees_only(".row", 1)
        visitor.sees(".row", "Opted in")
        visitor.pictured("restart")
        chromium.get("about:blank")
    assert all("net::ERR_" in complaint for complaint in visitor.complaints())


def test_a_page_that_was_left_holds_no_connection(visitor: Visitor) -> None:
    """A browser has six connections for one address: a page left behind must not keep one of them."""
    begun = time.monotonic()
    for _ in range(8):
        visitor.opens()
        visitor.sees("#live", "Live")
    assert time.monotonic() - begun < 30, "pages waited for a connection"
    visitor.driver.back()
    visitor.driver.back()
    visitor.sees(".row", "Purchase")
    visitor.sees("#live", "Live")


def test_a_hostile_name_is_text_and_nothing_more(visitor: Visitor, running: Running) -> None:
    send(running, "<img src=x onerror=document.title=1>", "<b>x</b>@example.com")
    visitor.opens()
    visitor.clicks(".row", "<img src=x")
    visitor.sees("#detail h2", "<img src=x")
    assert visitor.driver.title == "Bluecore sandbox"
