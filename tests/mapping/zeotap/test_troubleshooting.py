"""Zeotap, Troubleshooting: what goes wrong at Bluecore in silence is refused here, or told."""

from __future__ import annotations

from typing import Any, Final

import pytest

from consumer.backoff import Backoff
from consumer.commands.doctor.bluecore import check_bluecore
from consumer.config.model import Config
from consumer.delivery.policy import DeliveryPolicy
from consumer.records import Reason, Reject
from consumer.sandbox.contract.checks import check_event
from consumer.sandbox.contract.rules import Rule
from consumer.sandbox.faults import FaultPlan, OutagePlan, RateLimitPlan
from tests.mapping.support import EMAIL, TOKEN, documents, map_one, route
from tests.mapping.zeotap.account import DEVICE, ROWS, Account, embedded
from tests.mapping.zeotap.promises import shows
from tests.support.brokers import Message
from tests.support.configs import SOUND
from tests.support.pipeline import API_KEY, NAMESPACE, PREFIX, Pipeline
from tests.support.shop import usual
from tests.support.waiting import eventually

EMAILS: Final = [f"customer-{number}@example.com" for number in range(15)]
BREAKER: Final[dict[str, Any]] = {"breaker": {"initial_seconds": 0.2, "max_seconds": 0.4}}
CATALOGUE = (
    "For purchase, viewed_product, add_to_cart, and wishlist events, ensure you map a product_id or id field.",
    "Without a product identifier, Bluecore cannot associate the event with a product in your catalog.",
)
LINK_FIRST = (
    "If you use a device ID or UUID as the distinct_id, you must first send an identify event to link that "
    "identifier to the customer's email address."
)
WITHOUT_THIS_LINK = "Without this link, Bluecore cannot associate events with a customer profile."
REAL_BOOLEANS = (
    "Bluecore requires boolean attributes to use actual boolean values (true/false), not string representations."
)


@embedded
@pytest.mark.parametrize(
    "wrong", [{"api_key": "revoked-key"}, {"namespace": "another-shop"}], ids=lambda it: next(iter(it))
)
@shows("Authentication failed: invalid API key or namespace")
def test_wrong_credentials_are_told_and_no_event_is_blamed(pipeline: Pipeline, wrong: dict[str, str]) -> None:
    """In the log, at `/healthz` and in the metrics; when they are right, all events arrive."""
    topic = pipeline.broker.topic()
    routes = [{"topic": topic, "event": "search"}]
    with pipeline.service(routes, delivery=BREAKER, bluecore=wrong) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", EMAILS)
        eventually(lambda: service.metric(PREFIX + "circuit_open") == 1, 30, "the circuit to open")
        told = eventually(lambda: service.logs("error"), 10, "an error in the log")
        assert "401" in told[0]["cause"]
        assert "401" in service.probe("/healthz").json()["details"]["circuit"]
        assert service.terminate() == 0
        assert not any(secret in service.stderr.read_text() for secret in wrong.values())
    assert pipeline.sandbox.counts.accepted == 0
    with pipeline.service(routes):
        pipeline.accepted(len(EMAILS))
        pipeline.committed_to_the_end(topic)
    assert pipeline.failed(pipeline.dead_letter_topic) == []


@embedded
@pytest.mark.parametrize(
    ("changed", "severity"),
    [({}, "ok"), ({"api_key": "revoked-key"}, "error"), ({"namespace": NAMESPACE.upper()}, "error")],
)
@shows(
    "Verify that your API key is correct and has not been revoked.",
    "Confirm your namespace matches exactly what Bluecore provided.",
)
def test_the_doctor_verifies_both(pipeline: Pipeline, changed: dict[str, str], severity: str) -> None:
    given = {"url": pipeline.bluecore_url, "namespace": NAMESPACE, "api_key": API_KEY}
    found, *_ = check_bluecore(Config.model_validate({**SOUND, "bluecore": given | changed}))
    assert found.severity.value == severity
    assert found.advice == ("check bluecore.namespace and bluecore.api_key" if changed else "")


@embedded
@shows("Bluecore returns HTTP 202 for accepted events, which means events are queued for processing.")
def test_a_202_is_a_delivery(pipeline: Pipeline) -> None:
    """The record is settled, and sent no second time."""
    topic = pipeline.broker.topic()
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", EMAILS)
        pipeline.committed_to_the_end(topic)
        assert service.metric(PREFIX + "http_requests_total", status="202") == len(EMAILS)
        eventually(
            lambda: service.metric(PREFIX + "events_total", topic=topic, outcome="delivered") == len(EMAILS),
            10,
            "the deliveries to be counted",
        )
    assert pipeline.sandbox.counts.by_status == {"202": len(EMAILS)}


