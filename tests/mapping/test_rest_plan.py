"""What Bluecore's REST APIs are sent, and what is refused before: nothing of a consent is guessed."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from consumer.mapping.contract import MAX_BODY_BYTES
from consumer.mapping.recipients import Namespace
from consumer.mapping.router import compile_routes
from consumer.records import Mapped, OrderClass, Reason, Reject, Send
from tests.mapping.support import EMAIL, NOW_MS, PROFILE, TOKEN, map_one, route

PHONE = "+15556667777"
DAY_MS = 86_400_000
THEN = "2027-01-15T08:00:00Z"
"""The present of these tests, which is a record's own time."""
ATTRIBUTES = {name: value for name, value in PROFILE.items() if name != "email"}
ONE = {"email": EMAIL}
FIVE = [f"j{number}@example.org" for number in range(5)]
MISSING, INVALID = Reason.MISSING_FIELD, Reason.INVALID_FIELD
LAST_YEAR = "2026-01-15T08:00:00Z"


def eligibility(event: object = "optin", **keys: Any) -> Any:
    return route(event, api="eligibility", **keys)


def customers(event: object = "customer_patch", **keys: Any) -> Any:
    return route(event, api="customers", **keys)


def body(outcome: Mapped) -> dict[str, Any]:
    assert isinstance(outcome, Send), outcome
    (request,) = outcome.requests
    found: dict[str, Any] = orjson.loads(request.body)
    return found


def state(event: str, **more: str) -> dict[str, str]:
    return {"event": event, "message_type": "MARKETING", "consented_at": THEN} | more


@pytest.mark.parametrize(
    ("config", "record", "sent"),
    [
        (eligibility(), {"email": EMAIL}, {"id": {"email": EMAIL}, "state": state("OPTIN")}),
        (eligibility("unsubscribe"), {"email": EMAIL}, {"id": {"email": EMAIL}, "state": state("UNSUBSCRIBE")}),
        (
            eligibility("signup"),
            {"email": EMAIL, "phone_number": PHONE, "channel_identifier": "12345"},
            {"id": {"phone_number": PHONE}, "state": state("SIGNUP", channel_identifier="12345")},
        ),
        (eligibility(), {"phone_number": PHONE}, {"id": {"phone_number": PHONE}, "state": state("OPTIN")}),
        (
            eligibility(fields={"phone_number": "mobile"}),
            {"email": EMAIL, "mobile": PHONE},
            {"id": {"phone_number": PHONE}, "state": state("OPTIN")},
        ),
        (
            eligibility(fields={"phone_number": "join('', ['+', to_string(mobile)])"}),
            {"mobile": 15556667777},
            {"id": {"phone_number": PHONE}, "state": state("OPTIN")},
        ),
        (
            eligibility(phone_region="US"),
            {"phone_number": "(415) 555-0100"},
            {"id": {"phone_number": "+14155550100"}, "state": state("OPTIN")},
        ),
        (
            eligibility(),
            {"email": EMAIL, "consented_at": "2026-01-15T09:00:00.5+01:00", "message_type": "transactional"},
            {
                "id": {"email": EMAIL},
                "state": {
                    "event": "OPTIN",
                    "message_type": "TRANSACTIONAL",
                    "consented_at": "2026-01-15T08:00:00.500000Z",
                },
            },
        ),
        (
            eligibility(fields={"consented_at": {"path": "at", "as": "datetime", "unit": "seconds"}}),
            {"email": EMAIL, "at": 1_768_464_000},
            {"id": {"email": EMAIL}, "state": state("OPTIN") | {"consented_at": LAST_YEAR}},
        ),
        (
            eligibility(timezone="Europe/Berlin"),
            {"email": EMAIL, "consented_at": "2026-01-15T09:00:00"},
            {"id": {"email": EMAIL}, "state": state("OPTIN") | {"consented_at": LAST_YEAR}},
        ),
        (
            customers(attributes={"Loyalty Tier": "tier"}),
            {"email": EMAIL, "first_name": "Jane", "tier": "gold", "unmapped": 1},
            {"id": {"email": EMAIL}, "attributes": {"first_name": "Jane", "loyalty_tier": "gold"}},
        ),
        (customers(), PROFILE, {"id": {"email": EMAIL}, "attributes": ATTRIBUTES}),
        (
            customers(),
            {"phone_number": PHONE, "city": "Boston"},
            {"id": {"phone_number": PHONE}, "attributes": {"city": "Boston"}},
        ),
        (
            customers("identify"),
            {"email": EMAIL, "phone_number": PHONE},
            {"id": {"email": EMAIL}, "link_ids": [{"phone_number": PHONE}]},
        ),
        (
            eligibility(fields={"email": "mail", "phone_number": "mobile"}),
            {"mail": EMAIL, "mobile": PHONE},
            {"id": {"email": EMAIL}, "state": state("OPTIN")},
        ),
        (
            eligibility(fields={"email": "mail", "phone_number": "mobile"}),
            {"mobile": PHONE},
            {"id": {"phone_number": PHONE}, "state": state("OPTIN")},
        ),
        (
            eligibility(),
            {"customer": {"phone_number": PHONE}},
            {"id": {"phone_number": PHONE}, "state": state("OPTIN")},
        ),
        (
            eligibility(normalise_email=True),
            {"email": f" {EMAIL.upper()} "},
            {"id": {"email": EMAIL}, "state": state("OPTIN")},
        ),
        (
            customers(),
            {"email": EMAIL, "phone_number": PHONE, "city": "Boston"},
            {"id": {"email": EMAIL}, "attributes": {"city": "Boston"}},
        ),
        (
            customers("identify"),
            {"email": EMAIL, "phone_number": PHONE, "link_ids": {"phone_number": PHONE}},
            {"id": {"email": EMAIL}, "link_ids": [{"phone_number": PHONE}]},
        ),
        (
            customers("identify"),
            {"phone_number": PHONE, "link_ids": "j@example.org"},
            {"id": {"phone_number": PHONE}, "link_ids": [{"email": "j@example.org"}]},
        ),
        (
            customers("identify"),
            {"email": EMAIL, "link_ids": [*FIVE[:4], FIVE[0]]},
            {"id": {"email": EMAIL}, "link_ids": [{"email": each} for each in FIVE[:4]]},
        ),
        (
            customers("identify"),
            {"email": EMAIL, "link_ids": ["j@example.org", {"phone_number": PHONE}, "j@example.org", EMAIL]},
            {"id": {"email": EMAIL}, "link_ids": [{"email": "j@example.org"}, {"phone_number": PHONE}]},
        ),
    ],
)
def test_a_record_becomes_the_document_of_its_api(config: Any, record: dict[str, Any], sent: dict[str, Any]) -> None:
    assert body(map_one(config, record)) == sent


