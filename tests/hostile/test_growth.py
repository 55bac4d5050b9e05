"""Work grows with what a record, a header, an answer or a schema holds, and not with its square.

Each path runs at a size and at four times that size, in one run: linear work takes four times as long, and the square
sixteen times. The best of some rounds counts, for a busy machine makes a round slower and never faster.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from io import BytesIO
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from confluent_kafka import Message
from fastavro import schemaless_writer

from consumer.avro.decoding import Reading
from consumer.avro.errors import InvalidSchema, Undecodable
from consumer.avro.protocol import RegisteredSchema
from consumer.avro.references import load_schema
from consumer.avro.schema import parse
from consumer.avro.schema_ids import SchemaId
from consumer.avro.unknown_ids import Patience, UnknownIds
from consumer.bluecore.response import Response
from consumer.delivery.engine import Engine
from consumer.delivery.marks import REPLAYED, marked_offsets
from consumer.delivery.offset_map import LIMIT, decode, encode
from consumer.delivery.offset_ranges import OffsetRanges
from consumer.delivery.offset_tracker import OffsetTracker
from consumer.delivery.parking import Parked, ParkedKeys, Unparked
from consumer.delivery.rate_limit_headers import quota, retry_after
from consumer.delivery.settled_memory import SettledMemory
from consumer.kafka.headers import failure_headers, redelivery
from consumer.kafka.record import record_from
from consumer.mapping.links import LinkCache
from consumer.mapping.names import as_name
from consumer.records import (
    EventRequest,
    Failure,
    Outcome,
    Partition,
    Reason,
    Record,
    Redelivery,
    Reject,
    Send,
    Stage,
)
from consumer.sandbox.contract.checks import check_event
from consumer.sandbox.masking import masked_body
from consumer.sandbox.profile import Profile
from consumer.telemetry.masking import Secrets, masked, masker
from tests.delivery.driver import POLICY, Driver
from tests.delivery.samples import NOW, ORDERS, RETRY
from tests.mapping.support import EMAIL, map_one, route

pytestmark = pytest.mark.ratio

_TIMES = 4
_MOST = 9.0
"""Between four, which is linear, and sixteen, the square: caches that overflow cost something, too."""
_ROUNDS = 5
_SHORTEST = 2e-3
"""Seconds that are worth a ratio."""

Work = Callable[[], object]


@dataclass(frozen=True)
class Path:
    """One path through the code.

    Attributes:
        prepare: makes the input of a size; what it returns is measured.
        size: the smaller one.
    """

    prepare: Callable[[int], Work]
    size: int


def seconds(path: Path, size: int) -> float:
    """CPU time, at the best."""
    best = float("inf")
    for _ in range(_ROUNDS):
        work = path.prepare(size)
        gc.collect()
        gc.disable()
        try:
            started = time.process_time()
            work()
            best = min(best, time.process_time() - started)
        finally:
            gc.enable()
    return best


def refused(work: Work) -> Work:
    """What is refused has cost its time, too."""

    def run() -> None:
        with pytest.raises((InvalidSchema, Undecodable)):
            work()

    return run


# Records of Kafka


def _message(headers: list[tuple[str, bytes]]) -> Message:
    values = {
        "topic": ORDERS.topic,
        "partition": 0,
        "offset": 1,
        "key": b"k",
        "value": b"v",
        "timestamp": (1, 1),
        "headers": headers,
    }
    return cast("Message", SimpleNamespace(**{name: lambda value=value: value for name, value in values.items()}))


def reading_headers(count: int) -> Work:
    message = _message([("name", b"value")] * count)
    return lambda: record_from(message, {ORDERS.topic})


def reading_claims(count: int) -> Work:
    headers = tuple((f"bluecore.{number}", b"1") for number in range(count))
    return lambda: redelivery(headers)


def writing_headers(count: int) -> Work:
    record = Record(ORDERS, 1, b"k", b"v", headers=(("name", b"value"),) * count)
    failure = Failure(Outcome.DEAD_LETTER, Reason.REJECTED, Stage.DELIVER, "no")
    return lambda: failure_headers(record, failure)


def writing_a_message(count: int) -> Work:
    record = Record(ORDERS, 1, b"k", b"v")
    failure = Failure(Outcome.DEAD_LETTER, Reason.REJECTED, Stage.DELIVER, "x" * count)
    mask = masker(Secrets(("secret",), ("shop",)))
    return lambda: [failure_headers(record, replace(failure, message=mask(failure.message))) for _ in range(20)]


# Avro


def schema_of(fields: Iterable[Any], name: str = "com.shop.Order") -> dict[str, Any]:
    return {
        "type": "record",
        "name": name,
        "fields": [{"name": f"f{at}", "type": each} for at, each in enumerate(fields)],
    }


def parsing(schema: Callable[[int], Any]) -> Callable[[int], Work]:
    def prepare(count: int) -> Work:
        text = json.dumps(schema(count))
        return lambda: parse(text)

    return prepare


def parsing_what_is_refused(schema: Callable[[int], Any]) -> Callable[[int], Work]:
    return lambda count: refused(parsing(schema)(count))


def defined_again_and_again(count: int) -> Any:
    """A large type, and a small one that refers to it and is defined many times, always alike."""
    large = schema_of(["int"] * count, "com.shop.Large")
    return schema_of([large, *[schema_of(["com.shop.Large"], "com.shop.Small")] * count])


def a_chain(count: int) -> Any:
    """Each branch of a union refers to the one before it."""
    return [schema_of(["int"] if at == 0 else [f"com.shop.R{at - 1}"], f"com.shop.R{at}") for at in range(count)]


def doubling(count: int) -> Any:
    """Types that double each other and take no bytes, as the items of an array."""
    inner: Any = schema_of([], "com.shop.R0")
    for at in range(1, count):
        inner = schema_of([inner, f"com.shop.R{at - 1}"], f"com.shop.R{at}")
    return schema_of([{"type": "array", "items": inner}])


def reading(avro: Callable[[int], Any], value: Callable[[int], Any]) -> Callable[[int], Work]:
    def prepare(count: int) -> Work:
        schema = parse(json.dumps(avro(count)))
        out = BytesIO()
        schemaless_writer(out, schema.parsed, value(count))
        return lambda: Reading().record(BytesIO(out.getvalue()), schema)

    return prepare


def reading_what_is_refused(avro: Callable[[int], Any], value: Callable[[int], Any]) -> Callable[[int], Work]:
    return lambda count: refused(reading(avro, value)(count))


def some_fields(count: int, *, cut: int = 0) -> Work:
    """A wide record of which one field is asked for; it lacks so many bytes."""
    avro = schema_of(["string"] * count)
    schema = parse(json.dumps(avro))
    out = BytesIO()
    schemaless_writer(out, schema.parsed, {f"f{at}": "x" for at in range(count)})
    data = out.getvalue()[: -cut or None]
    read = Reading(None, frozenset(("f0",))).record
    return refused(lambda: read(BytesIO(data), schema)) if cut else lambda: read(BytesIO(data), schema)


LINKED: dict[str, Any] = {
    "type": "record",
    "name": "com.shop.Node",
    "fields": [{"name": "next", "type": {"type": "array", "items": "com.shop.Node"}}],
}


def references(count: int) -> Work:
    """Schemas that refer to each other, up to the limit."""

    class Store:
        def schema(self, _: SchemaId) -> RegisteredSchema:
            listed = [{"name": f"x.R{at}", "subject": f"s{at}", "version": 1} for at in range(count)]
            text = json.dumps(schema_of([f"x.R{at}" for at in range(count)]))
            return RegisteredSchema(text, references=tuple(SimpleNamespace(**each) for each in listed), id=1)  # type: ignore[misc]

        def schema_of(self, subject: str, version: int | str = 1, *, deleted: bool = True) -> RegisteredSchema:
            del version, deleted
            return RegisteredSchema(json.dumps(schema_of(["int"] * 5, f"x.R{subject[1:]}")))

    return lambda: load_schema(Store(), 1)


def unknown_ids(count: int) -> Work:
    """Each asked for and answered twice."""

    def run() -> None:
        unknown = UnknownIds(Patience(60))
        for turn in range(2):
            for schema_id in range(count):
                unknown.not_found(schema_id, "no such schema", turn + schema_id / count)
                assert unknown.awaited(schema_id, 1) is not None

    return run


# Mapping


def mapping(event: str, record: Callable[[int], dict[str, Any]], **options: Any) -> Callable[[int], Work]:
    def prepare(count: int) -> Work:
        value = record(count)
        config = route(event, **options)
        return lambda: map_one(config, value)

    return prepare


def products(count: int, *, ids: int | None = None, **more: Any) -> dict[str, Any]:
    listed = [{"id": f"p{at % (ids or count)}", "quantity": 1, **more} for at in range(count)]
    return {"email": EMAIL, "order_id": "o", "total": 1, "products": listed}


def claiming(count: int) -> Work:
    def run() -> None:
        links = LinkCache(capacity=count // 2)
        for at in range(count):
            links.claim(f"device-{at}", EMAIL, at)

    return run


# Delivery


def splitting(count: int) -> Work:
    """One record with many headers that becomes many requests, sent one after the other."""
    requests = tuple(EventRequest("wishlist", b"{}", "c") for _ in range(count))
    record = Record(ORDERS, 0, b"k", b"v", int(NOW * 1000), headers=(("name", b"value"),) * count)

    def run() -> None:
        driver = Driver().assign()
        driver.engine.take(record, Send(requests), NOW)
        driver.decide()
        for _ in range(count):
            assert [task.traceparent for task in driver.sends.values()] == [None]
            driver.reply_all()
        assert driver.outcomes == {0: Outcome.DELIVERED}

    return run


def refusing_in_part(count: int) -> Work:
    """One record of many requests, some of which Bluecore refuses, and which comes back from the retry topic."""
    requests = tuple(EventRequest("wishlist", b"{}", "c") for _ in range(count))
    reject = Reject(Reason.MISSING_FIELD, Stage.MAP, "search_term: missing", event="search")
    every_other = tuple((at, "wishlist") for at in range(0, 2 * count, 2))
    mapped = Send(requests * 2, refused=(reject,), numbers=tuple(range(2 * count)))
    record = Record(RETRY, 0, b"k", b"v", int(NOW * 1000), redelivery=Redelivery(ORDERS, 0, which=every_other))

    def run() -> None:
        driver = Driver().assign(RETRY)
        driver.engine.take(record, mapped, NOW)
        driver.decide()
        for at in range(count):
            driver.reply_all(202 if at % 3 else 400)
        (task,) = driver.acknowledge()
        assert task.failure is not None
        assert len(task.failure.which) == 2 * count - -(-count // 3)

    return run


def taking_what_somebody_settled(count: int) -> Work:
    already = OffsetRanges((2 * at + 1, 2 * at + 2) for at in range(count))

    def run() -> None:
        tracker = OffsetTracker(already, already)
        for at in range(count):
            tracker.take(2 * at)
            tracker.settle(2 * at)

    return run


def settling_backwards(count: int) -> Work:
    def run() -> None:
        tracker = OffsetTracker()
        for at in range(count):
            tracker.take(at)
        for at in reversed(range(count)):
            tracker.settle(at)

    return run


def packing(count: int) -> Work:
    ranges = OffsetRanges((2 * at + 1, 2 * at + 2) for at in range(count))
    return lambda: decode(0, encode(0, ranges, limit=100 * LIMIT))


def late_results(count: int) -> Work:
    """Many results that come after their partition has left."""

    def run() -> None:
        memory = SettledMemory()
        memory.keep(ORDERS, OffsetRanges((3 * at, 3 * at + 1) for at in range(count)), OffsetRanges(), None)
        for at in range(count):
            memory.add(ORDERS, 3 * at + 1)

    return run


def parking(count: int) -> Work:
    """Many copies of one record, and many records of one key."""

    def run() -> None:
        keys = ParkedKeys()
        for at in range(count):
            keys.apply(Parked(b"k", ORDERS, 0, (RETRY, at)))
            keys.apply(Parked(b"k", ORDERS, at, (RETRY, at)))
        for at in range(count):
            keys.apply(Unparked(b"k", ORDERS, 0, (RETRY, at)))
            keys.apply(Unparked(b"k", ORDERS, at, (RETRY, at)))
        assert len(keys) == 0

    return run


def claimed_origins(count: int) -> Work:
    """Records of the retry topic that each claim to come from a topic of their own, and cannot be mapped."""
    reject = Reject(Reason.UNROUTABLE, Stage.MAP, "no route")

    def run() -> None:
        engine = Engine(POLICY)
        engine.partitions.assign(RETRY, None, "")
        for at in range(count):
            past = Redelivery(Partition(f"t{at}", 0), at)
            engine.take(Record(RETRY, at, b"k%d" % at, b"v", redelivery=past), reject, NOW)
            for ticket, _ in engine.decide(NOW).writes:
                engine.written(ticket, None, NOW)

    return run


def hot_key(count: int) -> Work:
    def run() -> None:
        driver = Driver().assign()
        for _ in range(count):
            driver.engine.take(Record(ORDERS, len(driver.settled) + _, b"k", b"v"), Send((REQUEST,)), NOW)
        driver.decide()
        for _ in range(count):
            driver.reply_all()
        assert len(driver.settled) == count

    return run


REQUEST = EventRequest("search", b"{}", "c")


def a_topic_that_goes(count: int) -> Work:
    """Records of one key in memory whose topic was deleted, at the end of the process."""

    def run() -> None:
        engine = Engine(POLICY)
        engine.partitions.assign(ORDERS, None, "")
        for at in range(count):
            engine.take(Record(ORDERS, at, b"k", b"v"), Send((REQUEST,)), NOW)
        engine.partitions.detach([ORDERS])
        engine.give_up_detached(NOW)
        engine.decide(NOW)

    return run


# Answers and texts


def each(count: int, work: Callable[[], object]) -> Work:
    def run() -> None:
        for _ in range(count):
            work()

    return run


def answer_headers(line: str) -> Callable[[int], Work]:
    def prepare(count: int) -> Work:
        head = "HTTP/1.1 429 Slow\r\n" + "".join(line.format(at=at) for at in range(count)) + "\r\n"
        return lambda: Response(429, head, b"").headers_like(("ratelimit",))

    return prepare


def waits(text: Callable[[int], str]) -> Callable[[int], Work]:
    def prepare(count: int) -> Work:
        headers = {"retry-after": text(count)}
        return each(50, lambda: retry_after(headers, NOW))

    return prepare


def quotas(text: Callable[[int], str]) -> Callable[[int], Work]:
    def prepare(count: int) -> Work:
        headers = {"ratelimit": text(count), "ratelimit-policy": text(count)}
        return each(20, lambda: quota(headers, NOW))

    return prepare


def masking(text: Callable[[int], Any]) -> Callable[[int], Work]:
    def prepare(count: int) -> Work:
        mask, value = masker(Secrets(("secret",), ("shop",))), text(count)
        return lambda: masked(value, mask)

    return prepare


def sandbox_body(body: Callable[[int], bytes]) -> Callable[[int], Work]:
    def prepare(count: int) -> Work:
        text = body(count)
        try:
            document = orjson.loads(text)
        except ValueError:
            document = None
        return lambda: masked_body(text, document)

    return prepare


def checking(count: int) -> Work:
    document = {"event": "purchase", "properties": {"token": "t", "distinct_id": EMAIL, **products(count)}}
    return lambda: check_event(document, strict=True)


def shopping(count: int) -> Work:
    def run() -> None:
        profile = Profile(EMAIL, linked=True)
        for event in ("add_to_cart", "wishlist", "remove_from_cart"):
            profile.shop(event, products(count))

    return run


PATHS: dict[str, Path] = {
    "reading a record's headers": Path(reading_headers, 20_000),
    "reading what headers claim": Path(reading_claims, 5000),
    "writing a dead letter's headers": Path(writing_headers, 20_000),
    "writing a dead letter's message": Path(writing_a_message, 10_000),
    "a schema of many fields": Path(parsing(lambda count: schema_of(["string"] * count)), 1000),
    "a schema of many enum symbols": Path(
        parsing(
            lambda count: schema_of([{"type": "enum", "name": "e", "symbols": [f"s{at}" for at in range(count)]}])
        ),
        5000,
    ),
    "a schema of many branches": Path(
        parsing(lambda count: [schema_of(["int"], f"com.shop.R{at}") for at in range(count)]), 500
    ),
    "a schema of many aliases": Path(
        parsing(lambda count: schema_of(["int"]) | {"aliases": [f"a{at}" for at in range(count)]}), 10_000
    ),
    "a schema that defines types again": Path(parsing_what_is_refused(defined_again_and_again), 200),
    "a union whose branches refer to each other": Path(parsing_what_is_refused(a_chain), 400),
    "types that double each other": Path(parsing_what_is_refused(doubling), 5),
    "a schema of many references": Path(references, 60),
    "reading an array": Path(
        reading(
            lambda _: schema_of([{"type": "array", "items": schema_of(["string", "int"], "com.shop.Line")}]),
            lambda count: {"f0": [{"f0": "x", "f1": 1}] * count},
        ),
        5000,
    ),
    "reading a map": Path(
        reading(
            lambda _: schema_of([{"type": "map", "values": "string"}]),
            lambda count: {"f0": {f"k{at}": "x" for at in range(count)}},
        ),
        20_000,
    ),
    "reading a type within itself": Path(
        reading(lambda _: LINKED, lambda count: {"next": [{"next": []}] * count}), 5000
    ),
    "reading placeholders": Path(
        reading(
            lambda _: schema_of([{"type": "array", "items": "string"}]),
            lambda count: {"f0": ["__debezium_unavailable_value", "x"] * count},
        ),
        5000,
    ),
    "reading decimals": Path(
        reading(
            lambda _: schema_of(
                [{"type": "array", "items": {"type": "bytes", "logicalType": "decimal", "precision": 9}}]
            ),
            lambda count: {"f0": [b"\x01"] * count},
        ),
        5000,
    ),
    "reading some of many fields": Path(some_fields, 200),
    "reading some of many fields of half a record": Path(lambda count: some_fields(count, cut=1), 200),
    "ids that the registry does not know": Path(unknown_ids, 500),
    "mapping products": Path(mapping("viewed_product", products), 1000),
    "splitting products": Path(mapping("wishlist", products, split_products=True), 1000),
    "finding a repeated product": Path(mapping("purchase", lambda count: products(count, ids=count - 1)), 1000),
    "merging products": Path(
        mapping("purchase", lambda count: products(count, ids=20), repeated_products="merge"), 1000
    ),
    "an expression over a list": Path(
        mapping("search", lambda count: {"email": EMAIL, "l": ["x"] * count}, fields={"search_term": "join(' ', l)"}),
        2000,
    ),
    "comparing lists in an expression": Path(
        mapping("search", lambda count: {"email": EMAIL, "l": [1.5] * count}, when="l == l"), 5000
    ),
    "an e-mail without end": Path(mapping("search", lambda count: {"email": "a@" + "b." * count}), 50_000),
    "a phone number without end": Path(
        mapping("customer_patch", lambda count: {"email": EMAIL, "phone": "1 (" * count}, phone_region="US"), 50_000
    ),
    "a number without end": Path(
        mapping(
            "search",
            lambda count: {"email": EMAIL, "n": "9" * count},
            fields={"search_term": {"path": "n", "as": "number"}},
        ),
        20_000,
    ),
    "a time without end": Path(
        mapping(
            "search",
            lambda count: {"email": EMAIL, "n": "2026-01-31T" + "1" * count},
            fields={"search_term": {"path": "n", "as": "datetime", "unit": "seconds"}},
        ),
        50_000,
    ),
    "a name without end": Path(lambda count: each(10, lambda: as_name("A - ! " * count)), 2000),
    "links": Path(claiming, 2000),
    "products of which nothing can be read": Path(
        mapping(
            "viewed_product",
            lambda count: products(count, price="n/a", weight=float("nan")),
            fields={"products.price": {"path": "price", "as": "number"}},
        ),
        200,
    ),
    "products of which nothing can be written": Path(
        mapping("wishlist", lambda count: products(count, stock=2**64), split_products=True), 200
    ),
    "a record of many requests": Path(splitting, 200),
    "a record of many requests that are refused": Path(refusing_in_part, 200),
    "a header of many requests": Path(
        lambda count: (
            lambda: redelivery(
                (
                    ("__connect.errors.topic", b"shop"),
                    ("__connect.errors.partition", b"0"),
                    ("__connect.errors.offset", b"0"),
                    ("bluecore.delivered", b",".join(b"%d:search" % at for at in range(0, 2 * count, 2))),
                )
            )
        ),
        2000,
    ),
    "reading on after a restart": Path(taking_what_somebody_settled, 1000),
    "settling backwards": Path(settling_backwards, 5000),
    "packing what is settled": Path(packing, 5000),
    "results that come late": Path(late_results, 500),
    "parked records": Path(parking, 1000),
    "records that claim origins": Path(claimed_origins, 500),
    "a hot key": Path(hot_key, 500),
    "a topic that was deleted": Path(a_topic_that_goes, 1000),
    "marks of what was replayed": Path(
        lambda count: (
            lambda: list(
                marked_offsets(REPLAYED, Record(ORDERS, 1, None, None, headers=((REPLAYED, b"1-2," * count),)))
            )
        ),
        5000,
    ),
    "many headers of an answer": Path(answer_headers("ratelimit-{at}: 1\r\n"), 2000),
    "one header of an answer, repeated": Path(answer_headers("ratelimit: " + "x" * 100 + "\r\n"), 2000),
    "Retry-After in digits": Path(waits(lambda count: "9" * count), 5000),
    "Retry-After as a date": Path(waits(lambda count: "Sun, " + "06 " * count + "Nov 1994 08:49:37 GMT"), 2000),
    "RateLimit without end": Path(quotas(lambda count: '"a";r=1;t=2,' * count), 20),
    "RateLimit in quotes that do not end": Path(quotas(lambda count: '"' + '\\"' * count), 100),
    "masking an address without end": Path(masking(lambda count: "a" * count + "@"), 50_000),
    "masking escaped addresses": Path(masking(lambda count: "a%40b" * count), 10_000),
    "masking quotes": Path(masking(lambda count: '"' * count + "@"), 20_000),
    "masking nested texts": Path(masking(lambda count: {f"k{at}": ["shop"] for at in range(count)}), 1000),
    "the sandbox masks an envelope": Path(
        sandbox_body(lambda count: b'{"properties":{"token":"t","l":[' + b"1," * count + b"1]}}"), 10_000
    ),
    "the sandbox masks what is no JSON": Path(sandbox_body(lambda count: b'token="' + b"\\" * count), 20_000),
    "the sandbox masks tokens without end": Path(sandbox_body(lambda count: b"token=" * count), 5000),
    "the sandbox checks products": Path(checking, 2000),
    "the sandbox keeps a cart": Path(shopping, 500),
}


@pytest.mark.parametrize("name", PATHS)
def test_four_times_as_much_takes_about_four_times_as_long(name: str) -> None:
    path = PATHS[name]
    small, large = seconds(path, path.size), seconds(path, _TIMES * path.size)
    assert large < _SHORTEST or large / small < _MOST, f"{small * 1000:.2f} ms, then {large * 1000:.2f} ms"