@shows("Ensure all attribute names are lowercase and use underscores instead of spaces or dashes.")
def test_attribute_names_are_written_so(account: Account) -> None:
    attributes = {"Loyalty Tier": "a", "PET-NAME": "b", "shoe_size": "c"}
    account.sync(route("customer_patch", attributes=attributes), {"email": EMAIL, "a": "gold", "b": "Rex", "c": 39})
    assert account.profile()["attributes"] == {
        "email": EMAIL,
        "loyalty_tier": "gold",
        "pet_name": "Rex",
        "shoe_size": 39,
    }


@shows("Bluecore silently ignores attributes that do not follow this convention.")
def test_the_sandbox_tells_what_bluecore_would_ignore() -> None:
    """Of an event that another sender has made; none of this service's has such an attribute."""
    customer = {"email": EMAIL, "Loyalty-Tier": "gold"}
    document = {"event": "customer_patch", "properties": {"token": TOKEN, "distinct_id": EMAIL, "customer": customer}}
    assert check_event(document) == []
    assert [each.rule for each in check_event(document, strict=True)] == [Rule.ATTRIBUTE_NAME]


@pytest.mark.parametrize("event", ["purchase", "viewed_product", "add_to_cart", "wishlist"])
@pytest.mark.parametrize("name", ["product_id", "id"])
@shows(*CATALOGUE)
def test_a_product_has_an_id(event: str, name: str) -> None:
    """A record whose product has none is refused, and the field is named."""
    row = {key: value for key, value in ROWS[event].items() if key != "product_id"}
    (document,) = documents(map_one(route(event), {**row, "products": [{name: "SKU-1"}]}))
    assert document["properties"]["products"] == [{"id": "SKU-1"}]
    outcome = map_one(route(event), {**row, "products": [{"name": "Scarf"}]})
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (Reason.MISSING_FIELD, "products[0].id")


@shows(
    "Purchase events require both order_id and total fields.",
    "Map these fields in your sync configuration to ensure accurate revenue tracking in Bluecore.",
)
def test_an_order_is_mapped_with_both(account: Account) -> None:
    mapped = route("purchase", fields={"order_id": "number", "total": {"path": "sums.gross", "as": "number"}})
    row = {key: value for key, value in ROWS["purchase"].items() if key not in {"order_id", "total"}}
    account.sync(mapped, {**row, "number": 70012, "sums": {"gross": "128.50"}})
    assert account.profile()["orders"] == [{"order_id": "70012", "total": 128.5, "products": 1}]
    for missing, rest in (("order_id", {"sums": {"gross": "1"}}), ("total", {"number": 1})):
        outcome = map_one(mapped, {**row, **rest})
        assert isinstance(outcome, Reject)
        assert (outcome.reason, outcome.field) == (Reason.MISSING_FIELD, missing)


@pytest.mark.parametrize("identifier", [DEVICE, "00000000-0000-4000-8000-000000000007"], ids=["device", "UUID"])
@shows(LINK_FIRST)
def test_a_device_that_was_identified_is_the_customers(account: Account, identifier: str) -> None:
    account.sync(route("identify"), {"email": EMAIL, "distinct_id": identifier})
    account.sync(route("viewed_product"), {"distinct_id": identifier, "product_id": "SKU-1"})
    assert [each["event"] for each in account.profile()["last_events"]] == ["viewed_product", "identify"]


@shows(WITHOUT_THIS_LINK)
def test_the_sandbox_tells_an_event_that_reaches_no_profile(account: Account) -> None:
    outcome = map_one(route("viewed_product"), {"device_id": DEVICE, "product_id": "SKU-1"})
    documents(outcome)
    answer = account.post(outcome.requests[0].body)  # type: ignore[union-attr]  # it is sent
    assert (answer.status_code, [each["rule"] for each in answer.json()["reasons"]]) == (400, [Rule.UNLINKED_ID])


