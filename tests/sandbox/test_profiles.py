"""What Bluecore would know of a customer after the events it accepted."""

from __future__ import annotations

from typing import Any

from consumer.sandbox.profiles import Profile, Profiles
from tests.sandbox.samples import JANE, LAMP, MUG, VISITOR, event, one_of_each, profile


def after(*documents: dict[str, Any], keep: int = 100) -> Profiles:
    profiles = Profiles(keep)
    for number, document in enumerate(documents, 1):
        profiles.apply(number, 1_000 * number, document["event"], document["properties"])
    return profiles


def known(profiles: Profiles, identifier: str = JANE) -> Profile:
    found = profiles.find(identifier)
    assert found, f"nothing is known of {identifier}"
    return found


def test_a_shopping_trip_leaves_its_profile() -> None:
    jane = known(after(*one_of_each())).as_dict()
    assert jane["attributes"] == {
        "email": JANE,
        "first_name": "Jane",
        "last_name": "Doe",
        "city": "Portland",
        "vip": True,
    }
    assert jane["consent"] == "unsubscribed"
    assert jane["linked_ids"] == [VISITOR]
    assert jane["cart"] == []
    assert jane["wishlist"] == [LAMP]
    assert jane["orders"] == [{"order_id": "A-1001", "total": 29.0, "products": 1}]
    assert jane["last_events"][0] == {"number": 11, "at_ms": 11_000, "event": "unsubscribe"}


def test_a_customer_is_one_whatever_the_case_of_the_address() -> None:
    profiles = after(event("search", "Jane.Doe@Example.com", search_term="mug"), event("search", search_term="lamp"))
    assert known(profiles, " JANE.DOE@example.com ").events == 2


def test_events_of_an_id_reach_the_profile_only_after_identify() -> None:
    view = event("viewed_product", VISITOR, products=[MUG])
    profiles = after(view)
    assert not known(profiles, VISITOR).linked
    assert profiles.find(JANE) is None

    profiles = after(view, event("identify", VISITOR, customer=profile()), view)
    assert known(profiles, VISITOR).id == JANE
    assert [name for _, _, name in known(profiles).last_events] == ["identify", "viewed_product"]


def test_an_older_consent_that_comes_late_undoes_the_newer_one() -> None:
    late = after(event("unsubscribe", customer=profile()), event("optin", customer=profile()))
    assert known(late).consent == "opted_in"


def test_attributes_with_names_that_bluecore_ignores_are_not_kept() -> None:
    profiles = after(event("customer_patch", customer=profile(**{"First-Name": "Jane", "city": "Portland"})))
    assert known(profiles).attributes == {"email": JANE, "city": "Portland"}


def test_the_cart_holds_what_was_added_and_neither_removed_nor_bought() -> None:
    add_both = (event("add_to_cart", products=[MUG]), event("add_to_cart", products=[LAMP]))
    assert list(known(after(*add_both)).cart) == ["MUG-01", "LAMP-7"]
    assert list(known(after(*add_both, event("remove_from_cart", products=[MUG]))).cart) == ["LAMP-7"]
    bought = event("purchase", customer=profile(), products=[LAMP], order_id="A-1", total=59)
    assert list(known(after(*add_both, bought)).cart) == ["MUG-01"]


def test_an_order_that_arrives_twice_is_one_order() -> None:
    order = event("purchase", customer=profile(), products=[LAMP], order_id="A-1", total=59)
    assert len(known(after(order, order)).orders) == 1


def test_the_least_recently_seen_customer_is_forgotten_first() -> None:
    people = [f"person{number}@example.com" for number in range(4)]
    visits = [event("search", people[index], search_term="mug") for index in (0, 1, 2, 0, 3)]
    profiles = after(*visits, keep=3)
    assert [person for person in people if profiles.find(person)] == [people[0], people[2], people[3]]


def test_one_customer_cannot_grow_without_end() -> None:
    orders = [
        event("purchase", customer=profile(**{f"a{n}": "x" * 9_000}), products=[MUG], order_id=str(n), total=1)
        for n in range(300)
    ]
    jane = known(after(*orders))
    assert len(jane.orders) == 50
    assert len(jane.last_events) == 30
    assert len(jane.attributes) == 200
    assert max(len(value) for value in jane.attributes.values()) <= 501
