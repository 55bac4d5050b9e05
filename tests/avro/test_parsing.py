"""A writer's schema is read as Java's Avro 1.12 reads it: what does not matter to the bytes refuses nothing."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from consumer.avro.errors import InvalidSchema
from consumer.avro.schema import definitions, parse
from tests.avro.support import body, read_record, record, text

MONEY = record("com.shop.Money", amount="long")


def field(of: Any, **more: Any) -> dict[str, Any]:
    return {"type": "record", "name": "R", "fields": [{"name": "a", "type": of, **more}]}


def read(schema: Any, data: bytes) -> dict[str, Any]:
    return read_record(BytesIO(data), parse(text(schema)), None)[1]


@pytest.mark.parametrize(
    ("of", "default"),
    [
        ("string", None),
        ("string", 7),
        (["null", "string"], "x"),
        (["string", "null"], None),
        ("int", "7"),
        ("float", "NaN"),
        ({"type": "array", "items": "int"}, None),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, "B"),
        (MONEY, None),
    ],
)
def test_a_default_means_nothing_to_who_reads_with_the_writers_schema(of: Any, default: Any) -> None:
    parse(text(field(of, default=default)))


def test_such_a_record_is_read() -> None:
    assert read(field("string", default=None), b"\x02x") == {"a": "x"}


def test_symbols_may_be_of_any_letters() -> None:
    schema = field({"type": "enum", "name": "E", "symbols": ["GÜNSTIG", "şehir", "価格", "A-B"]})
    assert [read(schema, bytes([index * 2]))["a"] for index in range(4)] == ["GÜNSTIG", "şehir", "価格", "A-B"]


def test_a_type_may_be_defined_twice_alike() -> None:
    schema = record("com.shop.Order", total=MONEY, tax=MONEY | {"doc": "Again."}, more="Money")
    value = {name: {"amount": index} for index, name in enumerate(("total", "tax", "more"))}
    data = body(record("com.shop.Order", total=MONEY, tax="com.shop.Money", more="com.shop.Money"), value)
    assert read(schema, data) == value


def test_also_with_another_type_inside_once_by_its_name() -> None:
    price = record("Price", in_eur=record("Money", amount="long"))
    again = record("Price", in_eur="Money")
    schema = parse(text(record("Order", a=price, b=again, c="Money")))
    assert set(schema.named) == {"Order", "Price", "Money"}


@pytest.mark.parametrize(
    "other", [record("com.shop.Money", amount="int"), {"type": "fixed", "name": "com.shop.Money", "size": 8}]
)
def test_and_not_otherwise(other: Any) -> None:
    with pytest.raises(InvalidSchema, match=r"defines com\.shop\.Money twice, and not alike"):
        parse(text(record("Order", total=MONEY, tax=other)))


@pytest.mark.parametrize("reference", ["Money", "com.shop.Money", {"type": "com.shop.Money"}, {"type": "Money"}])
def test_a_type_is_referred_to_in_each_way_that_java_knows(reference: Any) -> None:
    schema = parse(text(record("com.shop.Order", total=MONEY, tax=reference)))
    assert schema.parsed["fields"][1]["type"] == "com.shop.Money"
    assert schema.references == ()


def test_a_name_without_a_namespace_is_found_from_within_one() -> None:
    union = [record("Money", amount="long"), record("com.shop.Order", total="Money")]
    order = parse(text(union)).records[1]
    assert order.parsed["fields"][0]["type"] == "Money"


def test_a_type_of_no_namespace_is_built_into_one_as_it_is() -> None:
    others = definitions(text(record("Money", amount="long")))
    schema = parse(text(record("com.shop.Order", total="Money", tax="Money")), others)
    assert [each["type"] for each in schema.parsed["fields"]][1] == "Money"
    assert schema.references == ("Money",)


@pytest.mark.parametrize(("namespace", "name"), [(None, "com.shop.Line"), ("", "Line"), ("x", "x.Line")])
def test_a_null_namespace_is_the_one_around_it(namespace: str | None, name: str) -> None:
    line = record("Line", n="int") | {"namespace": namespace}
    assert set(parse(text(record("com.shop.Order", line=line))).named) == {"com.shop.Order", name}


def test_what_stands_beside_a_type_is_of_no_consequence() -> None:
    java = {"type": "string", "avro.java.string": "String"}
    schema = record("R", a=java, b={"type": "map", "values": java, "avro.java.string": "String"})
    schema |= {"__fastavro_parsed": True, "aliases": "none", "doc": 7}
    data = body(record("R", a="string", b={"type": "map", "values": "string"}), {"a": "x", "b": {"k": "v"}})
    assert read(schema, data) == {"a": "x", "b": {"k": "v"}}


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (record("X", a=7), "a type is a name, a list, or an object"),
        (record("X", a={"items": "int"}), "a type is a name, a list, or an object"),
        ({"type": "record", "fields": []}, "a type record has no `name`"),
        ({"type": "record", "name": "X", "fields": ["a"]}, "a field of X is no object with a `name` and a `type`"),
        (record("X", a={"type": "array"}), "a type array has no `items`"),
        (record("X", a={"type": "fixed", "name": "F", "size": "2"}), "the size of F is no whole number"),
        (record("X", a={"type": "enum", "name": "E", "symbols": "A"}), "the symbols of E are no list of texts"),
    ],
)
def test_what_is_no_schema_for_java_is_refused_with_the_place(schema: Any, said: str) -> None:
    with pytest.raises(InvalidSchema, match=said):
        parse(text(schema))


def test_a_schema_of_any_depth_is_answered() -> None:
    with pytest.raises(InvalidSchema):
        parse('{"type":"array","items":' * 5000 + '"int"' + "}" * 5000)
