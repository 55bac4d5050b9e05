"""What becomes of records, shown without sending anything."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from consumer.avro.errors import RegistryUnavailable
from consumer.clock import SystemClock
from consumer.commands.preview.preview import (
    Previewed,
    paused_topic,
    preview_json,
    preview_topic,
    unrouted_record,
    unrouted_topic,
)
from consumer.commands.preview.views import as_line
from consumer.config.model import Config
from consumer.records import Partition, Reason, Reject, Send, Skip, Stage
from tests.support.brokers import Broker, Message
from tests.support.configs import SOUND
from tests.support.shop import Shop
from tests.support.waiting import free_port

ROUTES: list[dict[str, Any]] = [
    {"topic": "shop.customers", "event": "customer_patch"},
    {"topic": "shop.orders", "record": "com.shop.Order", "event": "purchase", "when": "status == 'PAID'"},
    {"topic": "shop.mixed", "record": "com.shop.In", "event": "optin"},
    {"topic": "shop.mixed", "record": "com.shop.Out", "event": "unsubscribe"},
    {"topic": "shop.linked", "event": "search", "link_identities": True},
]
CONFIG = Config.model_validate({**SOUND, "routes": ROUTES})
ORDER = {
    "email": "jane@example.com",
    "order_id": "o-1",
    "status": "PAID",
    "products": [{"id": "p-1"}],
    "total": 19.90,
}


def outcomes(text: str | bytes, topic: str = "shop.customers", record: str | None = None) -> list[Any]:
    source = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    return [previewed.outcome for previewed in preview_json(CONFIG, topic, record, source)]


def bodies(outcome: Any) -> list[dict[str, Any]]:
    assert isinstance(outcome, Send), outcome
    return [json.loads(request.body) for request in outcome.requests]


def test_a_record_is_sent_under_a_masked_token() -> None:
    """Previews are pasted into tickets; the namespace stays out of them."""
    (outcome,) = outcomes('{"email": "jane@example.com"}')
    assert bodies(outcome) == [
        {
            "event": "customer_patch",
            "properties": {
                "token": "***",
                "distinct_id": "jane@example.com",
                "customer": {"email": "jane@example.com"},
            },
        }
    ]


def test_a_fraction_is_the_double_that_it_is_in_kafka() -> None:
    """A condition, or a text made of the number, comes out as it does for the record of the topic."""
    config = Config.model_validate(
        {
            **SOUND,
            "routes": [
                {
                    "topic": "t",
                    "event": "customer_patch",
                    "when": "points == `0.1`",
                    "attributes": {"points": {"path": "points", "as": "string"}},
                }
            ],
        }
    )
    (previewed,) = preview_json(config, "t", None, io.BytesIO(b'{"email": "jane@example.com", "points": 0.10}'))
    assert bodies(previewed.outcome)[0]["properties"]["customer"]["points"] == "0.1"


def test_each_line_has_its_outcome_and_blank_lines_have_none() -> None:
    sent, skipped, refused = outcomes('{"email": "jane@example.com"}\n\n  null \n{"email": 5}\n')
    assert isinstance(sent, Send)
    assert skipped == Skip("tombstone")
    assert (refused.reason, refused.field) == (Reason.INVALID_FIELD, "email")


def test_a_condition_that_is_false_skips() -> None:
    assert outcomes(json.dumps({**ORDER, "status": "OPEN"}), "shop.orders") == [Skip("when")]


def test_a_topic_without_a_route_is_unroutable() -> None:
    (refused,) = outcomes("{}", "shop.unknown")
    assert refused.reason == Reason.UNROUTABLE


@pytest.mark.parametrize(
    ("topic", "nearest"), [("shop.order", "shop.orders"), ("customers", "shop.customers"), ("x", "shop.mixed")]
)
def test_a_topic_that_no_route_takes_is_told_with_the_nearest_that_one_takes(topic: str, nearest: str) -> None:
    assert (
        unrouted_topic(CONFIG, topic) == f"no route takes the topic {topic}; the nearest that one takes is {nearest}"
    )


def test_a_pattern_is_a_name_too() -> None:
    config = Config.model_validate({**SOUND, "routes": [{"topic_pattern": "^shop[.].*", "event": "optin"}]})
    assert str(unrouted_topic(config, "shop-optins")).endswith("the nearest that one takes is ^shop[.].*")


@pytest.mark.parametrize("topic", ["shop.mixed", "bluecore-consumer.retry", "bluecore-consumer.dead-letter"])
def test_of_other_topics_there_is_nothing_to_tell(topic: str) -> None:
    """Failed records take the routes of the topics that they came from."""
    assert unrouted_topic(CONFIG, topic) is None


def test_the_record_type_chooses_the_route_of_a_mixed_topic() -> None:
    (outcome,) = outcomes('{"email": "jane@example.com"}', "shop.mixed", "com.shop.Out")
    assert [body["event"] for body in bodies(outcome)] == ["unsubscribe"]


def test_a_mixed_topic_asks_for_the_record_type() -> None:
    (refused,) = outcomes('{"email": "jane@example.com"}', "shop.mixed")
    assert refused.reason == Reason.UNROUTABLE
    assert "no --record given" in refused.message


def test_an_identify_that_the_service_would_send_is_shown_once() -> None:
    line = '{"email": "jane@example.com", "customer_id": "c-1", "distinct_id": "c-1", "search_term": "scarf"}\n'
    first, second = outcomes(line * 2, "shop.linked")
    assert [body["event"] for body in bodies(first)] == ["identify", "search"]
    assert [body["event"] for body in bodies(second)] == ["search"]


@pytest.mark.parametrize(
    "line",
    [
        b'{"a": 1',
        b"not JSON",
        b'"text"',
        b"\xff\xfe\x00",
        b'{"a": ' + b"[" * 100_000,
        b"9" * 10_000,
    ],
    ids=["cut off", "text", "a string", "not UTF-8", "nested 100,000 deep", "a number of 10,000 digits"],
)
def test_a_line_that_is_no_json_object_is_undecodable_and_the_next_goes_on(line: bytes) -> None:
    refused, sent = outcomes(line + b'\n{"email": "jane@example.com"}')
    assert (refused.reason, refused.stage) == (Reason.UNDECODABLE, Stage.DECODE)
    assert isinstance(sent, Send)


@pytest.mark.parametrize("total", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 400])
def test_a_number_that_is_no_amount_is_a_fault_of_its_field(total: str) -> None:
    line = json.dumps({**ORDER, "total": "TOTAL"}).replace('"TOTAL"', total)
    (refused,) = outcomes(line, "shop.orders")
    assert refused.reason == Reason.INVALID_FIELD


def test_a_record_nested_deeper_than_python_goes_is_refused() -> None:
    line = json.dumps(ORDER).replace('"p-1"}', '"p-1", "more": ' + '{"a":' * 60_000 + "1" + "}" * 60_001)
    (outcome,) = outcomes(line, "shop.orders")
    assert isinstance(outcome, Reject)


def test_the_last_records_of_the_real_topic_are_decoded_through_the_registry(broker: Broker, shop: Shop) -> None:
    topic = broker.topic(4)
    values = [b"garbage", shop.event("optin", "jane@example.com"), None]
    broker.produce(topic, [Message(b"key", value, timestamp_ms=0) for value in values])
    config = live(broker, shop.registry_url, topic)
    undecodable, sent, skipped = preview_topic(config, topic, 3)
    assert isinstance(undecodable.outcome, Reject)
    assert bodies(sent.outcome)[0]["properties"]["customer"] == {"email": "jane@example.com"}
    assert skipped.outcome == Skip("tombstone")
    assert [each.place and each.place[1] for each in (undecodable, sent, skipped)] == [0, 1, 2]


def test_a_registry_that_is_down_ends_the_preview_with_a_sentence(broker: Broker, shop: Shop) -> None:
    topic = broker.topic(4)
    broker.produce(topic, [Message(b"key", shop.event("optin", "jane@example.com"))])
    config = live(broker, f"http://127.0.0.1:{free_port()}", topic)
    with pytest.raises(RegistryUnavailable, match="is the schema registry running"):
        list(preview_topic(config, topic, 1))


def live(broker: Broker, registry_url: str, topic: str) -> Config:
    return Config.model_validate(
        {
            **SOUND,
            "kafka": {"bootstrap_servers": broker.bootstrap, "group_id": broker.group()},
            "schema_registry": {"url": registry_url},
            "routes": [{"topic": topic, "event": "optin"}],
        }
    )


def test_where_a_record_lies_is_told_only_of_a_topics() -> None:
    (previewed,) = preview_json(CONFIG, "shop.customers", None, io.BytesIO(b"null"))
    assert previewed == Previewed(Skip("tombstone"), None)
    assert Previewed(Skip("tombstone"), (Partition("t", 0), 1)) != previewed


def test_a_record_that_run_would_find_too_old_is_too_old_in_its_preview(broker: Broker, shop: Shop) -> None:
    topic = broker.topic(4)
    now = SystemClock()
    written = int(now.now() * 1000) - 2 * 86_400_000
    broker.produce(topic, [Message(b"key", shop.event("optin", "jane@example.com"), timestamp_ms=written)])
    config = live(broker, shop.registry_url, topic)
    (old,) = preview_topic(config, topic, 1, clock=now)
    assert isinstance(old.outcome, Reject)
    assert old.outcome.reason == Reason.TOO_OLD
    (sent,) = preview_topic(config, topic, 1, any_age=True, clock=now)
    assert isinstance(sent.outcome, Send)


def test_a_record_s_own_time_is_shown_and_a_file_s_record_is_never_too_old() -> None:
    routes = [{"topic": "t", "event": "optin", "event_time": {"path": "at", "unit": "seconds"}}]
    config = Config.model_validate({**SOUND, "routes": routes})
    text = b'{"email": "jane@example.com", "at": 1769860800}\n{"email": "jane@example.com", "at": "soon"}'
    timed, untimed = [json.loads(as_line(each)) for each in preview_json(config, "t", None, io.BytesIO(text))]
    assert (timed["outcome"], timed["event_time"]) == ("send", "2026-01-31T12:00:00.000Z")
    assert (untimed["outcome"], untimed["omitted"]) == ("send", ["event_time"])
    assert "event_time" not in untimed


@pytest.mark.parametrize(
    ("record", "what"), [(None, "records without --record"), ("com.shop.Inn", "the record com.shop.Inn")]
)
def test_a_record_type_that_no_route_takes_is_told_with_those_that_are(record: str | None, what: str) -> None:
    assert unrouted_record(CONFIG, "shop.mixed", record) == (
        f"no route of shop.mixed takes {what}; give one of these with --record: com.shop.In, com.shop.Out"
    )


@pytest.mark.parametrize(
    ("topic", "record"),
    [("shop.mixed", "com.shop.In"), ("shop.orders", None), ("shop.customers", "com.shop.Any"), ("elsewhere", None)],
)
def test_of_a_record_type_that_one_takes_there_is_nothing_to_tell(topic: str, record: str | None) -> None:
    assert unrouted_record(CONFIG, topic, record) is None


def test_broken_json_is_told_with_the_line_of_the_file() -> None:
    _, refused = outcomes('{"email": "jane@example.com"}\n{"email": }\n')
    assert "line 2" in refused.message


def test_a_paused_topic_is_told_of() -> None:
    """What is previewed is right, and still does not come."""
    config = Config.model_validate({**SOUND, "routes": [{"topic": "t", "event": "search", "paused": True}]})
    assert paused_topic(config, "t") == "the service does not read t: routes[0] is paused"
    assert paused_topic(config, "u") is None


class Noon:
    """A clock that stands still, at noon of the last day of January 2026."""

    def now(self) -> float:
        return datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp()

    def monotonic(self) -> float:
        return 0.0


@pytest.mark.parametrize(
    ("record", "field", "rule"),
    [
        ({"said_at": "2026-01-31T12:06:00Z"}, "consented_at", "is in the future"),
        ({"said_at": "2026-01-31T12:00:00"}, "consented_at", "says no time zone"),
        ({"mobile": "0555 666"}, "phone_number", "is no phone number in E.164"),
        ({"type": "SMS"}, "message_type", "is none of MARKETING, TRANSACTIONAL"),
        ({"mobile": None}, "phone_number", "missing"),
    ],
)
def test_a_consent_that_the_eligibility_api_would_not_take_is_refused_with_the_field(
    record: dict[str, Any], field: str, rule: str
) -> None:
    """In a file, too, whose records are never too old, and whatever age the route allows."""
    route = {
        "topic": "shop.sms",
        "event": "signup",
        "api": "eligibility",
        "max_event_age_seconds": 60,
        "fields": {"phone_number": "mobile", "consented_at": "said_at", "message_type": "type"},
    }
    client = {"namespace": "shop", "rest_api": {"client_id": "c", "client_secret": "s"}}
    config = Config.model_validate({**SOUND, "bluecore": client, "routes": [route]})
    sound = {"mobile": "+15556667777", "said_at": "2020-01-31T12:00:00Z"}
    source = io.BytesIO(json.dumps([sound, sound | record]).encode())

    sent, refused = [each.outcome for each in preview_json(config, "shop.sms", None, source, clock=Noon())]

    assert isinstance(sent, Send)
    assert isinstance(refused, Reject)
    assert (refused.field, rule in refused.message) == (field, True)
