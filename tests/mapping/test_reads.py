"""What is read of a record is all that the mapping asks for."""

from __future__ import annotations

import json
from functools import partial
from statistics import median
from typing import Any

import jmespath
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consumer.avro.files import load_folder, schemas_folder
from consumer.avro.raw import RawDecoder
from consumer.avro.schema import AvroSchema, parse
from consumer.mapping.contract import CONTRACTS
from consumer.mapping.reads import names_in
from consumer.mapping.router import compile_routes
from consumer.mapping.translate import Translator
from consumer.records import Partition, Record
from tests.avro.support import body, record
from tests.commands.typecheck.test_agreement import PATHS
from tests.mapping.avro_values import values
from tests.mapping.bench_mapping import microseconds
from tests.mapping.support import NOW_MS, TOKEN, route
from tests.mapping.wide import Whole, wide


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("a", "a"),
        ("a.b.c", "a"),
        ("a[0].b", "a"),
        ("a[?b == 'x'].c | [0]", "a"),
        ("a.*.b", "a"),
        ("a || b.c", "ab"),
        ("a == b && !c", "abc"),
        ("sum(a[].b)", "a"),
        ("sort_by(a, &b)[0]", "a"),
        ("not_null(a, b, 'c')", "ab"),
        ("{x: a, y: b.c}", "ab"),
        ("[a, b][0]", "ab"),
        ("a | b", "a"),
        ("a.{x: b}", "a"),
        ("'a'", ""),
        ("a[] | [0]", "a"),
        ("a[1:2]", "a"),
        ("@", None),
        ("@.a", None),
        ("*", None),
        ("keys(@)", None),
        ("a || @", None),
        ("[?a]", None),
    ],
)
def test_the_names_that_an_expression_looks_up(path: str, names: str | None) -> None:
    assert names_in(jmespath.compile(path).parsed) == (None if names is None else frozenset(names))


@pytest.mark.parametrize(
    ("options", "read", "unread"),
    [
        ({}, {"email", "customer", "products", "sku", "total", "order_id", "client"}, {"buyer", "tags"}),
        ({"fields": {"email": "buyer.mail", "products": "lines"}}, {"buyer", "lines", "city"}, {"products", "tags"}),
        ({"attributes": {"vip": {"path": "tags.vip", "as": "boolean"}}}, {"tags"}, {"vip"}),
        ({"when": "status == 'PAID' && paid"}, {"status", "paid"}, {"tags"}),
    ],
)
def test_what_a_route_reads(options: dict[str, Any], read: set[str], unread: set[str]) -> None:
    names = compile_routes([route("purchase", **options)], token=TOKEN).reads("shop.events")
    assert names is not None
    assert read <= names
    assert not unread & names


def test_a_topics_routes_all_read() -> None:
    """Of whichever record type; and one that takes records as a whole reads all."""
    one = route("purchase", record="com.shop.Order", fields={"total": "sums.all"})
    other = route({"path": "kind", "values": {"A": "optin"}}, record="com.shop.Consent")
    names = compile_routes([one, other], token=TOKEN).reads("shop.events")
    assert names is not None
    assert {"sums", "kind"} <= names
    whole = route("store_visit", fields={"everything": "to_string(@)"})
    assert compile_routes([one, whole], token=TOKEN).reads("shop.events") is None
    assert compile_routes([one], token=TOKEN).reads("shop.other") == frozenset()