@embedded
@shows(LINK_FIRST, WITHOUT_THIS_LINK)
def test_a_route_can_send_the_identify_by_itself(pipeline: Pipeline) -> None:
    """Ahead of the first event that shows both; later ones of the device alone are then the customer's too."""
    topic, shop = pipeline.broker.topic(), pipeline.shop
    known = shop.event("viewed_product", EMAIL, distinct_id=DEVICE)
    anonymous = shop.encode("viewed_product", usual(EMAIL) | {"distinct_id": DEVICE, "email": None})
    with pipeline.service([{"topic": topic, "event": "viewed_product", "link_identities": True}]) as service:
        service.wait_ready()
        pipeline.broker.produce(topic, [Message(DEVICE.encode(), value) for value in (known, anonymous)])
        pipeline.accepted(3)
    arrived = pipeline.sandbox.events()
    assert [each.event for each in arrived] == ["identify", "viewed_product", "viewed_product"]
    profile = pipeline.sandbox.profile(EMAIL)
    assert profile is not None
    assert (profile["events"], profile["linked_ids"]) == (3, [DEVICE])


@shows(REAL_BOOLEANS)
def test_a_text_that_only_looks_like_a_boolean_is_told_by_the_sandbox(account: Account) -> None:
    """The mapping guesses nothing: without `as: boolean`, text is text."""
    outcome = map_one(route("customer_patch", attributes={"vip": "is_vip"}), {"email": EMAIL, "is_vip": "true"})
    answer = account.post(outcome.requests[0].body)  # type: ignore[union-attr]  # it is sent
    assert (answer.status_code, [each["rule"] for each in answer.json()["reasons"]]) == (
        400,
        [Rule.ATTRIBUTE_BOOLEAN],
    )


@pytest.mark.parametrize(
    ("stored", "sent"), [("true", True), ("FALSE", False), ("yes", True), ("0", False), (1, True), (True, True)]
)
@shows(REAL_BOOLEANS, "If your warehouse stores booleans as strings, use a SQL model to cast them before syncing.")
def test_as_boolean_casts_what_the_record_has(account: Account, stored: object, *, sent: bool) -> None:
    mapped = route("customer_patch", attributes={"vip": {"path": "is_vip", "as": "boolean"}})
    account.sync(mapped, {"email": EMAIL, "is_vip": stored})
    assert account.profile()["attributes"]["vip"] is sent


@shows(REAL_BOOLEANS)
def test_what_is_no_boolean_is_left_out_rather_than_stored_as_a_word(account: Account) -> None:
    mapped = route("customer_patch", attributes={"vip": {"path": "is_vip", "as": "boolean"}})
    account.sync(mapped, {"email": EMAIL, "is_vip": "maybe"})
    assert "vip" not in account.profile()["attributes"]


@embedded
@shows("Zeotap automatically retries with exponential backoff.")
def test_while_bluecore_answers_429_the_events_wait_and_then_arrive(pipeline: Pipeline) -> None:
    """One of them is refused more often than its attempts are, and yet is not given up."""
    topic, emails, attempts = pipeline.broker.topic(), EMAILS[:3], 3
    pipeline.sandbox.faults.apply(FaultPlan(outage=OutagePlan(seconds=3600, step=429)))
    delivery = {"retry": {"attempts": attempts, "initial_seconds": 0.05, "max_seconds": 0.2}}
    with pipeline.service([{"topic": topic, "event": "search"}], delivery=delivery) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", emails)
        more = len(emails) * attempts + 1
        eventually(lambda: pipeline.sandbox.counts.total >= more, 30, f"{more} refusals")
        pipeline.sandbox.faults.clear()
        pipeline.accepted(len(emails))
        pipeline.committed_to_the_end(topic)
    assert pipeline.failed(pipeline.dead_letter_topic) == []
    assert pipeline.failed(pipeline.retry_topic) == []


@shows("Zeotap automatically retries with exponential backoff.")
def test_the_waits_after_429_double_too() -> None:
    policy = DeliveryPolicy.from_config(Config.model_validate(SOUND))
    assert policy.throttle.backoff == policy.backoff == Backoff(initial_seconds=0.5, max_seconds=30)


@embedded
@shows(
    "If 429 errors persist, reduce your sync frequency or contact Bluecore support to discuss rate limit "
    "increases for your account."
)
def test_a_limit_below_bluecores_meets_no_429(pipeline: Pipeline) -> None:
    topic = pipeline.broker.topic()
    pipeline.sandbox.faults.apply(FaultPlan(rate_limit=RateLimitPlan(per_second=20, per_minute=0)))
    with pipeline.service([{"topic": topic, "event": "search"}], delivery={"rate_limit_per_second": 10}) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", EMAILS)
        pipeline.accepted(len(EMAILS))
    assert pipeline.sandbox.counts.by_status == {"202": len(EMAILS)}
