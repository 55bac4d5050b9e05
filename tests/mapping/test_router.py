"""Which routes take a record, and what becomes of it when they disagree."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from consumer.config.route import RouteConfig
from consumer.mapping.router import compile_routes
from consumer.records import Mapped, OrderClass, Reason, Reject, Send, Skip
from tests.mapping.support import EMAIL, NOW_MS, TOKEN, map_one, route

RECORD = {"email": EMAIL, "product_id": "p1"}


def routed(*routes: dict[str, Any], topic: str = "t", name: str | None = None, record: Any = None) -> Any:
    router = compile_routes([RouteConfig.model_validate(each) for each in routes], token=TOKEN)
    return router.map(topic, name, RECORD if record is None else record, None, NOW_MS)


def events(outcome: Any) -> list[str]:
    assert isinstance(outcome, Send), outcome
    return [request.event for request in outcome.requests]


def test_each_route_of_a_topic_makes_its_request_in_the_order_of_the_configuration() -> None:
    assert events(
        routed(
            {"topic": "t", "event": "wishlist"}, {"topic": "u", "event": "search"}, {"topic": "t", "event": "optin"}
        )
    ) == ["wishlist", "optin"]


def test_a_pattern_takes_the_topics_that_it_matches() -> None:
    pattern = {"topic_pattern": r"^shop\.(a|b)$", "event": "optin"}
    assert events(routed(pattern, topic="shop.a")) == ["optin"]
    assert routed(pattern, topic="shop.abc").reason is Reason.UNROUTABLE


def test_topics_that_headers_make_up_fill_no_memory() -> None:
    """A redelivery names its topic itself."""
    router = compile_routes([RouteConfig.model_validate({"topic": "t", "event": "optin"})], token=TOKEN)

    def grown(first: int, count: int) -> int:
        tracemalloc.start()
        for number in range(first, first + count):
            router.map(f"made-up-{number}", None, RECORD, None, NOW_MS)
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return size

    few = grown(0, 5_000)
    assert grown(5_000, 20_000) < 2 * few
    assert isinstance(router.map("t", None, RECORD, None, NOW_MS), Send)


def test_requests_say_whose_rate_they_count_against() -> None:
    """Those of a route with a rate of its own; the number is the route's place in the configuration."""
    sent = routed({"topic": "t", "event": "wishlist"}, {"topic": "t", "event": "optin", "rate_limit_per_second": 5})
    assert [(request.event, request.rated) for request in sent.requests] == [("wishlist", None), ("optin", 1)]


def test_a_mixed_topic_is_told_apart_by_the_record_type() -> None:
    mixed = [
        {"topic": "t", "record": "com.shop.A", "event": "optin"},
        {"topic": "t", "record": "com.shop.B", "event": "unsubscribe"},
    ]
    assert events(routed(*mixed, name="com.shop.B")) == ["unsubscribe"]
    assert routed(*mixed, name="com.shop.C").reason is Reason.UNROUTABLE


def test_what_no_route_takes_is_unroutable() -> None:
    outcome = routed({"topic": "u", "event": "optin"}, name="com.shop.A")
    assert outcome.reason is Reason.UNROUTABLE
    assert outcome.message == "no route takes topic t, record com.shop.A"


@pytest.mark.parametrize(("status", "sent"), [("PAID", True), ("OPEN", False), (None, False)])
def test_a_record_is_skipped_when_the_condition_is_false(status: str | None, sent: bool) -> None:  # noqa: FBT001 - a table's column
    outcome = map_one(route("optin", when="status == 'PAID'"), {**RECORD, "status": status})
    assert isinstance(outcome, Send) if sent else outcome == Skip("when")


def test_it_is_skipped_only_if_every_route_skips_it() -> None:
    never = {"topic": "t", "event": "optin", "when": "`false`"}
    assert routed(never) == Skip("when")
    assert events(routed(never, {"topic": "t", "event": "unsubscribe"})) == ["unsubscribe"]


def test_what_one_route_refuses_the_others_send() -> None:
    outcome = routed(
        {"topic": "t", "event": "search"}, {"topic": "t", "event": "optin"}, {"topic": "t", "event": "purchase"}
    )
    assert events(outcome) == ["optin"]
    assert [(each.event, each.field, each.kind) for each in outcome.refused] == [
        ("search", "search_term", OrderClass.OTHER),
        ("purchase", "order_id", OrderClass.OTHER),
    ]


