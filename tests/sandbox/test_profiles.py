"""What Bluecore would know of a customer after the events it accepted."""

from __future__ import annotations

from typing import Any

from consumer.sandbox.profile import Profile
from consumer.sandbox.profiles import Profiles
from tests.sandbox.samples import JANE, LAMP, MUG, NAMESPACE, VISITOR, event, one_of_each, profile

OMAR = "omar@example.org"


def after(*documents: dict[str, Any], keep: int = 100, keep_bytes: int = 10_000_000) -> Profiles:
    profiles = Profiles(keep, keep_bytes)
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


def test_of_an_id_that_no_identify_has_linked_nothing_is_known_but_that_its_events_came() -> None:
    """As the warning says that comes with each of them: the event reaches no customer's profile."""
    patch = event("customer_patch", VISITOR, customer=profile(city="Portland"))
    cart, optin = event("add_to_cart", VISITOR, products=[MUG]), event("optin", VISITOR, customer=profile())
    profiles = after(patch, cart, optin)
    visitor = known(profiles, VISITOR).as_dict()
    assert (visitor["linked"], visitor["attributes"], visitor["cart"], visitor["consent"]) == (False, {}, [], None)
    assert [each["event"] for each in visitor["last_events"]] == ["optin", "add_to_cart", "customer_patch"]
    assert profiles.find(JANE) is None


def test_an_id_that_is_identified_anew_leaves_its_former_customer() -> None:
    jane, omar = (event("identify", VISITOR, customer=profile(email)) for email in (JANE, OMAR))
    profiles = after(jane, event("add_to_cart", VISITOR, products=[MUG]), omar, event("search", VISITOR))
    assert known(profiles, VISITOR).id == OMAR
    assert list(known(profiles, OMAR).linked_ids) == [VISITOR]
    assert list(known(profiles).linked_ids) == []
    assert list(known(profiles).cart) == ["MUG-01"]


def test_an_id_whose_link_is_forgotten_is_not_shown_as_linked() -> None:
    identified = [event("identify", f"device-{number}", customer=profile()) for number in range(5)]
    profiles = after(*identified, keep=1)
    assert list(known(profiles).linked_ids) == [
        each for each in ("device-3", "device-4") if each in profiles.links.within(NAMESPACE)
    ]
    assert len(known(profiles).linked_ids) == 2


def of(namespace: str, document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "properties": document["properties"] | {"token": namespace}}


def test_a_customer_of_two_brands_has_a_profile_with_each() -> None:
    """Their carts and consents, and what an id stands for, are that brand's alone."""
    profiles = after(
        of("acme", event("identify", VISITOR, customer=profile())),
        of("acme", event("add_to_cart", VISITOR, products=[MUG])),
        of("zeta", event("optin", customer=profile())),
        of("zeta", event("add_to_cart", VISITOR, products=[LAMP])),
    )
    acme, zeta, visitor = (profiles.find(*each) for each in ((JANE, "acme"), (JANE, "zeta"), (VISITOR, "zeta")))
    assert acme
    assert zeta
    assert visitor
    assert (list(acme.cart), acme.consent, list(acme.linked_ids)) == (["MUG-01"], None, [VISITOR])
    assert (list(zeta.cart), zeta.consent, list(zeta.linked_ids)) == ([], "opted_in", [])
    assert not visitor.linked, "nobody has identified it there"
    assert profiles.find(JANE, "other") is None
    assert profiles.find(JANE) is zeta, "who asks for no namespace gets the one that saw her last"


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


def test_the_bytes_of_all_customers_are_bounded_too() -> None:
    fat = {f"a{number}": "x" * 500 for number in range(50)}
    people = [
        event("customer_patch", f"p{n}@example.com", customer=profile(f"p{n}@example.com", **fat)) for n in range(50)
    ]
    profiles = after(*people, keep_bytes=500_000)
    assert profiles.size <= 500_000
    assert 5 < len(profiles) < 15
    assert profiles.find("p49@example.com")


def test_the_account_ends_at_nothing_when_everybody_is_forgotten_but_one() -> None:
    profiles = after(*one_of_each(), event("search", "nobody@example.com", search_term="mug"), keep=1)
    alone = after(event("search", "nobody@example.com", search_term="mug"), keep=1)
    assert profiles.size - profiles.links.size == alone.size
