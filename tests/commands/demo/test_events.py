"""The demo's sample events: all ten types, like a shop's, and some of each kind of fault."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from consumer.avro.decoding import Decoded
from consumer.avro.errors import Undecodable
from consumer.avro.files import load_folder, schemas_folder
from consumer.avro.formats import SchemaSources, wire_format
from consumer.avro.schema import AvroSchema
from consumer.avro.schema_ids import SchemaId
from consumer.commands.demo.events import Sample, Shop
from consumer.config.model import EVENT_TYPES
from consumer.config.route import RouteConfig
from consumer.mapping.router import compile_routes
from consumer.records import Reject, Send

NOW = 1_800_000_000.0
SCHEMAS = {
    event: (number, schema)
    for number, event in enumerate(EVENT_TYPES, start=1)
    for name, schema in load_folder(schemas_folder()).items()
    if name.rsplit(".", 1)[-1].lower() == event.replace("_", "")
}
ROUTER = compile_routes([RouteConfig(topic=event, event=event) for event in EVENT_TYPES], token="demo")


class Registry:
    """The schemas by the ids that the samples carry."""

    def get(self, schema_id: SchemaId) -> AvroSchema:
        found = dict[SchemaId, AvroSchema](SCHEMAS.values()).get(schema_id)
        if found is None:
            raise Undecodable(f"schema {schema_id} is unknown")
        return found


def samples(count: int, seed: int = 1) -> list[Sample]:
    return list(Shop(SCHEMAS, NOW, seed).events(count))


def decoded(sample: Sample) -> Decoded:
    assert sample.value is not None
    return wire_format("confluent", SchemaSources(cache=Registry())).decode(sample.value)


def mapped(sample: Sample) -> Any:
    record = decoded(sample)
    return ROUTER.map(sample.event, record.name, record.value, None, 0)


def test_the_ten_types_come_in_turn() -> None:
    assert [sample.event for sample in samples(20)] == [*EVENT_TYPES, *EVENT_TYPES]


def test_the_same_seed_makes_the_same_events_and_another_others() -> None:
    assert samples(40) == samples(40)
    assert samples(40) != samples(40, seed=2)


def test_one_in_twenty_is_broken_in_each_of_four_ways() -> None:
    faults = Counter(sample.fault for sample in samples(2000))
    assert faults.pop("") == 1900
    assert set(faults) == {"garbage", "unknown schema", "tombstone", "broken field"}
    assert min(faults.values()) >= 20


@pytest.mark.parametrize("sample", samples(30), ids=lambda sample: sample.event)
def test_a_sound_one_is_sent_and_a_broken_one_is_not(sample: Sample) -> None:
    if not sample.fault:
        assert isinstance(mapped(sample), Send)
    elif sample.fault in {"garbage", "unknown schema"}:
        with pytest.raises(Undecodable):
            decoded(sample)


def test_a_broken_field_is_refused_by_the_contract_for_every_type() -> None:
    broken = {sample.event: sample for sample in samples(4000) if sample.fault == "broken field"}
    assert set(broken) == set(EVENT_TYPES)
    for sample in broken.values():
        assert isinstance(mapped(sample), Reject), sample.event


def test_a_customers_events_have_one_key() -> None:
    """By it they stay in order."""
    by_email: dict[str, bytes] = {}
    for sample in samples(1000):
        if not sample.fault:
            email = mapped(sample).requests[0].customer
            assert by_email.setdefault(email, sample.key) == sample.key
    assert len(by_email) > 50
