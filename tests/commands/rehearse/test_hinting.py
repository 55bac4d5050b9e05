"""What the values of whole topics say, route by route, as a preview says it of a few records."""

from __future__ import annotations

import pytest

from consumer.commands.rehearse.hinting import RouteHints
from consumer.config.route import RouteConfig
from consumer.mapping.router import compile_routes
from consumer.records import Send
from tests.mapping.support import route

ORDERS = route("purchase", fields={"order_id": "nr", "total": "totaal", "products.id": "artikel"})
CENTS = "fields.total: all 2 values are whole numbers of 100 and more: if they are cents, write totaal / `100`"


def sent(config: RouteConfig, total: float) -> Send:
    record = {"email": "jane@example.com", "nr": 1, "totaal": total, "products": [{"artikel": "a"}]}
    outcome = compile_routes([config], token="***").map("shop.events", None, record, None, 0)
    assert isinstance(outcome, Send)
    return outcome


@pytest.fixture
def hints() -> RouteHints:
    return RouteHints()


def told(hints: RouteHints) -> list[str]:
    return [each.in_words() for each in hints.told()]


def test_each_route_is_told_of_by_itself_in_their_order(hints: RouteHints) -> None:
    """Nothing is said of one whose values look as they should."""
    for total in (90240, 4999):
        hints.see(2, ORDERS, "shop.events", sent(ORDERS, total))
        hints.see(0, ORDERS, "shop.events", sent(ORDERS, total))
        hints.see(1, ORDERS, "shop.events", sent(ORDERS, total / 100))
    assert told(hints) == [f"routes[0], shop.events: {CENTS}", f"routes[2], shop.events: {CENTS}"]


def test_the_first_thousand_records_of_a_route_say_enough(hints: RouteHints) -> None:
    for _ in range(1_000):
        hints.see(0, ORDERS, "shop.events", sent(ORDERS, 19.99))
    hints.see(0, ORDERS, "shop.events", sent(ORDERS, -1))
    assert told(hints) == []
