"""Which subjects of a registry a route's records may be of, under each of Confluent's ways to name them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from consumer.avro.connecting import open_registry
from consumer.avro.errors import SchemaUnknown
from consumer.avro.protocol import RegisteredSchema
from consumer.avro.registry import RegistryClient
from consumer.avro.schema_ids import SchemaId
from consumer.commands.check.registry import RegistrySchemas
from consumer.commands.check.search import SearchResult
from consumer.commands.typecheck.findings import Severity
from consumer.config.model import RegistryConfig
from consumer.config.route import RouteConfig
from consumer.sandbox.registry import registry_app
from consumer.sandbox.serve import serve
from tests.avro.glue_stub import Glue
from tests.avro.support import record, text

CONSENT, REFUND = record("com.shop.Consent", mail="string"), record("com.shop.Refund", mail="string")
TOPIC = "shop.consents"


@pytest.fixture
def client() -> Iterator[RegistryClient]:
    with serve(registry_app()) as url, RegistryClient(url) as client:
        yield client


def found(client: RegistryClient, subjects: Mapping[str, Any], **keys: Any) -> SearchResult:
    for subject, schema in subjects.items():
        client.register(subject, json.dumps(schema))
    route = RouteConfig.model_validate({"topic": TOPIC, "event": "optin"} | keys)
    return RegistrySchemas(client).for_route(route)


def labels(result: SearchResult) -> list[str]:
    return [version.label for versions in result.choices for version in versions]


@pytest.mark.parametrize("subject", ["shop.consents-value", "com.shop.Consent", "shop.consents-com.shop.Consent"])
def test_a_record_is_found_under_each_of_confluents_names(client: RegistryClient, subject: str) -> None:
    subjects = {subject: CONSENT, "shop.consents-com.shop.Refund": REFUND, "com.shop.Refund": REFUND}
    assert labels(found(client, subjects, record="com.shop.Consent")) == [f"{subject} version 1"]


def test_a_topic_has_the_subjects_that_begin_with_it(client: RegistryClient) -> None:
    """Those of values, one for all records or one for each; not those of keys, nor of a topic with a longer name."""
    subjects = {
        "shop.consents-key": CONSENT,
        "shop.consents-com.shop.Consent": CONSENT,
        "shop.consents-com.shop.Refund": REFUND,
        "shop.consents-eu-value": CONSENT,
        "shop.consents-eu-com.shop.Consent": CONSENT,
        "com.shop.Consent": CONSENT,
    }
    assert labels(found(client, subjects)) == [
        "shop.consents-com.shop.Consent version 1",
        "shop.consents-com.shop.Refund version 1",
    ]


def test_a_pattern_has_the_subjects_of_its_topics(client: RegistryClient) -> None:
    subjects = {
        "shop.consents.de-value": CONSENT,
        "shop.consents.fr-com.shop.Consent": CONSENT,
        "other-value": CONSENT,
    }
    pattern = {"topic": None, "topic_pattern": r"^shop\.consents\."}
    assert labels(found(client, subjects, **pattern)) == [
        "shop.consents.de-value version 1",
        "shop.consents.fr-com.shop.Consent version 1",
    ]


def test_a_record_named_like_the_topic_is_taken_when_the_topic_has_no_subject_and_that_is_said(
    client: RegistryClient,
) -> None:
    """Confluent's RecordNameStrategy does not say which topic a record is in."""
    result = found(client, {"com.shop.Consent": CONSENT, "com.shop.Refund": REFUND})
    assert labels(result) == ["com.shop.Consent version 1"]
    assert result.how == "the topic has no subject of its own, and a record is named like the topic"


def test_a_union_gives_each_of_its_records(client: RegistryClient) -> None:
    assert labels(found(client, {"shop.consents-value": [CONSENT, REFUND]})) == [
        "shop.consents-value version 1 com.shop.Consent",
        "shop.consents-value version 1 com.shop.Refund",
    ]


@pytest.mark.parametrize(
    ("keys", "nearest"),
    [
        ({"topic": "shop.consnts"}, "shop.consents"),
        ({"topic": "erp.unlike"}, None),
        ({"record": "com.shop.Consnt"}, "com.shop.Consent"),
        ({"topic": "elsewhere", "record": "com.shop.Consnt"}, "com.shop.Consent"),
    ],
)
def test_what_is_missing_is_told_with_the_nearest_that_exists(
    client: RegistryClient, keys: dict[str, Any], nearest: str | None
) -> None:
    result = found(
        client, {"shop.consents-value": CONSENT, "com.shop.Consent": CONSENT}, **{"event": "search"} | keys
    )
    assert (result.choices, result.nearest, result.expected) == ((), nearest, True)


