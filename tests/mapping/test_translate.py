"""From bytes to an outcome, whatever the bytes hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import structlog

from consumer.avro.decoding import Decoded
from consumer.avro.errors import SchemaPending, Undecodable, UnknownSchema
from consumer.avro.schema import AvroSchema, parse
from consumer.avro.schema_ids import SchemaId
from consumer.avro.subjects import Subjects
from consumer.config.route import RouteConfig
from consumer.mapping.recipients import Namespace
from consumer.mapping.router import compile_routes
from consumer.mapping.translate import Translator
from consumer.records import Headers, Partition, Reason, Record, Redelivery, Reject, Send, Skip, Stage
from tests.mapping.support import EMAIL, NOW_MS, TOKEN, route

HOME = Partition("shop.events", 3)


class Answering:
    """A decoder that gives what it is told to."""

    def __init__(self, answer: Callable[[], Any]) -> None:
        self._answer = answer

    def decode(self, value: bytes, headers: Headers = ()) -> Decoded:  # noqa: ARG002 - the protocol's
        return Decoded("com.shop.Event", self._answer())


def translator(answer: Callable[[], Any], config: RouteConfig | None = None) -> Translator:
    router = compile_routes([config or route("optin")], token=TOKEN, max_age_seconds=60)
    return Translator(router, lambda _topic: Answering(answer))


def record(**fields: Any) -> Record:
    return Record(**{"partition": HOME, "offset": 1, "key": None, "value": b"x", "timestamp_ms": NOW_MS, **fields})


def fails(error: Exception) -> Callable[[], Any]:
    def answer() -> Any:
        raise error

    return answer


def test_a_decoder_that_has_taken_the_place_of_another_is_the_one_that_decodes() -> None:
    """As where the schemas of a topic were read anew."""
    decoders = iter([Answering(dict), Answering(lambda: {"email": EMAIL})])
    router = compile_routes([route("optin")], token=TOKEN)
    translator = Translator(router, lambda _topic: next(decoders))
    assert isinstance(translator.translate(record(), NOW_MS), Reject)
    assert isinstance(translator.translate(record(offset=2), NOW_MS), Send)


def test_a_tombstone_is_skipped() -> None:
    assert translator(dict).translate(record(value=None), NOW_MS) == Skip("tombstone")


def test_a_record_that_was_too_large_to_read_is_said_to_be() -> None:
    """Its value is not here: it is no tombstone."""
    outcome = translator(dict).translate(record(value=b"x" * 100).without_value(), NOW_MS)
    assert isinstance(outcome, Reject)
    assert (outcome.reason, outcome.stage) == (Reason.TOO_LARGE, Stage.DECODE)
    assert "delivery.max_record_bytes" in outcome.message


def test_bytes_that_are_no_record_are_undecodable() -> None:
    outcome = translator(fails(Undecodable("too short"))).translate(record(), NOW_MS)
    assert outcome == Reject(Reason.UNDECODABLE, Stage.DECODE, "too short")


def test_a_schema_that_is_not_there_yet_is_the_callers_to_wait_for() -> None:
    with pytest.raises(SchemaPending):
        translator(fails(SchemaPending(7))).translate(record(), NOW_MS)


def test_a_redelivery_is_mapped_as_what_it_was() -> None:
    past = Redelivery(origin=HOME, offset=9, timestamp_ms=NOW_MS - 61_000)
    again = record(partition=Partition("retry", 0), redelivery=past)
    outcome = translator(lambda: {"email": EMAIL}).translate(again, NOW_MS)
    assert isinstance(outcome, Reject)
    assert outcome.reason is Reason.TOO_OLD


def parked(group: str | None, topic: str = "shop.events") -> Record:
    past = Redelivery(Partition(topic, 3), 42, timestamp_ms=NOW_MS, group=group)
    return record(partition=Partition("our.retry", 0), redelivery=past)


def test_another_groups_record_that_no_route_takes_is_left_to_it() -> None:
    """A release with other routes shares the retry topic, and reads it by itself; ours stays what it was."""
    translator = of_group("ours", route("optin", record="com.shop.Event"))
    foreign = route("optin", record="com.shop.Other")
    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            assert translator.translate(parked("theirs", "shop.other"), NOW_MS) == Skip("other_group")
    assert [(line["topic"], line["group"]) for line in logs] == [("shop.other", "theirs")]
    assert of_group("ours", foreign).translate(parked("theirs"), NOW_MS) == Skip("other_group")
    for group in ("ours", None):
        outcome = translator.translate(parked(group, "shop.other"), NOW_MS)
        assert isinstance(outcome, Reject)
        assert outcome.reason is Reason.UNROUTABLE


def test_another_groups_record_that_a_route_takes_is_ours_too() -> None:
    """So it is after a group was given another name."""
    assert isinstance(of_group("ours", route("optin")).translate(parked("before"), NOW_MS), Send)


def test_another_groups_record_of_an_unknown_brand_is_no_record_that_no_route_takes() -> None:
    """After a group was given another name, nobody else reads it."""
    by_brand = route("optin", destination={"path": "brand", "values": {"acme": "acme"}})
    router = compile_routes([by_brand], token=TOKEN, others={"acme": Namespace("ns-acme")})
    translator = Translator(router, lambda _topic: Answering(lambda: {"email": EMAIL, "brand": "x"}), group="ours")

    outcome = translator.translate(parked("before"), NOW_MS)

    assert isinstance(outcome, Reject)
    assert outcome.reason is Reason.UNROUTABLE


def of_group(group: str, config: RouteConfig) -> Translator:
    router = compile_routes([config], token=TOKEN)
    return Translator(router, lambda _topic: Answering(lambda: {"email": EMAIL}), group=group)


def test_each_topic_has_its_decoder() -> None:
    asked: list[str] = []

    def decoder_of(topic: str) -> Answering:
        asked.append(topic)
        return Answering(lambda: {"email": EMAIL})

    outcome = Translator(compile_routes([route("optin")], token=TOKEN), decoder_of).translate(record(), NOW_MS)
    assert isinstance(outcome, Send)
    assert asked == ["shop.events"]


def test_a_redelivered_record_carries_its_link_again() -> None:
    config = route("optin", link_identities=True)
    linking = translator(lambda: {"email": EMAIL, "device_id": "device-7"}, config)
    first = linking.translate(record(), NOW_MS)
    past = Redelivery(origin=HOME, offset=1, timestamp_ms=NOW_MS)
    assert linking.translate(record(partition=Partition("retry", 0), offset=70, redelivery=past), NOW_MS) == first
    other = linking.translate(record(offset=2), NOW_MS)
    assert isinstance(first, Send)
    assert isinstance(other, Send)
    assert (len(first.requests), len(other.requests)) == (2, 1)


def test_a_bug_of_ours_costs_one_record_and_shows_no_value() -> None:
    class Unreadable(dict[str, Any]):
        def get(self, *_: Any) -> Any:
            raise LookupError(EMAIL)

    with structlog.testing.capture_logs() as logged:
        outcome = translator(Unreadable).translate(record(), NOW_MS)
    assert outcome == Reject(Reason.INVALID_FIELD, Stage.MAP, "LookupError")
    assert [line["event"] for line in logged] == ["mapping_failed"]
    assert logged[0]["where"].startswith("get:"), "the innermost place says what is to be mended"
    assert EMAIL not in str(logged)


CART = replace(parse('{"type": "record", "name": "com.shop.Cart", "fields": []}'), subjects=("shop.carts-value",))
FOREIGN = "the registry has schema 7 under shop.carts-value, which is no subject of topic shop.events"


class Named:
    """A decoder whose values name schema 7."""

    def __init__(self, answer: Callable[[], Any]) -> None:
        self._answer = answer

    def decode(self, value: bytes, headers: Headers = ()) -> Decoded:  # noqa: ARG002 - the protocol's
        return Decoded("com.shop.Cart", self._answer(), 7)


@pytest.mark.parametrize(
    ("answer", "config"),
    [
        (fails(Undecodable("no such field", 7)), route("optin")),
        (dict, route("optin")),
        (dict, route("optin", record="x")),
    ],
)
def test_what_is_refused_says_that_its_schema_is_of_another_subject(
    answer: Callable[[], Any], config: RouteConfig
) -> None:
    router = compile_routes([config], token=TOKEN)
    outcome = Translator(
        router, lambda _: Named(answer), subjects=Subjects(dict[SchemaId, AvroSchema]({7: CART}).get)
    ).translate(record(), NOW_MS)
    assert isinstance(outcome, Reject)
    assert outcome.message.endswith(f"; {FOREIGN}")


def test_what_can_be_sent_is_sent_all_the_same() -> None:
    """Subjects may have any name: nothing is refused for it."""
    router = compile_routes([route("optin")], token=TOKEN)
    named = Translator(
        router,
        lambda _: Named(lambda: {"email": EMAIL}),
        subjects=Subjects(dict[SchemaId, AvroSchema]({7: CART}).get),
    )
    assert isinstance(named.translate(record(), NOW_MS), Send)


def test_for_what_comes_again_unknown_schemas_are_asked_for_anew_once() -> None:
    """The registry was put right before the dead letter was sent again; where it was not, it is one again."""
    doubted: list[SchemaId] = []
    router = compile_routes([route("optin")], token=TOKEN)
    unknown = fails(UnknownSchema("schema 7 is unknown to the registry", (7,)))
    asking = Translator(router, lambda _: Answering(unknown), doubt=doubted.append)
    past = Redelivery(HOME, 1, timestamp_ms=NOW_MS)
    again = [record(partition=Partition("retry", 0), offset=offset, redelivery=past) for offset in (70, 71)]

    for each in again:
        with pytest.raises(SchemaPending):
            asking.translate(each, NOW_MS)
        outcome = asking.translate(each, NOW_MS)
        assert isinstance(outcome, Reject)
        assert outcome.reason is Reason.UNDECODABLE
    assert doubted == [7, 7]

    assert isinstance(asking.translate(record(), NOW_MS), Reject), "the first time it was waited for"
    assert doubted == [7, 7]
