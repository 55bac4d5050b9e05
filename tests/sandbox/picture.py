"""Draws the picture of the sandbox's page that README and docs/sandbox.md show: `python -m tests.sandbox.picture`.

A shop's day by the Events API and by the eligibility API, with a few refusals and failures, and the last one opened.
"""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import click
import requests

from consumer.sandbox.faults import make_plan
from consumer.sandbox.sandbox import Running, running_sandbox
from consumer.sandbox.settings import SandboxSettings
from tests.sandbox.rest_client import Client
from tests.sandbox.samples import JANE, LAMP, MUG, NAMESPACE, event, profile
from tests.sandbox.static.visitor import Visitor
from tests.support.browser import headless_chromium

_PEOPLE: Final = ("mia.novak@example.com", JANE, "omar.haddad@example.org", "lucia.fernandez@example.net")
_OFTEN: Final = {
    "viewed_product": 6,
    "add_to_cart": 5,
    "purchase": 4,
    "customer_patch": 4,
    "search": 3,
    "wishlist": 3,
    "remove_from_cart": 2,
    "optin": 2,
    "unsubscribe": 1,
}
_PHONE: Final = {"phone_number": "+15556667777"}


def _one(name: str, email: str, order: int) -> dict[str, Any]:
    if name == "search":
        return event(name, email, search_term="mug")
    if name in {"customer_patch", "optin", "unsubscribe"}:
        return event(name, email, customer=profile(email))
    if name == "purchase":
        return event(name, email, customer=profile(email), products=[MUG, LAMP], order_id=f"A-{order}", total=64)
    return event(name, email, products=[MUG if order % 2 else LAMP])


def _shopped(running: Running, http: requests.Session) -> None:
    """What arrives, the refused purchase last."""
    draw, client = random.Random(7), Client(running, http)  # the same picture each time

    def send(document: dict[str, Any]) -> None:
        http.post(running.api_url, json=document)

    names = draw.choices(list(_OFTEN), list(_OFTEN.values()), k=260)
    for order, name in enumerate(names):
        send(_one(name, draw.choice(_PEOPLE), order))
    for email in _PEOPLE * 2:
        send(event("purchase", email, customer=profile(email), products=[MUG], order_id="A-1"))
        client.consent("OPTIN", id={"email": email})
    running.sandbox.faults.apply(make_plan({"rates": {"503": 1}}))
    send(_one("search", JANE, 1))
    running.sandbox.faults.clear()
    client.consent("OPTIN", id=_PHONE, channel_identifier="72345")
    send(_one("viewed_product", JANE, 1))
    client.consent("UNSUBSCRIBE", id={"email": _PEOPLE[0]})
    send(event("search", "device-99", search_term="lamp"))
    send(event("purchase", customer=profile("jane.doe@"), products=[MUG, MUG], order_id="A-1002"))


@click.command()
@click.argument("file", type=click.Path(path_type=Path), default=Path(".github/sandbox.png"))
def draw(file: Path) -> None:
    """Writes the picture to FILE."""
    with (
        running_sandbox(SandboxSettings(namespace=NAMESPACE)) as running,
        requests.Session() as http,
        TemporaryDirectory() as folder,
        headless_chromium(Path(folder)) as driver,
    ):
        http.trust_env = False
        _shopped(running, http)
        visitor = Visitor(driver, running.url)
        visitor.opens(at=f"#event/{running.sandbox.store.number}")
        visitor.sees("#detail h2", "Purchase")
        visitor.sees("body", "quiet now")
        driver.save_screenshot(str(file))


if __name__ == "__main__":
    draw()
