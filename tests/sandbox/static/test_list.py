"""The list of events: by keyboard, while it is read, and when more come than it can hold."""

from __future__ import annotations

import requests
from selenium.webdriver.common.keys import Keys

from consumer.sandbox.sandbox import Running
from tests.sandbox.samples import event
from tests.sandbox.static.visitor import Visitor


def search(running: Running, times: int) -> None:
    with requests.Session() as session:
        for _ in range(times):
            session.post(running.api_url, json=event("search", "omar@example.org", search_term="lamp"), timeout=10)


def test_the_keyboard_alone_opens_an_event_and_comes_back_to_its_row(visitor: Visitor) -> None:
    visitor.opens()
    visitor.sees(".row", "Purchase")
    visitor.presses(Keys.TAB)
    visitor.is_on(".skip")
    for tile in ("Received", "Accepted", "Refused", "Failed on purpose"):
        visitor.presses(Keys.TAB)
        visitor.is_on(".tile", tile)
    for _ in visitor.texts("#types button"):
        visitor.presses(Keys.TAB)
        visitor.is_on("#types button")
    for stop in ("#customer", "#hold", ".row"):
        visitor.presses(Keys.TAB)
        visitor.is_on(stop)
    visitor.presses(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_UP)
    visitor.is_on(".row", "Unsubscribed")
    visitor.presses(Keys.ENTER)
    visitor.sees("#detail h2", "Unsubscribed")
    visitor.is_on("#detail")
    visitor.presses(Keys.TAB)
    visitor.is_on(".follow")
    visitor.presses(Keys.ESCAPE)
    visitor.is_on(".row", "Unsubscribed")
    visitor.sees("#detail", "Choose an event")


def test_one_key_skips_to_the_events(visitor: Visitor) -> None:
    visitor.opens()
    visitor.sees(".row", "Purchase")
    visitor.presses(Keys.TAB, Keys.ENTER)
    visitor.is_on("#list")
    visitor.presses(Keys.TAB)
    visitor.is_on(".row", "Purchase")


def test_who_has_skipped_to_the_events_and_gone_on_is_not_taken_back(visitor: Visitor) -> None:
    """The page may hear of the skip only after the next key has been pressed."""
    visitor.opens()
    visitor.sees(".row", "Purchase")
    visitor.driver.execute_script("document.querySelector('.row').focus(); dispatchEvent(new Event('hashchange'))")
    assert visitor.driver.execute_script("return document.activeElement.className") == "row"


def test_a_list_that_is_being_read_stands_still_until_asked(visitor: Visitor, running: Running) -> None:
    visitor.opens()
    visitor.sees(".row", "Purchase")
    visitor.clicks("#hold")
    search(running, 3)
    visitor.sees("#fresh", "3 new events")
    assert not any("omar" in row for row in visitor.texts(".row"))
    visitor.clicks("#fresh")
    visitor.sees(".row", "omar@example.org")


def test_a_filter_that_is_chosen_while_the_list_is_held_shows_what_fits(visitor: Visitor, running: Running) -> None:
    visitor.opens()
    visitor.sees(".row", "Purchase")
    visitor.clicks("#hold")
    visitor.clicks(".tile[data-outcome=accepted]")
    visitor.sees_only(".row", 11)
    search(running, 1)
    visitor.sees("#fresh", "1 new event")
    visitor.sees_only(".row", 11)


def test_what_is_not_in_the_list_is_counted_at_its_place(visitor: Visitor, running: Running) -> None:
    search(running, 240)
    visitor.opens()
    visitor.sees("#total", "252")
    visitor.sees_only(".row", 200)
    visitor.sees(".gap", "52 more not shown, but counted")
    visitor.clicks("#hold")
    search(running, 230)
    visitor.sees("#fresh", "230 new events")
    visitor.clicks("#fresh")
    script = "return [...document.querySelectorAll('#list li')].reduce((n, e) => n + Number(e.dataset.left ?? 1), 0)"
    assert visitor.driver.execute_script(script) == 252 + 230
    assert len(visitor.texts(".row")) <= 200
    visitor.driver.execute_script("document.querySelector('#list').scrollTop = 1e6")
    visitor.pictured("gap")
