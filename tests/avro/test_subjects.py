"""A schema of another subject is told of, and none of a topic's own, whichever strategy named it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from consumer.avro.cache import SchemaCache
from consumer.avro.errors import RegistryUnavailable
from consumer.avro.registry import RegistryClient
from consumer.avro.schema import AvroSchema, parse
from consumer.avro.schema_ids import SchemaId
from consumer.avro.subjects import Subjects, is_of
from tests.avro.support import fetched, record, text

TOPIC = "shop.orders"
NAMES = ["com.shop.Order", "com.shop.Refund"]


@pytest.mark.parametrize(
    "subject",
    [
        "shop.orders-value",
        "com.shop.Order",
        "com.shop.Refund",
        "shop.orders-com.shop.Refund",
        "shop.orders",
        ":.prod:shop.orders-value",
        ":.prod:com.shop.Order",
    ],
)
def test_a_subject_of_the_topic_by_each_strategy(subject: str) -> None:
    assert is_of(TOPIC, NAMES, ["another-value", subject])


@pytest.mark.parametrize("topic", ["us-east.shop.orders", "a.b.shop.orders"])
def test_a_copy_of_a_topic_has_the_subjects_of_its_source(topic: str) -> None:
    """MirrorMaker puts the name of the cluster in front."""
    assert is_of(topic, NAMES, ["shop.orders-value"])


@pytest.mark.parametrize(
    "subject",
    ["shop.carts-value", "shop.orders-key", "com.shop.Cart", "shop.orders-com.shop.Cart", "orders2-value", ""],
)
def test_a_subject_of_another(subject: str) -> None:
    assert not is_of(TOPIC, NAMES, [subject])


def subjects(*names: str) -> Subjects:
    schema = replace(parse(text(record("com.shop.Cart", id="string"))), subjects=names)
    return Subjects(dict[SchemaId, AvroSchema]({7: schema}).get)


def test_what_is_odd_is_told_once_in_the_log_and_each_time_to_who_asks() -> None:
    told = subjects("shop.carts-value")
    with capture_logs() as logs:
        found = {told.foreign(TOPIC, 7) for _ in range(3)}
    assert found == {"the registry has schema 7 under shop.carts-value, which is no subject of topic shop.orders"}
    (line,) = logs
    assert (line["log_level"], line["topic"], line["problem"]) == ("warning", TOPIC, *found)


@pytest.mark.parametrize(("names", "schema_id"), [((), 7), (("shop.orders-value",), 7), (("x",), 8), (("x",), None)])
def test_nothing_is_told_where_all_is_well_or_nobody_knows(names: tuple[str, ...], schema_id: int | None) -> None:
    with capture_logs() as logs:
        assert subjects(*names).foreign(TOPIC, schema_id) == ""
    assert logs == []


@pytest.fixture
def schema_id(client: RegistryClient) -> int:
    cart = text(record("com.shop.Cart", id="string"))
    client.register("shop.carts-value", cart)
    return client.register("carts", cart)


@pytest.fixture
def cache(client: RegistryClient) -> Iterator[SchemaCache]:
    cache = SchemaCache(client, subjects_of=client.subjects_of)
    yield cache
    cache.close()


def test_the_registry_says_which_subjects_have_a_schema(cache: SchemaCache, schema_id: int) -> None:
    schema: AvroSchema = fetched(cache, schema_id)
    assert schema.subjects == ("carts", "shop.carts-value")


def test_a_registry_that_does_not_is_asked_once(client: RegistryClient, schema_id: int) -> None:
    asked: list[int] = []

    def refuses(asked_for: int) -> list[str]:
        asked.append(asked_for)
        raise RegistryUnavailable("404")

    other = client.register("orders", text(record("com.shop.Order", id="string")))
    cache = SchemaCache(client, subjects_of=refuses)
    try:
        assert [fetched(cache, each).subjects for each in (schema_id, other)] == [None, None]
    finally:
        cache.close()
    assert asked == [schema_id]