@pytest.mark.parametrize(
    ("config", "record", "reason", "field", "says"),
    [
        (eligibility(), {}, MISSING, "email", "there is no phone number"),
        (eligibility("signup"), ONE, MISSING, "phone_number", "looked for phone_number"),
        (eligibility(fields={"email": "mail"}), {"phone_number": PHONE}, MISSING, "email", "path mail"),
        (eligibility(), {"phone_number": "0049 30 1"}, INVALID, "phone_number", "E.164"),
        (eligibility(), {"phone_number": "+1234567890123456"}, INVALID, "phone_number", "phone_region"),
        (eligibility(), {"email": "nobody"}, INVALID, "email", "no e-mail"),
        (eligibility(), ONE | {"message_type": "SMS"}, INVALID, "message_type", "TRANSACTIONAL"),
        (eligibility(), ONE | {"consented_at": "2028-01-01T00:00:00Z"}, INVALID, "consented_at", "is in the future"),
        (eligibility(), ONE | {"consented_at": "2026-01-01T00:00:00"}, INVALID, "consented_at", "timezone"),
        (eligibility(), ONE | {"consented_at": "yesterday"}, INVALID, "consented_at", "no date"),
        (customers("identify"), ONE, MISSING, "link_ids", "identify links two ids"),
        (eligibility(), {"phone_number": "+0493012345"}, INVALID, "phone_number", "E.164"),
        (customers(), ONE | {"link_ids": FIVE}, INVALID, "link_ids", "more than 4, the most"),
        (
            customers("identify"),
            ONE | {"link_ids": FIVE[:4], "phone_number": PHONE},
            INVALID,
            "link_ids",
            "more than 4 with the phone number",
        ),
        (customers(), ONE | {"link_ids": ["nobody"]}, INVALID, "link_ids", "E.164"),
        (customers(), ONE | {"link_ids": [{"device": "x"}]}, INVALID, "link_ids", "one of email and phone"),
        (
            customers(),
            ONE | {"link_ids": [{"email": FIVE[0], "phone_number": PHONE}]},
            INVALID,
            "link_ids",
            "one of email and phone",
        ),
    ],
)
def test_what_cannot_be_sent_is_refused_by_its_field(
    config: Any, record: dict[str, Any], reason: Reason, field: str, says: str
) -> None:
    """Also where the route omits optional fields: a consent without its time would be another."""
    outcome = map_one(config, record)
    assert isinstance(outcome, Reject), outcome
    assert (outcome.reason, outcome.field) == (reason, field)
    assert says in outcome.message
    assert EMAIL not in outcome.message


