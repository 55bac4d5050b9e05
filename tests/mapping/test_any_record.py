"""Whatever a record holds: a request that Bluecore takes, or a reason of the closed list; never an exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumer.avro.files import load_folder, schemas_folder
from consumer.avro.schema import AvroSchema, parse
from consumer.mapping.contract import CONTRACTS
from consumer.mapping.fields import CUSTOMER, IDENTITY
from consumer.mapping.links import LinkCache
from consumer.mapping.router import compile_routes
from consumer.records import Mapped, Reason, Reject, Send, Skip
from tests.mapping.avro_values import values
from tests.mapping.support import NOW_MS, TOKEN, documents, map_one, route

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
ORDER = parse(
    json.dumps(
        {
            "type": "record",
            "name": "Order",
            "fields": [
                {"name": "email", "type": "string"},
                {"name": "distinct_id", "type": ["null", "string", "long"]},
                {"name": "customer_id", "type": ["null", "string"]},
                {"name": "device_id", "type": ["string", "bytes"]},
                {"name": "order_id", "type": "string"},
                {"name": "search_term", "type": "string"},
                {"name": "total", "type": {"type": "bytes", "logicalType": "decimal", "precision": 120, "scale": 2}},
                {
                    "name": "products",
                    "type": {
                        "type": "array",
                        "items": {
                            "type": "record",
                            "name": "Line",
                            "fields": [
                                {"name": "sku", "type": {"type": "enum", "name": "Sku", "symbols": ["a", "b"]}},
                                {
                                    "name": "quantity",
                                    "type": [
                                        "null",
                                        "int",
                                        "double",
                                        "string",
                                        {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
                                    ],
                                },
                            ],
                        },
                    },
                },
            ],
        }
    )
)
ANY_PATH = [
    "email",
    "total",
    "products",
    "notes.x",
    "notes",
    "@",
    "products[0]",
    "products[].sku",
    "sum(notes.*)",
    "length(phone)",
    "join('', products)",
    "max_by(products, &price)",
    "keys(notes)",
    "at > birthday",
    "`2`",
    "'text'",
    "!local",
]
AS = ("string", "number", "integer", "boolean", "date", "datetime")
OWN_NAMES = (*IDENTITY, *CUSTOMER, "client", "device", "products.name", "products.*")
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
@settings(max_examples=25)
@given(data=st.data(), event=st.sampled_from([*CONTRACTS, "store_visit"]))
def test_any_record_of_our_own_schemas(schema: AvroSchema, data: st.DataObject, event: str) -> None:
    accounted_for(map_one(route(event), data.draw(any_record(schema))))


@settings(max_examples=150)
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


PATHS = st.sampled_from(ANY_PATH)
SOURCES = st.one_of(PATHS, st.fixed_dictionaries({"path": PATHS, "as": st.sampled_from(AS)}))
FIELDS = [*IDENTITY, "phone", "birthday", "client", "products", "order_id", "total", "search_term"]
FIELDS += ["products.id", "products.price", "products.quantity", "products.colour"]


@settings(max_examples=300)
@given(
    record=any_record(EVERYTHING),
    event=st.sampled_from([*CONTRACTS, "store_visit"]),
    fields=st.dictionaries(st.sampled_from(FIELDS), SOURCES, max_size=5),
    attributes=st.dictionaries(st.sampled_from(["one", "two"]), SOURCES),
    properties=st.dictionaries(st.sampled_from(["currency", "coupon"]), SOURCES),
    when=st.one_of(st.none(), PATHS),
    invalid_optional=st.sampled_from(["omit", "refuse"]),
    chosen=st.booleans(),
)
def test_any_mapping_of_any_record_sends_omits_refuses_or_skips(  # noqa: PLR0913 - what a mapping is made of
    *,
    record: dict[str, Any],
    event: str,
    fields: dict[str, Any],
    attributes: dict[str, Any],
    properties: dict[str, Any],
    when: str | None,
    invalid_optional: str,
    chosen: bool,
) -> None:
    """Also such as `check` would refuse: it is the mapping that must not fail."""
    by_value = {"path": "email", "values": {"a": event, 1: "optin"}} if chosen else event
    sections = {"fields": fields, "attributes": attributes, "properties": properties}
    mapped = route(by_value, when=when, invalid_optional=invalid_optional, phone_region="US", **sections)
    outcome = map_one(mapped, record)
    accounted_for(outcome)
    if isinstance(outcome, Send):
        assert invalid_optional == "omit" or not outcome.omitted
        assert not {each.field for each in outcome.omitted} & {"order_id", "search_term"} or event == "store_visit"
        assert {each.label for each in outcome.omitted} <= {*NAMES, *FIELDS, *attributes, *properties, *OWN_NAMES}


OPTIONS = st.fixed_dictionaries(
    {
        "link_identities": st.booleans(),
        "split_products": st.booleans(),
        "repeated_products": st.sampled_from(["refuse", "merge"]),
        "surplus_products": st.sampled_from(["refuse", "drop"]),
        "normalise_email": st.booleans(),
    }
)


def any_options(event: str) -> st.SearchStrategy[dict[str, Any]]:
    """The options that have a say in the event; another one is a fault of the configuration."""

    def meant_for(options: dict[str, Any]) -> dict[str, Any]:
        contract = CONTRACTS[event]
        unmeant = [] if contract.splittable else ["split_products"]
        unmeant += [] if contract.distinct_products else ["repeated_products", "surplus_products"]
        return {name: value for name, value in options.items() if name not in unmeant}

    return OPTIONS.map(meant_for)


@settings(max_examples=200)
@given(
    data=st.data(),
    record=any_record(ORDER),
    event=st.sampled_from([*CONTRACTS]),
    beside=st.sampled_from(["optin", "customer_patch", "store_visit"]),
)
def test_whatever_the_options_of_the_routes(
    data: st.DataObject, record: dict[str, Any], event: str, beside: str
) -> None:
    """With its links, split and merged; and mapped again, a record becomes the same requests."""
    first = route(event, **data.draw(any_options(event)))
    second = route(beside, when="total > `0.5`", link_identities=True, attributes={"one": "total"})
    router = compile_routes([first, second], token=TOKEN)
    links = LinkCache(capacity=2)

    def mapped() -> Mapped:
        return router.map(
            "shop.events", None, record, None, NOW_MS, claim=lambda one, email: links.claim(one, email, 1)
        )

    outcome = mapped()
    accounted_for(outcome)
    if isinstance(outcome, Send):
        sent = [request.link for request in outcome.requests]
        assert sent == sorted(sent, reverse=True), "the links go ahead"
    else:
        assert len(links) == 0
    assert mapped() == outcome
