"""Which record types a reader schema is for: by the full name, the unqualified one, or an alias."""

from __future__ import annotations

import pytest

from consumer.avro.reader_schemas import ReaderSchema, ReaderSchemas
from consumer.avro.schema import parse
from tests.avro.support import record, text

ORDER = record("com.shop.Order", id="string") | {"aliases": ["com.old.Purchase", "Bestellung"]}


def reader(schema: object, only: str | None = None) -> ReaderSchema:
    return ReaderSchema(parse(text(schema)), only)


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("com.shop.Order", True),
        ("com.moved.Order", True),
        ("com.old.Purchase", True),
        ("com.any.Bestellung", True),
        ("com.shop.Refund", False),
        ("com.old.Orders", False),
    ],
)
def test_a_record_is_known_by_its_unqualified_name_or_an_alias(written: str, known: bool) -> None:  # noqa: FBT001 - a column of the table
    """As fastavro knows it, which does the resolving."""
    found = reader(ORDER).for_name(written)
    assert (found is not None and found.name == "com.shop.Order") is known


def test_of_two_types_that_know_a_name_its_own_is_taken() -> None:
    two = [record("a.Order", n="int"), record("b.Order", n="int")]
    found = reader(two).for_name("b.Order")
    assert found is not None
    assert found.name == "b.Order"


def test_it_tells_the_names_that_it_knows() -> None:
    assert reader([ORDER, record("Refund", n="int")]).names == (
        "com.shop.Order",
        "com.old.Purchase",
        "Bestellung",
        "Refund",
    )


def test_a_reader_of_one_record_leaves_others_that_it_knows() -> None:
    """`record:` of a route with a reader schema."""
    only = reader(ORDER, "com.old.Purchase")
    assert only.for_name("com.old.Purchase") is not None
    assert only.for_name("com.shop.Order") is None


def test_each_type_of_a_topic_has_its_own_reader_and_the_rest_none() -> None:
    readers = ReaderSchemas([reader(record("Refund", n="int"), "Refund"), reader(ORDER)])
    found = {name: readers.for_name(name) for name in ("com.shop.Order", "Refund", "Other")}
    assert {name: each and each.name for name, each in found.items()} == {
        "com.shop.Order": "com.shop.Order",
        "Refund": "Refund",
        "Other": None,
    }


def test_without_reader_schemas_every_record_is_left_as_it_was_written() -> None:
    assert ReaderSchemas().for_name("com.shop.Order") is None