def test_a_request_keeps_its_number_whether_or_not_those_before_it_are_refused() -> None:
    """The n of an idempotency key: a refused route has one, for when it is corrected."""
    search, split = {"topic": "t", "event": "search"}, {"topic": "t", "event": "wishlist", "split_products": True}
    consent = {"topic": "t", "event": "optin"}
    record = {"email": EMAIL, "products": [{"id": "a"}, {"id": "b"}]}
    assert routed(search, split, search, consent, record=record).numbers == (1, 2, 4)
    whole = routed(search, split, search, consent, record=record | {"search_term": "x"})
    assert (len(whole.requests), whole.numbers) == (5, ())


def test_where_none_is_left_to_send_anything_the_record_is_refused() -> None:
    never = {"topic": "t", "event": "optin", "when": "`false`"}
    outcome = routed({"topic": "t", "event": "search"}, never, {"topic": "t", "event": "purchase"})
    assert isinstance(outcome, Reject)
    assert (outcome.event, outcome.field) == ("search", "search_term")
    assert "order_id: missing" in outcome.message, "each route's reason is told"
    assert [(each.event, each.field, each.number) for each in outcome.each] == [
        ("search", "search_term", 0),
        ("purchase", "order_id", 1),
    ]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"a": "optin", "b": "unsubscribe"}, OrderClass.CONSENT),
        ({"a": "search", "b": "wishlist"}, OrderClass.OTHER),
        ({"a": "search", "b": "unsubscribe"}, None),
    ],
)
def test_what_is_refused_is_of_the_class_of_all_that_it_may_be(values: Any, kind: OrderClass | None) -> None:
    chosen = {"topic": "t", "event": {"path": "nothing", "values": values}}
    outcome = routed({"topic": "t", "event": "wishlist"}, chosen)
    assert [each.kind for each in outcome.refused] == [kind]


def test_a_condition_that_cannot_be_computed_refuses_the_record() -> None:
    outcome = map_one(route("optin", when="length(missing) > `0`"), RECORD)
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (Reason.INVALID_FIELD, "when")


def test_requests_are_in_the_order_of_the_routes_consents_too() -> None:
    """Delivery sends a consent first: the numbers of the idempotency keys count in this order all the same."""
    patch, consent = {"topic": "t", "event": "customer_patch"}, {"topic": "t", "event": "unsubscribe"}
    assert events(routed(patch, consent)) == ["customer_patch", "unsubscribe"]
    assert events(routed(consent, patch)) == ["unsubscribe", "customer_patch"]


def test_the_highest_priority_of_the_routes_that_send() -> None:
    low, high = {"topic": "t", "event": "optin", "priority": 2}, {"topic": "t", "event": "wishlist", "priority": 7}
    assert routed(low, high).priority == 7
    assert routed(low, {**high, "when": "`false`"}).priority == 2


CONSENT = {
    "path": "consents.email",
    "values": {True: "optin", False: "unsubscribe", "LATER": "asked_later", 2: "asked_twice"},
}


@pytest.mark.parametrize(
    ("value", "event"), [(True, "optin"), (False, "unsubscribe"), ("LATER", "asked_later"), (2, "asked_twice")]
)
def test_a_value_of_the_record_chooses_the_event(value: object, event: str) -> None:
    assert events(map_one(route(CONSENT), {"email": EMAIL, "consents": {"email": value}})) == [event]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"consents": {"email": None}}, Reason.MISSING_FIELD),
        ({"consents": None}, Reason.MISSING_FIELD),
        ({}, Reason.MISSING_FIELD),
        ({"consents": {"email": "true"}}, Reason.INVALID_FIELD),
        ({"consents": {"email": 0}}, Reason.INVALID_FIELD),
        ({"consents": {"email": 1}}, Reason.INVALID_FIELD),
        ({"consents": {"email": 1.0}}, Reason.INVALID_FIELD),
        ({"consents": {"email": [True]}}, Reason.INVALID_FIELD),
    ],
)
def test_a_consent_that_is_missing_or_no_boolean_is_nobodys_consent(record: Any, reason: Reason) -> None:
    """RudderStack refuses the event rather than guess an opt-in."""
    outcome = map_one(route(CONSENT), {"email": EMAIL, **record})
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (reason, "event")


