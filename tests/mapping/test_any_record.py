"""Whatever a record holds: a request that Bluecore takes, or a reason of the closed list; never an exception."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumer.avro.files import load_folder, schemas_folder
from consumer.avro.schema import parse
from consumer.mapping import CONTRACTS
from consumer.records import Reason, Reject, Send, Skip
from tests.mapping.avro_values import values
from tests.mapping.support import documents, map_one, route

if TYPE_CHECKING:
    from consumer.avro import AvroSchema
    from consumer.records import Mapped

SCHEMAS = load_folder(schemas_folder())
EVERYTHING = parse(
    json.dumps(
        {
            "type": "record",
            "name": "Everything",
            "fields": [
                {"name": "email", "type": ["null", "string", "long"]},
                {"name": "customer_id", "type": ["null", "string", "long", "double"]},
                {"name": "order_id", "type": ["null", "int", {"type": "string", "logicalType": "uuid"}]},
                {
                    "name": "total",
                    "type": [
                        "double",
                        "string",
                        {"type": "bytes", "logicalType": "decimal", "precision": 40, "scale": 3},
                    ],
                },
                {
                    "name": "products",
                    "type": [
                        "null",
                        "string",
                        {"type": "array", "items": {"type": "map", "values": ["string", "float"]}},
                    ],
                },
                {"name": "phone", "type": ["null", "string", "bytes"]},
                {"name": "birthday", "type": ["null", {"type": "int", "logicalType": "date"}, "string"]},
                {"name": "at", "type": [{"type": "long", "logicalType": "timestamp-micros"}, "string", "long"]},
                {"name": "local", "type": {"type": "long", "logicalType": "local-timestamp-millis"}},
                {"name": "clock", "type": {"type": "int", "logicalType": "time-millis"}},
                {"name": "hash", "type": {"type": "fixed", "name": "Hash", "size": 4}},
                {"name": "notes", "type": {"type": "map", "values": ["null", "double", "string"]}},
            ],
        }
    )
)
AS = ("string", "number", "integer", "boolean", "date", "datetime")
NAMES = [field["name"] for field in EVERYTHING.parsed["fields"]]


def accounted_for(outcome: Mapped) -> None:
    if isinstance(outcome, Send):
        assert documents(outcome)
    elif isinstance(outcome, Reject):
        assert outcome.reason in {Reason.MISSING_FIELD, Reason.INVALID_FIELD, Reason.TOO_LARGE}
        assert outcome.message
    else:
        assert outcome == Skip("when")


def any_record(schema: AvroSchema) -> st.SearchStrategy[Any]:
    return values(schema.parsed, schema.named)


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS.keys())
@settings(max_examples=25, deadline=None)
@given(data=st.data(), event=st.sampled_from([*CONTRACTS, "store_visit"]))
def test_any_record_of_our_own_schemas(schema: AvroSchema, data: st.DataObject, event: str) -> None:
    accounted_for(map_one(route(event), data.draw(any_record(schema))))


@settings(max_examples=150, deadline=None)
@given(
    record=any_record(EVERYTHING),
    event=st.sampled_from([*CONTRACTS, "store_visit"]),
    attributes=st.dictionaries(
        st.sampled_from(["one", "two", "three"]),
        st.fixed_dictionaries({"path": st.sampled_from(NAMES), "as": st.sampled_from(AS)}),
    ),
    when=st.sampled_from(["total > `1`", "length(products) > `0`", "at > '2020-01-01'", "sum(notes.*) == `0`"]),
)
def test_any_record_that_was_never_meant_for_bluecore(
    record: dict[str, Any], event: str, attributes: dict[str, Any], when: str
) -> None:
    accounted_for(map_one(route(event, attributes=attributes, phone_region="US"), record))
    accounted_for(map_one(route(event, when=when, normalise_email=True), record))