@pytest.mark.parametrize(
    ("config", "is_sent"),
    [(eligibility("unsubscribe"), True), (route("unsubscribe"), False), (customers(), False)],
    ids=["eligibility", "events", "customers"],
)
def test_a_consent_is_never_too_old_where_its_time_is_sent(config: Any, is_sent: bool) -> None:  # noqa: FBT001 - a case's expectation
    router = compile_routes([config], token=TOKEN, max_age_seconds=86_400)
    outcome = router.map("shop.events", None, PROFILE, NOW_MS - 400 * DAY_MS, NOW_MS)
    assert isinstance(outcome, Send) is is_sent


def test_the_time_of_a_consent_is_its_records_to_the_millisecond() -> None:
    """Bluecore keeps the latest of a customer's: of two within a second it would keep either."""
    router = compile_routes([eligibility()], token=TOKEN)
    outcome = router.map("shop.events", None, ONE, NOW_MS - 1, NOW_MS)
    assert body(outcome)["state"]["consented_at"] == "2027-01-15T07:59:59.999000Z"


def test_a_route_may_have_a_limit_of_its_own_all_the_same() -> None:
    config = eligibility("unsubscribe", max_event_age_seconds=3600)
    router = compile_routes([config], token=TOKEN)
    outcome = router.map("shop.events", None, {"email": EMAIL}, NOW_MS - DAY_MS, NOW_MS)
    assert isinstance(outcome, Reject)
    assert outcome.reason is Reason.TOO_OLD


def test_a_record_of_the_future_says_nothing_of_when_the_consent_was() -> None:
    """A producer's clock is wrong: Bluecore takes the time of arrival."""
    outcome = compile_routes([eligibility()], token=TOKEN).map(
        "shop.events", None, {"email": EMAIL}, NOW_MS + DAY_MS, NOW_MS
    )
    assert "consented_at" not in body(outcome)["state"]


def test_an_attribute_that_cannot_be_read_is_left_out_as_elsewhere() -> None:
    outcome = map_one(
        customers(attributes={"points": {"path": "points", "as": "number"}}), {"email": EMAIL, "points": "many"}
    )
    assert isinstance(outcome, Send)
    assert [(each.field, each.label) for each in outcome.omitted] == [("points", "points")]
    assert body(outcome) == {"id": {"email": EMAIL}}


def test_where_the_route_omits_nothing_it_refuses_the_record() -> None:
    points = {"points": {"path": "points", "as": "number"}}
    outcome = map_one(customers(attributes=points, invalid_optional="refuse"), {"email": EMAIL, "points": "many"})
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (INVALID, "points")


def test_an_attribute_that_json_cannot_have_is_left_out_alone() -> None:
    outcome = map_one(customers(), {"email": EMAIL, "city": "half a letter: \ud83d", "state": "MA"})
    assert isinstance(outcome, Send)
    assert [each.field for each in outcome.omitted] == ["city"]
    assert body(outcome) == {"id": {"email": EMAIL}, "attributes": {"state": "MA"}}


def test_what_json_cannot_have_of_a_consent_is_told_by_its_field() -> None:
    outcome = map_one(eligibility(), {"email": EMAIL, "channel_identifier": "half a letter: \ud83d"})
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (INVALID, "channel_identifier")