STATUS = {"path": "status", "values": {"PAID": "purchased", "OPEN": "skip", True: "paid"}}


def assert_becomes(outcome: Mapped, becomes: object) -> None:
    """An event of this name, a record that is skipped, or one that is refused for this reason."""
    if becomes == "skip":
        assert outcome == Skip("event")
    elif isinstance(becomes, Reason):
        assert isinstance(outcome, Reject)
        assert (outcome.reason, outcome.field) == (becomes, "event")
    else:
        assert events(outcome) == [becomes]


@pytest.mark.parametrize(
    ("options", "status", "becomes"),
    [
        ({}, "PAID", "purchased"),
        ({}, "OPEN", None),
        ({}, "paid", Reason.INVALID_FIELD),
        ({}, None, Reason.MISSING_FIELD),
        ({"default": "skip"}, "LOST", None),
        ({"default": "skip"}, None, None),
        ({"default": "skip"}, "", None),
        ({"default": "skip"}, ["PAID"], None),
        ({"default": "skip"}, "PAID", "purchased"),
        ({"default": "other"}, "LOST", "other"),
        ({"default": "other"}, "OPEN", None),
        ({"default": "other"}, 7, "other"),
        ({"ignore_case": True}, "paid", "purchased"),
        ({"ignore_case": True}, "Open", None),
        ({"ignore_case": True}, True, "paid"),
        ({"ignore_case": True}, "true", Reason.INVALID_FIELD),
        ({"default": "optin"}, "LOST", "optin"),
        ({"default": "optin"}, None, Reason.MISSING_FIELD),
        ({"default": "unsubscribe"}, "", Reason.MISSING_FIELD),
    ],
)
def test_a_value_may_have_a_default_be_skipped_and_be_of_either_case(
    options: dict[str, Any], status: object, becomes: object
) -> None:
    """A missing value never decides a consent."""
    outcome = map_one(route({**STATUS, **options}), {"email": EMAIL, "status": status})
    assert_becomes(outcome, becomes or "skip")


@pytest.mark.parametrize(
    ("values", "status", "becomes"),
    [
        ({None: "skip"}, None, "skip"),
        ({None: "skip"}, " ", "skip"),
        ({None: "asked"}, None, "asked"),
        ({"null": "skip"}, None, "skip"),
        ({"null": "skip"}, "null", "skip"),
        ({None: "skip"}, "null", Reason.INVALID_FIELD),
        ({"": "asked", None: "skip"}, "", "asked"),
        ({}, None, Reason.MISSING_FIELD),
        ({"true": "asked"}, True, "asked"),
        ({"true": "asked"}, "true", "asked"),
        ({"true": "asked"}, "TRUE", Reason.INVALID_FIELD),
        ({"TRUE": "asked"}, True, Reason.INVALID_FIELD),
        ({"true": "asked", True: "optin"}, True, "optin"),
        ({True: "optin"}, "true", Reason.INVALID_FIELD),
        ({"3": "asked"}, 3, "asked"),
        ({"3": "asked"}, "3", "asked"),
        ({"03": "asked"}, 3, Reason.INVALID_FIELD),
        ({"1": "asked"}, True, Reason.INVALID_FIELD),
    ],
)
def test_null_is_a_missing_value_and_a_text_is_also_what_it_is_the_text_of(
    values: dict[Any, str], status: object, becomes: object
) -> None:
    """In JSON, which Helm makes of values, all keys are texts."""
    outcome = map_one(route({"path": "status", "values": {"x": "y", **values}}), {"email": EMAIL, "status": status})
    assert_becomes(outcome, becomes)


def test_what_is_to_be_skipped_is_never_too_old() -> None:
    router = compile_routes([route({**STATUS, "default": "skip"})], token=TOKEN, max_age_seconds=60)
    assert router.map("shop.events", None, {"status": "LOST"}, 0, NOW_MS) == Skip("event")


def test_one_route_may_skip_what_another_sends() -> None:
    chosen = {"topic": "t", "event": {"path": "status", "values": {"A": "optin"}, "default": "skip"}}
    assert events(routed(chosen, {"topic": "t", "event": "wishlist"})) == ["wishlist"]


