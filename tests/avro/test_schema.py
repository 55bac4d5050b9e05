"""A schema is parsed once, and is complete in itself."""

from __future__ import annotations

import pytest

from consumer.avro.errors import InvalidSchema
from consumer.avro.schema import branches_alone, definitions, parse
from tests.avro.support import record, text

MONEY = record("com.shop.Money", amount="long", currency="string")


def test_a_record_has_its_full_name() -> None:
    schema = parse(text(record("Order", id="string") | {"namespace": "com.shop"}))
    assert schema.record is not None
    assert schema.record.name == "com.shop.Order"
    assert [each.name for each in schema.records] == ["com.shop.Order"]


def test_a_union_has_a_record_for_each_branch_that_is_one() -> None:
    schema = parse(text(["null", record("A"), record("B", a="A")]))
    assert schema.record is None
    assert [branch and branch.name for branch in schema.branches] == [None, "A", "B"]


def test_each_record_of_a_union_stands_alone_with_all_that_it_refers_to() -> None:
    """A schema of one record has no branches: it is alone already."""
    union = parse(text(["null", record("A", n="int"), record("B", a="A")]))
    alone = branches_alone(union)

    assert [each.record and each.record.name for each in alone] == ["A", "B"]
    assert alone[1].raw["fields"][0]["type"]["name"] == "A"
    assert branches_alone(parse(text(MONEY))) == ()


def test_a_branch_that_is_only_a_name_is_the_record_of_that_name() -> None:
    """Confluent's way of several event types in one topic: a union of references."""
    schema = parse(text(["com.shop.Money"]), definitions(text(MONEY)))
    assert [each.name for each in schema.records] == ["com.shop.Money"]
    assert schema.records[0].parsed["fields"][0]["name"] == "amount"


def test_what_it_refers_to_elsewhere_is_built_in_at_its_first_use() -> None:
    order = record("com.shop.Order", total="com.shop.Money", shipping="com.shop.Money")
    schema = parse(text(order), definitions(text(MONEY)))
    first, second = (each["type"] for each in schema.parsed["fields"])
    assert first["name"] == "com.shop.Money"
    assert second == "com.shop.Money"
    assert schema.references == ("com.shop.Money",)
    assert set(schema.named) == {"com.shop.Order", "com.shop.Money"}
    assert schema.raw == order


def test_a_type_used_alone_and_within_another_is_built_in_once() -> None:
    others = definitions(text(record("x.Outer", inner=record("x.Inner", n="int"))))
    schema = parse(text(record("x.Root", a="x.Inner", b="x.Outer")), others)
    inner, outer = (each["type"] for each in schema.parsed["fields"])
    assert inner["name"] == "x.Inner"
    assert outer["fields"][0]["type"] == "x.Inner"


def test_a_record_may_contain_itself() -> None:
    schema = parse(text(record("Node", next=["null", "Node"])))
    assert [each.name for each in schema.records] == ["Node"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{", "is not JSON"),
        ('{"type": "recrod", "name": "X"}', "unknown type"),
        ('{"name": "X"}', "is no Avro schema"),
        ("7", "is no Avro schema"),
        (text(record("X", a="com.shop.Nowhere")), "refers to com.shop.Nowhere, which is defined nowhere"),
        (text({"type": "enum", "name": "E", "symbols": ["A", "A"]}), "must be unique"),
    ],
)
def test_a_text_that_is_no_schema_is_refused_with_the_reason(written: str, said: str) -> None:
    with pytest.raises(InvalidSchema, match=said):
        parse(written)