NAMES = ("email", "x", "y", "customer_id", "order_id", "total", "search_term", "sku", "city", "device")
FIELDS = {"x": ["null", record("Inner", y="string")], "y": {"type": "array", "items": "double"}, "total": "double"}
SCHEMA = record(
    "Event",
    **{f"spare{number}": "string" for number in range(20)},
    **{name: FIELDS.get(name, "string") for name in NAMES},
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    event=st.sampled_from([*CONTRACTS, "store_visit"]),
    path=st.sampled_from(PATHS),
    key=st.sampled_from(["when", "attributes", "fields"]),
    texts=st.lists(st.sampled_from(["", "A", "jane@example.com"]), min_size=len(NAMES), max_size=len(NAMES)),
    link=st.booleans(),
)
def test_a_record_of_which_only_that_is_read_becomes_the_same(
    event: str,
    path: str,
    key: str,
    texts: list[str],
    link: bool,  # noqa: FBT001 - drawn
) -> None:
    options: dict[str, Any] = {"when": path} if key == "when" else {"attributes": {"own": path}}
    if key == "fields":
        options = {"fields": {"email": "email", "distinct_id": path}}
    router = compile_routes([route(event, link_identities=link, **options)], token=TOKEN)
    value: dict[str, Any] = dict(zip(NAMES, texts, strict=True)) | {f"spare{number}": "s" for number in range(20)}
    value |= {"x": {"y": "A"}, "y": [1.5], "total": 2.5}
    decoder = RawDecoder(parse(json.dumps(SCHEMA)))
    data = body(SCHEMA, value)
    whole = router.map("shop.events", "Event", decoder.decode(data).value, NOW_MS, NOW_MS)
    kafka = Record(Partition("shop.events", 0), 1, None, data, NOW_MS)
    claiming = Translator(router, lambda _: decoder).translate(kafka, NOW_MS)
    if not link:
        assert claiming == whole
    narrow = router.reads("shop.events")
    if narrow is not None:
        some = decoder.narrowed(narrow).decode(data).value
        assert "spare0" not in some
        assert router.map("shop.events", "Event", some, NOW_MS, NOW_MS) == whole


SHIPPED = list(load_folder(schemas_folder()).values())


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(schema=st.sampled_from(SHIPPED), event=st.sampled_from([*CONTRACTS]), data=st.data())
def test_a_record_of_any_shipped_schema_becomes_the_same_with_and_without_what_is_not_read(
    schema: AvroSchema, event: str, data: st.DataObject
) -> None:
    """Dates, decimals and UUIDs that no route reads are not made; what is sent, or refused, is no other for it."""
    written = body(schema.raw, data.draw(values(schema.parsed, schema.named)))
    router = compile_routes([route(event, event_time="occurred_at", attributes={"at": "occurred_at"})], token=TOKEN)
    decoder = RawDecoder(schema)
    narrow, whole = Translator(router, lambda _: decoder), Translator(router, lambda _: Whole(decoder))
    kafka = Record(Partition("shop.events", 0), 1, None, written, NOW_MS)
    assert narrow.translate(kafka, NOW_MS) == whole.translate(kafka, NOW_MS)


def test_a_wide_record_of_which_little_is_read_becomes_the_same() -> None:
    data, narrow, whole = wide()
    kafka = Record(Partition("shop.events", 0), 1, None, data, NOW_MS)
    assert narrow.translate(kafka, NOW_MS) == whole.translate(kafka, NOW_MS)


def test_a_decoder_is_narrowed_once_for_all_records_of_a_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    narrowings = 0
    narrowed = RawDecoder.narrowed

    def counted(decoder: RawDecoder, fields: frozenset[str]) -> RawDecoder:
        nonlocal narrowings
        narrowings += 1
        return narrowed(decoder, fields)

    monkeypatch.setattr(RawDecoder, "narrowed", counted)
    data, narrow, _ = wide()
    for offset in range(3):
        narrow.translate(Record(Partition("shop.events", 0), offset, None, data, NOW_MS), NOW_MS)

    assert narrowings == 1


@pytest.mark.ratio
def test_and_takes_a_third_of_the_time() -> None:
    data, narrow, whole = wide()
    kafka = Record(Partition("shop.events", 0), 1, None, data, NOW_MS)
    ratios = []
    for _ in range(5):
        slow, fast = (microseconds(partial(each.translate, kafka, NOW_MS), records=2_000) for each in (whole, narrow))
        ratios.append(slow / fast)
    assert median(ratios) > 3
