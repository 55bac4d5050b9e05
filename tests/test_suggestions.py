"""What was probably meant by a name that is none."""

from __future__ import annotations

import pytest

from consumer.mapping.contract import CONTRACTS
from consumer.suggestions import did_you_mean, misspelt, nearest


@pytest.mark.parametrize(
    ("written", "meant"),
    [("purchsae", "purchase"), ("serch", "search"), ("opt_in", "optin"), ("view_product", "viewed_product")],
)
def test_a_slip_is_known(written: str, meant: str) -> None:
    assert misspelt(written, CONTRACTS) == meant


@pytest.mark.parametrize("custom", ["viewed_cart", "remove_from_wishlist", "viewed_content", "store_visit"])
def test_a_custom_event_is_no_slip(custom: str) -> None:
    assert misspelt(custom, CONTRACTS) is None


def test_the_nearest_name() -> None:
    assert nearest("payed", ["PAID", "OPEN"]) == "PAID"
    assert nearest("emial", ["email", "order_id"]) == "email"
    assert nearest("zzz", ["email", "order_id"]) is None


def test_case_is_no_difference() -> None:
    assert nearest("SHOP.ORDERS", ["shop.orders", "shop.carts"]) == "shop.orders"


def test_with_no_likeness_asked_for_there_is_always_a_nearest() -> None:
    assert nearest("xyz", ["shop.orders"], likeness=0) == "shop.orders"


def test_the_end_of_a_message() -> None:
    assert did_you_mean("emial", ["email"]) == "; did you mean email?"
    assert did_you_mean("zzz", ["email"]) == ""
