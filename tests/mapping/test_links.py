"""Each link is sent once, by the record that showed it first."""

from __future__ import annotations

from sys import getsizeof
from typing import Any

import orjson
import pytest

from consumer.mapping.links import LinkCache
from consumer.mapping.router import compile_routes
from consumer.records import Reason, Reject, Send
from tests.mapping.support import EMAIL, NOW_MS, TOKEN, documents, route


def test_the_first_record_carries_the_link_and_the_next_do_not() -> None:
    links = LinkCache()
    assert links.claim("device-7", "a@b.com", 1)
    assert not links.claim("device-7", "a@b.com", 2)


def test_a_record_that_is_mapped_again_carries_it_again() -> None:
    links = LinkCache()
    assert links.claim("device-7", "a@b.com", 1)
    assert links.claim("device-7", "a@b.com", 1)


def test_a_shared_device_is_linked_anew_to_each_customer() -> None:
    links = LinkCache()
    assert links.claim("device-7", "a@b.com", 1)
    assert links.claim("device-7", "c@d.com", 2)
    assert links.claim("device-7", "a@b.com", 3)


def test_the_id_that_was_not_seen_for_longest_is_forgotten() -> None:
    links = LinkCache(capacity=2)
    links.claim("one", "a@b.com", 1)
    links.claim("two", "a@b.com", 2)
    links.claim("one", "a@b.com", 3)
    links.claim("three", "a@b.com", 4)
    assert len(links) == 2
    assert not links.claim("one", "a@b.com", 5)
    assert links.claim("two", "a@b.com", 6)


def test_an_address_in_another_case_is_no_other() -> None:
    links = LinkCache()
    assert links.claim("device-7", "a@b.com", 1)
    assert not links.claim("device-7", "A@B.com", 2)


RECORD = {"email": EMAIL, "product_id": "p1", "customer_id": "C-1", "device_id": "device-7"}
VIEWED = route("viewed_product", link_identities=True)
SEARCH = route("search", link_identities=True)


def mapped(links: LinkCache, position: int, *routes: Any, record: Any = None) -> Any:
    """What becomes of the record at this position of its partition."""
    router = compile_routes(routes or [VIEWED], token=TOKEN)
    value = RECORD if record is None else record
    return router.map(
        "shop.events", None, value, None, NOW_MS, claim=lambda one, email: links.claim(one, email, position)
    )


def events(outcome: Any) -> list[str]:
    assert isinstance(outcome, Send), outcome
    return [request.event for request in outcome.requests]


def linked(outcome: Any) -> list[str]:
    """The ids of the links that go ahead."""
    assert isinstance(outcome, Send), outcome
    return [orjson.loads(each.body)["properties"]["distinct_id"] for each in outcome.requests if each.link]


