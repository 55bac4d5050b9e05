"""One customer: what commerce does to cart, wishlist and orders, and that none can grow without end."""

from __future__ import annotations

import tracemalloc
from typing import Any

from consumer.sandbox.profile import Profile
from tests.sandbox.samples import JANE, LAMP, MUG


def customer() -> Profile:
    return Profile(JANE, linked=True)


def bought(order_id: object, **more: Any) -> dict[str, Any]:
    return {"products": [MUG], "order_id": order_id, "total": 14.5, **more}


def test_the_wishlist_holds_what_was_put_there_and_not_taken_away() -> None:
    jane = customer()
    for product in (MUG, LAMP):
        jane.shop("wishlist", {"products": [product]})
    jane.shop("remove_from_wishlist", {"products": [MUG]})
    assert jane.as_dict()["wishlist"] == [LAMP]


def test_a_product_that_is_put_again_is_the_latest_of_the_cart() -> None:
    jane = customer()
    for product in (MUG, LAMP, MUG):
        jane.shop("add_to_cart", {"products": [product]})
    assert list(jane.cart) == ["LAMP-7", "MUG-01"]


def test_an_attribute_that_is_set_again_is_overwritten_in_its_place() -> None:
    jane = customer()
    for attributes in ({"city": "Portland", "vip": 1}, {"city": "Salem", "vip": True}):
        jane.patch(attributes)
    assert list(jane.attributes.items()) == [("city", "Salem"), ("vip", True)]


def test_the_latest_thirty_events_are_kept() -> None:
    jane = customer()
    for number in range(100):
        jane.record_event(number, 0, "search")
    assert [each["number"] for each in jane.as_dict()["last_events"]] == list(range(99, 69, -1))
    assert jane.events == 100


def test_one_customer_cannot_grow_without_end() -> None:
    jane = customer()
    for number in range(300):
        jane.patch({f"a{number}": "x" * 9_000, f"b{number}": [{"c": "x" * 9_000}]})
        jane.shop("purchase", bought(str(number)))
        jane.shop("add_to_cart", {"products": [{"id": number, **{f"field{n}": "x" * 900 for n in range(100)}}]})
    assert (len(jane.orders), len(jane.cart), len(jane.attributes)) == (50, 50, 200)
    assert max(len(value) for value in jane.attributes.values()) == 501
    assert max(len(line) for line in jane.cart.values()) == 20


def test_what_is_nested_too_deeply_to_be_kept_is_cut() -> None:
    """JSON is read down to a thousand levels, and written down to some 250."""
    deep: dict[str, Any] = {}
    for _ in range(1_000):
        deep = {"a": deep}
    jane = customer()
    jane.patch({"home": deep})
    jane.shop("add_to_cart", {"products": [MUG | {"maker": deep}]})
    jane.shop("remove_from_wishlist", {"products": [{"id": deep}]})
    assert jane.attributes == {"home": "…"}
    assert jane.as_dict()["cart"] == [MUG | {"maker": "…"}]


def test_its_size_is_about_what_it_holds_and_never_much_less() -> None:
    """Against the interpreter's own count of what was allocated; what objects share is counted for each."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        people = []
        for number in range(50):
            jane = Profile(f"p{number}@example.com", linked=True)
            for n in range(40):
                jane.record_event(n, 0, "search")
                jane.patch({f"a_{number}_{n}": "x" * (100 + n)})
                jane.shop("purchase", bought(f"order-{number}-{n}"))
                jane.shop("add_to_cart", {"products": [{"id": f"{number}-{n}", "name": "y" * (50 + n)}]})
            people.append(jane)
        held = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert 0.9 * held < sum(each.size for each in people) < 2 * held