def test_a_body_may_have_as_many_bytes_as_bluecore_takes_and_no_more() -> None:
    around = len(orjson.dumps({"id": {"email": EMAIL}, "attributes": {"city": ""}}))
    largest = "x" * (MAX_BODY_BYTES - around)
    assert len(body(map_one(customers(), {"email": EMAIL, "city": largest}))["attributes"]["city"]) == len(largest)

    outcome = map_one(customers(), {"email": EMAIL, "city": f"{largest}x"})
    assert isinstance(outcome, Reject)
    assert outcome.reason is Reason.TOO_LARGE


@pytest.mark.parametrize("config", [eligibility(destination="eu"), customers(destination="eu")])
def test_it_goes_to_the_destination_of_its_route(config: Any) -> None:
    router = compile_routes([config], token=TOKEN, others={"eu": Namespace("acme-eu")})
    outcome = router.map("shop.events", None, PROFILE, NOW_MS, NOW_MS)
    assert isinstance(outcome, Send)
    assert [(each.destination, each.api) for each in outcome.requests] == [("eu", config.api)]


def test_a_consent_by_two_apis_is_two_requests_of_one_class() -> None:
    routes = [route("optin"), eligibility("optin")]
    outcome = compile_routes(routes, token=TOKEN).map("shop.events", None, {"email": EMAIL}, NOW_MS, NOW_MS)
    assert isinstance(outcome, Send)
    assert [(each.event, each.api, each.customer) for each in outcome.requests] == [
        ("optin", "", EMAIL),
        ("optin", "eligibility", EMAIL),
    ]


@pytest.mark.parametrize("written", ["15556660000", "2125550000", 15556660000])
def test_a_phone_number_without_its_plus_is_refused(written: object) -> None:
    """2125550000 is New York's in the United States, and Morocco's in E.164."""
    for record in ({"phone_number": written}, {"email": EMAIL, "link_ids": [{"phone_number": written}]}):
        outcome = map_one(eligibility() if len(record) == 1 else customers(), record)
        assert isinstance(outcome, Reject)
        assert outcome.reason is INVALID
        assert "without a + a national number cannot be told" in outcome.message
        assert str(written) not in outcome.message


@pytest.mark.parametrize("unit", [None, "seconds", "milliseconds"])
@pytest.mark.parametrize("field", ["consented_at", "event_time"])
def test_a_time_of_long_ago_is_no_consents(field: str, unit: str | None) -> None:
    """Seconds that were read as milliseconds are of 1970: Bluecore, which keeps the latest, would never take it."""
    time = {"path": "at", "as": "datetime"} | ({} if unit is None else {"unit": unit})
    config = eligibility(event_time=time) if field == "event_time" else eligibility(fields={field: time})
    outcome = map_one(config, {"email": EMAIL, "at": 1_768_464_000})
    if unit == "seconds":
        assert body(outcome)["state"]["consented_at"] == LAST_YEAR
        return
    assert isinstance(outcome, Reject), outcome
    assert (outcome.reason, outcome.field) == (INVALID, "consented_at")
    assert "unit" in outcome.message


@pytest.mark.parametrize(("said", "sent"), [("1999-12-31T23:59:59Z", False), ("2000-01-01T00:00:00Z", True)])
def test_a_consent_is_of_this_millennium(said: str, sent: bool) -> None:  # noqa: FBT001 - a case's expectation
    assert isinstance(map_one(eligibility(), {"email": EMAIL, "consented_at": said}), Send) is sent


def test_a_sign_up_is_a_consent() -> None:
    outcome = map_one(eligibility({"path": "kind", "values": {"S": "signup"}}), {"kind": "S"})
    assert isinstance(outcome, Reject)
    assert outcome.kind is OrderClass.CONSENT


@pytest.mark.parametrize(
    ("chosen", "other", "kind"),
    [("S", "search", OrderClass.CONSENT), ("?", "unsubscribe", OrderClass.CONSENT), ("?", "search", None)],
)
def test_what_is_refused_is_of_the_class_of_its_event_or_of_all_that_it_may_be(
    chosen: str, other: str, kind: OrderClass | None
) -> None:
    """Of a route with both classes, a record whose event is not known has none."""
    outcome = map_one(route({"path": "kind", "values": {"S": "optin", "T": other}}), {"kind": chosen})
    assert isinstance(outcome, Reject)
    assert outcome.kind is kind
