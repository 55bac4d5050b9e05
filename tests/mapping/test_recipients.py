"""On a first day only those who are listed get events, whatever a record makes."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from consumer.config.route import RouteConfig
from consumer.mapping.links import LinkCache
from consumer.mapping.recipients import Recipients
from consumer.mapping.router import compile_routes
from consumer.records import Reject, Send, Skip
from tests.mapping.support import NOW_MS, TOKEN

LISTED = ("shop.example", "jane@example.com")
SEARCH: dict[str, Any] = {"topic": "t", "event": "search"}
OTHER, WITHHELD = {"email": "bob@example.com", "search_term": "hat"}, Skip("only_emails")


def mapped(record: dict[str, Any], *routes: dict[str, Any], max_age_seconds: float = 0) -> Any:
    configs = [RouteConfig.model_validate(each) for each in routes or (SEARCH,)]
    router = compile_routes(configs, token=TOKEN, only_emails=LISTED, max_age_seconds=max_age_seconds)
    links = LinkCache()
    claim = partial(links.claim, record=1)
    return router.map("t", None, record, NOW_MS - 10_000, NOW_MS, claim=claim)


@pytest.mark.parametrize(
    ("customer", "taken"),
    [
        ("jane@example.com", True),
        ("Jane@Example.COM", True),
        ("ann@shop.example", True),
        ("ANN@Shop.Example", True),
        ("ann@sub.shop.example", False),
        ("ann@myshop.example", False),
        ("john@example.com", False),
        ("mary-jane@example.com", False),
        ('"ann@home"@shop.example', True),
        ("ann@shop.example@example.org", False),
        ("shop.example", False),
        ("device-1", False),
        ("", False),
    ],
)
def test_who_gets_events(customer: str, taken: bool) -> None:  # noqa: FBT001 - a table's column
    assert Recipients({"": ("@Shop.example", "jane@example.com")}).takes(customer, "") is taken


def test_the_events_of_all_others_are_skipped() -> None:
    assert isinstance(mapped(OTHER | {"email": "ann@shop.example"}), Send)
    assert mapped(OTHER) == WITHHELD
    assert mapped({"distinct_id": "device-1", "search_term": "hat"}) == WITHHELD


def test_of_one_record_each_request_is_judged_by_itself() -> None:
    """A gift: the giver is listed, the one who gets it is not."""
    gift = SEARCH | {"event": "wishlist", "fields": {"email": "receiver"}}
    record = {"email": "jane@example.com", "receiver": "bob@example.com", "search_term": "hat", "product_id": "p"}

    sent = mapped(record, SEARCH, gift)

    assert [request.event for request in sent.requests] == ["search"]


def test_each_request_keeps_its_number_where_one_before_it_is_withheld() -> None:
    """Who is listed later changes no idempotency key: nothing is counted twice."""
    gift = SEARCH | {"event": "wishlist", "fields": {"email": "receiver"}}
    record = {"email": "jane@example.com", "receiver": "bob@example.com", "search_term": "hat", "product_id": "p"}

    sent = mapped(record, gift, SEARCH)

    assert [request.event for request in sent.requests] == ["search"]
    assert sent.numbers == (1,)


def test_the_link_of_one_who_gets_no_events_goes_ahead_of_nobody_elses() -> None:
    gift = SEARCH | {"event": "wishlist", "fields": {"email": "receiver"}, "link_identities": True}
    record = {"email": "jane@example.com", "receiver": "bob@example.com", "search_term": "hat", "product_id": "p"}

    sent = mapped(record | {"customer_id": "c-1"}, gift, SEARCH)

    assert [request.event for request in sent.requests] == ["search"]


def test_nobody_is_linked_who_gets_no_events() -> None:
    """Not by an event of its own, and not ahead of another."""
    identify = {"topic": "t", "event": "identify"}
    linking = SEARCH | {"link_identities": True}
    ids = {"customer_id": "c-1", "search_term": "hat"}

    assert mapped(ids | {"email": "bob@example.com"}, identify) == WITHHELD
    assert mapped(ids | {"email": "bob@example.com"}, linking) == WITHHELD
    sent = mapped(ids | {"email": "jane@example.com"}, linking)
    assert [request.event for request in sent.requests] == ["identify", "search"]


def test_what_is_wrong_with_the_others_is_no_dead_letter() -> None:
    """A patch that Bluecore would refuse, and one that is too old: but of somebody else."""
    purchase = {"topic": "t", "event": "purchase"}
    assert mapped(OTHER, purchase) == WITHHELD
    assert mapped(OTHER, max_age_seconds=5) == WITHHELD
    assert isinstance(mapped({"email": "jane@example.com"}, purchase), Reject)
    assert isinstance(mapped({"email": "no address"}, purchase), Reject)


def test_what_is_withheld_is_counted() -> None:
    counted: list[int] = []
    router = compile_routes([RouteConfig.model_validate(SEARCH)] * 2, token=TOKEN, only_emails=LISTED)
    assert router.recipients is not None
    router.recipients.on_withheld = counted.append
    for record in (OTHER, OTHER | {"email": "jane@example.com"}, {"email": "bob@example.com", "search_term": []}):
        router.map("t", None, record, None, NOW_MS)
    assert counted == [2, 1, 1]


def test_without_a_list_everybody_gets_events() -> None:
    assert compile_routes([RouteConfig.model_validate(SEARCH)], token=TOKEN).recipients is None