@pytest.mark.parametrize(
    ("age_seconds", "limit", "refused"),
    [(86_400, 86_400, False), (86_401, 86_400, True), (10**6, 0, False)],
)
def test_bluecore_does_not_accept_data_over_24_hours_old(age_seconds: int, limit: int, refused: bool) -> None:  # noqa: FBT001 - a table's column
    """mParticle."""
    router = compile_routes([route("optin")], token=TOKEN, max_age_seconds=limit)
    outcome = router.map("shop.events", None, RECORD, NOW_MS - age_seconds * 1000, NOW_MS)
    assert (isinstance(outcome, Reject) and outcome.reason is Reason.TOO_OLD) is refused


def test_a_record_without_a_time_has_no_age() -> None:
    router = compile_routes([route("optin")], token=TOKEN, max_age_seconds=1)
    assert isinstance(router.map("shop.events", None, RECORD, None, NOW_MS), Send)


def test_bodies_stay_under_900_kb() -> None:
    """Bluecore's transactional API."""
    assert isinstance(map_one(route("search"), {"email": EMAIL, "search_term": "x" * 899_000}), Send)
    outcome = map_one(route("search"), {"email": EMAIL, "search_term": "x" * 900_000})
    assert isinstance(outcome, Reject)
    assert outcome.reason is Reason.TOO_LARGE


def test_every_event_of_a_customer_is_in_one_lane_whatever_its_distinct_id() -> None:
    outcome = map_one(route("identify"), {"email": EMAIL, "device_id": "device-7"})
    assert isinstance(outcome, Send)
    assert outcome.requests[0].customer == EMAIL


def test_a_refused_record_says_which_event_it_would_have_become() -> None:
    """Who reads the metrics sees which type fails; where a value chooses the event, it is known once that is read."""
    fixed = compile_routes([RouteConfig.model_validate({"topic": "t", "event": "search"})], token="t")
    by_value = {"path": "consent", "values": {True: "optin", False: "unsubscribe"}}
    chosen = compile_routes([RouteConfig.model_validate({"topic": "t", "event": by_value})], token="t")

    outcomes = [
        fixed.map("t", None, {"email": "a@b.cd"}, None, 0),
        chosen.map("t", None, {"consent": False}, None, 0),
        chosen.map("t", None, {}, None, 0),
    ]

    assert [each.event for each in outcomes if isinstance(each, Reject)] == ["search", "unsubscribe", ""]


@pytest.mark.parametrize("event", ["optin", "unsubscribe"])
class TestConsentByCondition:
    """RudderStack: a consent that is no boolean is nobody's, and JMESPath would hold any text for true."""

    @pytest.mark.parametrize("consent", ["false", "true", "", 0, 1, [], ["email"], {}])
    def test_what_is_no_boolean_is_refused(self, event: str, consent: object) -> None:
        outcome = map_one(route(event, when="consent"), {**RECORD, "consent": consent})
        assert isinstance(outcome, Reject)
        assert (outcome.reason, outcome.field) == (Reason.INVALID_FIELD, "when")
        assert "must be true or false where it decides a consent" in outcome.message

    @pytest.mark.parametrize(("consent", "sent"), [(True, True), (False, False), (None, False)])
    def test_true_is_sent_and_false_and_null_are_skipped(self, event: str, consent: object, sent: bool) -> None:  # noqa: FBT001 - a table's column
        outcome = map_one(route(event, when="consent"), {**RECORD, "consent": consent})
        assert isinstance(outcome, Send) if sent else outcome == Skip("when")


@pytest.mark.parametrize(("flag", "sent"), [("false", True), (0, True), ("", False), ([], False)])
def test_of_other_events_a_condition_is_true_as_jmespath_has_it(flag: object, sent: bool) -> None:  # noqa: FBT001 - a table's column
    outcome = map_one(route("customer_patch", when="flag"), {**RECORD, "flag": flag})
    assert isinstance(outcome, Send) if sent else outcome == Skip("when")


def test_a_value_that_stands_for_no_event_is_told_with_those_that_do() -> None:
    """And with their types: the text true is not the boolean, and the record's value itself is nobody's business."""
    outcome = map_one(route(CONSENT), {"email": EMAIL, "consents": {"email": "true"}})
    assert isinstance(outcome, Reject)
    assert outcome.message == (
        "event: the value, a text, stands for no event of the route, which names true (boolean), false (boolean), "
        "LATER (text), 2 (whole number) (path consents.email)"
    )
