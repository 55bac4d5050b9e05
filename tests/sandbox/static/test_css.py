"""How the page looks: at phone width, in light and dark, to weak eyes, fingers, and who wants no motion."""

from __future__ import annotations

import pytest
import requests

from consumer.sandbox.faults import make_plan
from consumer.sandbox.sandbox import Running
from tests.sandbox.rest_client import Client
from tests.sandbox.samples import JANE, event, profile
from tests.sandbox.static.visitor import DESKTOP, PHONE, Visitor

SCHEMES = ["light", "dark"]
SIZES = [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")]
LONG = "a.customer.with.quite.a.long.name@shop.example.com"
VIEWS = {
    "": (".row", "Purchase"),
    "#event/12": (".json .marked", "is missing"),
    "#event/13": (".why li", "Bluecore ignores"),
    "#event/18": (".verdict", "Failed on purpose"),
    f"#customer/{JANE}": (".consents", "Confirm for the customer"),
}


@pytest.fixture
def motley(visitor: Visitor, running: Running) -> Visitor:
    """A page that shows every colour it has: warnings, a fault, a second copy, faults in force."""
    with requests.Session() as session:
        for _ in range(2):
            warned = event("customer_patch", customer=profile(VIP="true", phone="12"))
            session.post(running.api_url, json=warned, headers={"Idempotency-Key": "k"}, timeout=10)
        client = Client(running, session)
        link = {"id": {"email": JANE}, "link_ids": [{"phone_number": "+15556667777"}]}
        client.call("POST", "customers", json=link)
        client.consent("SIGNUP", id={"phone_number": "+15556667777"}, channel_identifier="72345")
        client.consent("OPTIN", message_type="TRANSACTIONAL")
        running.sandbox.faults.apply(make_plan({"rates": {503: 1}}))
        session.post(running.api_url, json=event("search", LONG, search_term="mug"), timeout=10)
    return visitor


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES)
def test_every_text_stands_out_from_its_ground(motley: Visitor, size: tuple[int, int], scheme: str) -> None:
    for at, (selector, text) in VIEWS.items():
        motley.opens(size, scheme, at=at)
        motley.sees(selector, text)
        motley.sees("#faults, #detail", "503" if size == DESKTOP or not at else "")
        motley.pictured(f"{size[0]}-{scheme}-{at.strip('#').partition('@')[0].replace('/', '-') or 'list'}")
        assert motley.measures("faint.js") == []


def test_a_finger_hits_everything_on_a_phone(motley: Visitor) -> None:
    for at, (selector, text) in VIEWS.items():
        motley.opens(PHONE, at=at)
        motley.sees(selector, text)
        assert motley.measures("small.js") == []


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_wider_than_its_place(motley: Visitor, size: tuple[int, int]) -> None:
    for at, (selector, text) in VIEWS.items():
        motley.opens(size, at=at)
        motley.sees(selector, text)
        wide = (
            "return ['html', '#detail', '#list'].map(name => document.querySelector(name))"
            ".filter(each => each.scrollWidth > each.clientWidth).map(each => each.id)"
        )
        assert motley.driver.execute_script(wide) == []


@pytest.mark.parametrize("size", [pytest.param((1280, 800), id="desktop"), pytest.param(PHONE, id="phone")])
def test_long_names_leave_the_time_in_sight(visitor: Visitor, running: Running, size: tuple[int, int]) -> None:
    name, email = 66 * "x", f"{61 * 'e'}@example.com"
    attributes = {f"{60 * 'a'}_is": 80 * "b"}
    requests.post(running.api_url, json=event(name, email), timeout=10)
    requests.post(
        running.api_url, json=event("customer_patch", email, customer=profile(email, **attributes)), timeout=10
    )
    outside = """
        const inside = (inner, outer) => inner.left >= outer.left && inner.right <= outer.right && inner.width > 0;
        return [...document.querySelectorAll(arguments[0])]
          .filter(part => part.checkVisibility({visibilityProperty: true}))
          .filter(part => !inside(part.getBoundingClientRect(), part.closest(arguments[1]).getBoundingClientRect()))
          .map(part => part.outerHTML)"""
    for at, selector, text, parts, box in (
        ("", ".row", name, ".row time, .row .event, .row .who", ".list"),
        ("", ".types button", name[:20], ".types .count", ".types button"),
        ("#event/13", "#detail h2", name, "#detail h2, .follow", "#detail"),
        (f"#customer/{email}", ".card", email, ".card dt, .card dd, .card a, .card span", ".card"),
    ):
        visitor.opens(size, at=at)
        visitor.sees(selector, text)
        visitor.pictured(f"long-{size[0]}-{at.strip('#').partition('/')[0] or 'list'}")
        assert visitor.driver.execute_script(outside, parts, box) == []
        assert visitor.driver.execute_script("return document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_on_a_phone_everything_fits_the_width(visitor: Visitor, scheme: str) -> None:
    visitor.opens(PHONE, scheme)
    visitor.sees(".row", "Purchase")
    field = "const e = document.querySelector('#customer'); return e.scrollWidth <= e.clientWidth"
    assert visitor.driver.execute_script(field)
    visitor.clicks(".row", "This is not an e-mail address.")
    visitor.sees(".verdict", "Refused")
    visitor.sees(".back", "Back to the events")
    assert visitor.texts(".row") == []
    assert visitor.driver.execute_script("return document.documentElement.scrollWidth") <= PHONE[0]
    ground = visitor.driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    darkness = sum(int(part) for part in ground.strip("rgb()").split(","))
    assert (darkness < 3 * 64) == (scheme == "dark")
    visitor.clicks(".back")
    visitor.sees(".row", "Purchase")
    visitor.is_on(".row", "This is not an e-mail address.")
    assert visitor.texts("#detail") == []


@pytest.mark.parametrize(("motion", "moves"), [("no-preference", 1), ("reduce", 0)])
def test_nothing_moves_for_who_wants_no_motion(visitor: Visitor, motion: str, moves: int) -> None:
    visitor.opens(motion=motion)
    visitor.sees("#live", "Live")
    assert visitor.driver.execute_script("return document.getAnimations().length") == moves