class TestLinkIdentities:
    """An id that no identify linked to an e-mail reaches no profile (Bluecore, Events API)."""

    def test_identify_goes_ahead_of_the_first_event(self) -> None:
        sent = documents(mapped(LinkCache(), 1))
        customer = {"email": EMAIL}
        assert sent[:2] == [
            {"event": "identify", "properties": {"token": TOKEN, "distinct_id": one, "customer": customer}}
            for one in ("C-1", "device-7")
        ]
        assert [document["event"] for document in sent[2:]] == ["viewed_product"]

    def test_and_only_of_the_first(self) -> None:
        links = LinkCache()
        mapped(links, 1)
        assert events(mapped(links, 2)) == ["viewed_product"]

    def test_the_same_record_becomes_the_same_requests_again(self) -> None:
        links = LinkCache()
        first = mapped(links, 1)
        mapped(links, 2)
        assert mapped(links, 1) == first

    def test_not_unless_the_route_says_so(self) -> None:
        assert events(mapped(LinkCache(), 1, route("viewed_product"))) == ["viewed_product"]

    def test_not_without_an_email(self) -> None:
        assert events(mapped(LinkCache(), 1, record={"product_id": "p1", "device_id": "device-7"})) == [
            "viewed_product"
        ]

    def test_two_routes_of_one_topic_send_it_once_and_ahead_of_both(self) -> None:
        optin = route("optin", link_identities=True)
        assert events(mapped(LinkCache(), 1, optin, VIEWED)) == ["identify", "identify", "optin", "viewed_product"]

    def test_a_record_that_is_split_sends_it_once(self) -> None:
        cart = route("add_to_cart", link_identities=True, split_products=True)
        record = {"email": EMAIL, "device_id": "device-7", "products": [{"id": "a"}, {"id": "b"}]}
        outcome = mapped(LinkCache(), 1, cart, record=record)
        assert events(outcome) == ["identify", "add_to_cart", "add_to_cart"]

    def test_an_identify_of_the_stream_counts(self) -> None:
        links = LinkCache()
        assert events(mapped(links, 1, route("identify"))) == ["identify"]
        assert linked(mapped(links, 2)) == ["device-7"]

    def test_an_identify_of_the_same_record_counts(self) -> None:
        outcome = mapped(LinkCache(), 1, route("identify"), VIEWED)
        assert linked(outcome) == ["device-7"]
        assert events(outcome) == ["identify", "identify", "viewed_product"]

    def test_it_goes_ahead_all_the_same_where_the_identify_of_the_record_comes_later(self) -> None:
        assert linked(mapped(LinkCache(), 1, VIEWED, route("identify"))) == ["C-1", "device-7"]

    @pytest.mark.parametrize(
        ("second", "record", "reason"),
        [
            (SEARCH, RECORD, Reason.MISSING_FIELD),
            (SEARCH, {**RECORD, "search_term": "x" * 900_000}, Reason.TOO_LARGE),
            (SEARCH, {**RECORD, "search_term": 1.5}, Reason.INVALID_FIELD),
        ],
    )
    def test_a_record_that_is_refused_leaves_the_link_to_the_next(
        self, second: Any, record: dict[str, Any], reason: Reason
    ) -> None:
        links = LinkCache()
        outcome = mapped(links, 1, second, record=record)
        assert isinstance(outcome, Reject)
        assert outcome.reason is reason
        assert len(links) == 0
        assert linked(mapped(links, 2)) == ["C-1", "device-7"]

    def test_of_one_that_is_sent_in_part_it_goes_with_what_is_sent(self) -> None:
        links = LinkCache()
        outcome = mapped(links, 1, SEARCH, VIEWED)
        assert events(outcome) == ["identify", "identify", "viewed_product"]
        assert isinstance(outcome, Send)
        assert [each.event for each in outcome.refused] == ["search"]
        assert linked(mapped(links, 2)) == []

    def test_so_does_one_whose_link_itself_is_too_large(self) -> None:
        links = LinkCache()
        outcome = mapped(links, 1, record={**RECORD, "device_id": "x" * 900_000})
        assert isinstance(outcome, Reject)
        assert (outcome.reason, len(links)) == (Reason.TOO_LARGE, 0)

    def test_a_record_that_is_skipped_links_nothing(self) -> None:
        links = LinkCache()
        mapped(links, 1, route("viewed_product", link_identities=True, when="`false`"))
        assert len(links) == 0

    @pytest.mark.parametrize("distinct_id", ["JANE@example.com", " jane@example.com ", "john@example.com"])
    def test_an_email_is_never_linked_whosever_it_is_and_however_it_is_written(self, distinct_id: str) -> None:
        """Bluecore, Customer Events: the id to be linked, never the e-mail. Two addresses are two customers."""
        record = {"email": EMAIL, "product_id": "p1", "distinct_id": distinct_id, "user_id": distinct_id}
        assert linked(mapped(LinkCache(), 1, record=record)) == []

    def test_nor_by_an_identify_of_the_stream(self) -> None:
        record = {**RECORD, "distinct_id": "john@example.com"}
        (document,) = documents(mapped(LinkCache(), 1, route("identify"), record=record))
        assert document["properties"]["distinct_id"] == "C-1"
        alone = mapped(LinkCache(), 1, route("identify"), record={"email": EMAIL, "distinct_id": "john@example.com"})
        assert isinstance(alone, Reject)
        assert (alone.reason, alone.field) == (Reason.MISSING_FIELD, "distinct_id")


def test_an_id_of_any_length_takes_the_same_room() -> None:
    """A device's id of a megabyte, a hundred thousand times, were all the memory that there is."""
    links = LinkCache()
    long = "x" * 1_000_000
    assert links.claim(long, "a@b.com", 1)
    assert not links.claim(long, "a@b.com", 2)
    assert links.claim(long + "x", "a@b.com", 2)
    assert getsizeof(next(iter(links._links))) < 100  # noqa: SLF001 - memory shows nowhere else