def test_records_that_may_be_named_are_told_of(client: RegistryClient) -> None:
    """As `schemas register` registers them: under names of records, which say nothing of topics."""
    records = [{**REFUND, "name": f"com.shop.Refund{letter}"} for letter in "ABCD"]
    subjects = {each["name"]: each for each in records} | {"other-value": CONSENT}
    assert (
        "name the `record` (com.shop.RefundA, com.shop.RefundB, com.shop.RefundC, …)"
        in found(client, subjects).missing
    )


def test_without_such_records_none_is_named(client: RegistryClient) -> None:
    assert "name the `record`, or give" in found(client, {"other-value": CONSENT}).missing


def registry_of(*versions: Mapping[str, Any]) -> Starlette:
    """A registry whose one subject has these versions: the sandbox's takes none that is not Avro."""

    async def subjects(_: Request) -> JSONResponse:
        return JSONResponse(["shop.consents-value"])

    async def numbers(_: Request) -> JSONResponse:
        return JSONResponse([*range(1, len(versions) + 1)])

    async def version(request: Request) -> JSONResponse:
        return JSONResponse(versions[request.path_params["number"] - 1])

    async def no_subject(_: Request) -> JSONResponse:
        return JSONResponse({"error_code": 40401, "message": "Subject not found."}, 404)

    place = "/subjects/shop.consents-value/versions"
    return Starlette(
        routes=[
            Route("/subjects", subjects),
            Route(place, numbers),
            Route(place + "/{number:int}", version),
            Route("/subjects/{subject}/versions/{number}", no_subject),
        ]
    )


JSON_SCHEMA = {"schema": "{}", "schemaType": "JSON"}
PROTOBUF = {"schema": "message A {}", "schemaType": "PROTOBUF"}
AVRO = {"schema": json.dumps(CONSENT)}


@pytest.mark.parametrize(
    ("versions", "message", "alone"),
    [
        ([JSON_SCHEMA], "is JSON Schema, not Avro: records written with it are dead-lettered as undecodable", True),
        ([PROTOBUF, AVRO], "is Protobuf, not Avro: records written with it are dead-lettered as undecodable", False),
        ([{"schema": '"com.shop.Nowhere"'}], "refers to com.shop.Nowhere, which is defined nowhere", True),
    ],
)
def test_an_entry_that_no_record_can_be_read_with_is_named(
    versions: list[Mapping[str, Any]],
    message: str,
    alone: bool,  # noqa: FBT001 - a column of the table
) -> None:
    with serve(registry_of(*versions)) as url, RegistryClient(url) as client:
        result = found(client, {})
    (entry,) = result.unusable
    assert entry.schema == "shop.consents-value version 1"
    assert entry.severity is (Severity.ERROR if alone else Severity.WARNING)
    assert entry.message.startswith(f"{entry.schema} {message}")
    assert len(labels(result)) == len(versions) - 1


@pytest.mark.usefixtures("aws_role")
def test_a_schema_of_aws_glue_is_found_by_its_topic() -> None:
    """Its serializer names a schema like the topic; every version is checked."""
    options = {"region": "eu-central-1", "registry.name": "shop"}
    with serve(Glue()) as url:
        opened = open_registry(RegistryConfig(type="glue", url=url, options=options))
        with closing(opened):
            found = RegistrySchemas(opened).for_route(RouteConfig(topic="shop.orders", event="purchase"))
    assert [version.label for version in found.choices[0]] == ["shop.orders version 1", "shop.orders version 2"]


class OneSchema:
    """A registry that lists nothing, as Azure's."""

    address = "https://shop.example"

    def schema(self, _: SchemaId) -> RegisteredSchema:
        raise SchemaUnknown("none")

    def schema_of(self, subject: str, version: int | str = 1, *, deleted: bool = False) -> RegisteredSchema:
        del version, deleted
        return RegisteredSchema(text(record(subject, id="string")))

    def subjects(self) -> None:
        """It cannot."""

    def versions(self, subject: str) -> list[int]:
        if subject != "com.shop.Order":
            raise SchemaUnknown("none")
        return [1]

    def close(self) -> None:
        """Nothing is open."""


def test_a_registry_that_lists_nothing_is_asked_for_the_record() -> None:
    schemas = RegistrySchemas(OneSchema())
    found = schemas.for_route(RouteConfig(topic="orders", record="com.shop.Order", event="purchase"))
    assert [version.label for version in found.choices[0]] == ["com.shop.Order version 1"]
    for name, said in (
        ("com.shop.Refund", "has no com.shop.Refund"),
        (None, "cannot list its schemas: name the `record`"),
    ):
        assert said in schemas.for_route(RouteConfig(topic="orders", record=name, event="purchase")).missing
