"""When an event is, by what its record says of itself, and until when it may be sent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from consumer.age import NEVER
from consumer.avro.decoding import Decoded
from consumer.config.route import RouteConfig
from consumer.mapping.router import compile_routes
from consumer.mapping.translate import Translator
from consumer.records import Mapped, Partition, Reason, Record, Redelivery, Reject, Send
from tests.mapping.support import EMAIL, NOW_MS, TOKEN, route

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
NOW = datetime.fromtimestamp(NOW_MS / 1000, UTC)
AN_HOUR_AGO = NOW - timedelta(hours=1)


def mapped(
    record: dict[str, Any], *routes: RouteConfig, written_ms: int | None = NOW_MS, limit: float = 86_400
) -> Mapped:
    router = compile_routes(routes, token=TOKEN, max_age_seconds=limit)
    return router.map("shop.events", None, {"email": EMAIL, **record}, written_ms, NOW_MS)


@pytest.mark.parametrize(
    ("value", "event_time"),
    [
        (AN_HOUR_AGO, "at"),
        (AN_HOUR_AGO.astimezone(UTC).isoformat(), "at"),
        (AN_HOUR_AGO.isoformat().replace("+00:00", "Z"), "at"),
        (NOW_MS - HOUR_MS, "at"),
        (NOW_MS - HOUR_MS, {"path": "at", "as": "datetime"}),
        (NOW_MS // 1000 - 3600, {"path": "at", "unit": "seconds"}),
        (Decimal(NOW_MS // 1000 - 3600), {"path": "at", "as": "datetime", "unit": "seconds"}),
        (str(NOW_MS // 1000 - 3600), {"path": "at", "unit": "seconds"}),
        ((NOW_MS - HOUR_MS) * 1000, {"path": "at", "unit": "microseconds"}),
        ((NOW_MS - HOUR_MS) * 1_000_000, {"path": "at", "unit": "nanoseconds"}),
        (AN_HOUR_AGO.strftime("%d.%m.%Y %H:%M:%S"), "parse_date(at, '%d.%m.%Y %H:%M:%S')"),
    ],
)
def test_every_form_of_a_timestamp_is_read(value: object, event_time: object) -> None:
    outcome = mapped({"at": value}, route("optin", event_time=event_time))
    assert isinstance(outcome, Send), outcome
    assert (outcome.event_time_ms, outcome.omitted) == (NOW_MS - HOUR_MS, ())


@pytest.mark.parametrize("first", ["old", "new"])
def test_a_record_is_as_old_as_the_oldest_time_that_its_routes_read(first: str) -> None:
    record = {"old": NOW_MS - HOUR_MS, "new": NOW_MS}
    second = "new" if first == "old" else "old"
    outcome = mapped(record, route("optin", event_time=first), route("unsubscribe", event_time=second))
    assert isinstance(outcome, Send), outcome
    assert outcome.event_time_ms == NOW_MS - HOUR_MS


def test_a_time_without_a_zone_is_in_the_zone_of_the_route_else_in_utc() -> None:
    local = {"at": "2027-01-15T10:00:00"}
    times = [
        outcome.event_time_ms
        for keys in ({}, {"timezone": "Europe/Istanbul"})
        if isinstance(outcome := mapped(local, route("optin", event_time="at", **keys), limit=0), Send)
    ]
    assert times[0] is not None
    assert times == [times[0], times[0] - 3 * HOUR_MS]


def test_a_day_begins_at_midnight() -> None:
    outcome = mapped({"at": date(2027, 1, 15)}, route("optin", event_time="at"))
    assert isinstance(outcome, Send)
    assert outcome.event_time_ms == NOW_MS - NOW_MS % DAY_MS


def test_age_is_that_of_the_event_and_not_of_its_record() -> None:
    """Both ways: an old order that was written just now, and a new one in a record of last week."""
    timed = route("optin", event_time="at")
    old = mapped({"at": NOW_MS - DAY_MS - 1}, timed)
    assert isinstance(old, Reject)
    assert (old.reason, old.event_time_ms) == (Reason.TOO_OLD, NOW_MS - DAY_MS - 1)
    assert old.message == (
        "the event is older than max_event_age_seconds (86400 s). If it is true however old, set "
        "max_event_age_seconds: 0 in its route"
    )
    assert isinstance(mapped({"at": NOW_MS - HOUR_MS}, timed, written_ms=NOW_MS - 7 * DAY_MS), Send)


def test_a_time_of_1970_is_told_to_be_of_another_unit() -> None:
    """Seconds taken as milliseconds: every record would be too old."""
    outcome = mapped({"at": NOW_MS // 1000}, route("optin", event_time="at"))
    assert isinstance(outcome, Reject)
    assert "its event_time is before 1990, as a number in another `unit` is" in outcome.message


@pytest.mark.parametrize("value", ["yesterday", [1], {"at": 1}, True, 10**20, 1.5])
def test_what_is_no_time_is_told_and_the_time_of_the_record_stands_in(value: object) -> None:
    timed = route("optin", event_time="at")
    outcome = mapped({"at": value}, timed)
    assert isinstance(outcome, Send)
    (omitted,) = outcome.omitted
    assert (omitted.event, omitted.field, omitted.label) == ("optin", "event_time", "event_time")
    assert outcome.event_time_ms is None
    refused = mapped({"at": value}, timed, written_ms=NOW_MS - 2 * DAY_MS)
    assert isinstance(refused, Reject)
    assert refused.reason is Reason.TOO_OLD


def test_a_route_that_refuses_what_it_cannot_read_refuses_a_time_too() -> None:
    outcome = mapped({"at": "yesterday"}, route("optin", event_time="at", invalid_optional="refuse"))
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.field) == (Reason.INVALID_FIELD, "event_time")


@pytest.mark.parametrize("record", [{}, {"at": None}, {"at": ""}, {"at": float("inf")}, {"at": "infinity"}])
def test_where_there_is_no_time_that_of_the_record_is_taken(record: dict[str, Any]) -> None:
    outcome = mapped(record, route("optin", event_time="at"))
    assert isinstance(outcome, Send)
    assert (outcome.event_time_ms, outcome.omitted) == (None, ())


@pytest.mark.parametrize(("own", "general", "age_ms", "sent"), [(0, 60, 90 * DAY_MS, True), (60, 0, 61_000, False)])
def test_the_limit_of_a_route_is_its_own(own: int, general: int, age_ms: int, sent: bool) -> None:  # noqa: FBT001 - a table's column
    """Profiles that are months old and still true, beside events that are worth nothing tomorrow."""
    limited = route("customer_patch", max_event_age_seconds=own)
    outcome = mapped({}, limited, written_ms=NOW_MS - age_ms, limit=general)
    assert isinstance(outcome, Send) is sent


def test_one_record_may_be_too_old_for_one_route_and_not_for_another() -> None:
    outcome = mapped(
        {"at": NOW_MS - 2 * DAY_MS},
        route("customer_patch", event_time="at", max_event_age_seconds=0),
        route("optin", event_time="at"),
        route("search", fields={"search_term": "email"}),
    )
    assert isinstance(outcome, Send), outcome
    assert [(each.event, each.until_ms) for each in outcome.requests] == [
        ("customer_patch", NEVER),
        ("search", None),
    ]
    assert [(each.event, each.reason) for each in outcome.refused] == [("optin", Reason.TOO_OLD)]


def test_requests_say_until_when_they_may_be_sent() -> None:
    """Delivery ends them then, however long they have waited."""
    outcome = mapped({"at": NOW_MS - HOUR_MS}, route("optin", event_time="at"))
    assert isinstance(outcome, Send)
    assert [each.until_ms for each in outcome.requests] == [NOW_MS - HOUR_MS + DAY_MS]


def test_of_several_times_the_earliest_is_the_record_s() -> None:
    outcome = mapped(
        {"placed": NOW_MS - HOUR_MS, "paid": NOW_MS},
        route("optin", event_time="paid"),
        route("customer_patch", event_time="placed"),
    )
    assert isinstance(outcome, Send)
    assert outcome.event_time_ms == NOW_MS - HOUR_MS


class Decoder:
    def decode(self, value: bytes, headers: object = ()) -> Decoded:  # noqa: ARG002 - the protocol's
        return Decoded("com.shop.Event", {"email": EMAIL, "at": int(value)})


def test_a_redelivery_has_the_event_s_own_time_and_else_that_of_its_first_record() -> None:
    """In the retry topic it has another timestamp, which says nothing of it."""
    past = Redelivery(Partition("shop.events", 0), 7, timestamp_ms=NOW_MS - HOUR_MS)
    again = Record(Partition("retry", 0), 1, b"k", b"%d" % (NOW_MS - DAY_MS), NOW_MS, redelivery=past)
    times = []
    for event_time in ("at", "_kafka.timestamp"):
        router = compile_routes([route("optin", event_time=event_time)], token=TOKEN)
        outcome = Translator(router, lambda _: Decoder()).translate(again, NOW_MS)
        assert isinstance(outcome, Send)
        times.append(outcome.event_time_ms)
    assert times == [NOW_MS - DAY_MS, NOW_MS - HOUR_MS]


def test_it_costs_nothing_where_it_is_not_asked_for() -> None:
    """The very outcome, without a field more."""
    outcome = mapped({}, route("optin"))
    assert isinstance(outcome, Send)
    assert (outcome.event_time_ms, [each.until_ms for each in outcome.requests]) == (None, [None])
