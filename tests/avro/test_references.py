"""A schema of the registry comes with all that it refers to."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import JSONResponse

from consumer.avro.errors import SchemaUnknown
from consumer.avro.protocol import Reference, RegisteredSchema
from consumer.avro.references import MOST_REFERENCES, load_schema
from consumer.avro.registry import RegistryClient
from consumer.avro.schema_ids import SchemaId
from tests.avro.support import BreakableRegistry, record, text


def test_references_of_references_are_resolved(client: RegistryClient) -> None:
    money, line, order = Reference("x.Money", "money", 1), Reference("x.Line", "line", 1), "x.Order"
    client.register("money", text(record("x.Money", amount="long")))
    client.register("line", text(record("x.Line", price="x.Money")), [money])
    schema_id = client.register("order", text(record(order, total="x.Money", line="x.Line")), [money, line])
    assert set(load_schema(client, schema_id).named) == {"x.Money", "x.Line", "x.Order"}


def test_a_union_of_references_has_their_records(client: RegistryClient) -> None:
    """Confluent's way of several event types in one topic."""
    client.register("a", text(record("x.A")))
    client.register("b", text(record("x.B")))
    references = [Reference("x.A", "a", 1), Reference("x.B", "b", 1)]
    schema_id = client.register("topic-value", text(["x.A", "x.B"]), references)
    assert [each.name for each in load_schema(client, schema_id).records] == ["x.A", "x.B"]


def test_an_id_that_the_registry_does_not_have_is_unknown(client: RegistryClient) -> None:
    with pytest.raises(SchemaUnknown, match="schema 5 is unknown to the registry: Schema 5 not found"):
        load_schema(client, 5)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"schema": "syntax = ...", "schemaType": "PROTOBUF"}, "schema 5 of the registry is PROTOBUF, not AVRO"),
        ({"schema": "{"}, "schema 5 of the registry is not JSON"),
    ],
)
def test_a_schema_that_is_not_avro_is_as_good_as_unknown(
    client: RegistryClient, registry: BreakableRegistry, answer: dict[str, str], said: str
) -> None:
    registry.instead = JSONResponse(answer)
    with pytest.raises(SchemaUnknown, match=said):
        load_schema(client, 5)


@pytest.mark.parametrize(
    "more",
    [{}, {"references": None}, {"references": []}, {"schemaType": None}, {"references": None, "schemaType": None}],
)
def test_what_registries_leave_out_and_what_they_answer_as_null_are_alike(
    client: RegistryClient, registry: BreakableRegistry, more: dict[str, Any]
) -> None:
    """Karapace and Apicurio say no `schemaType`, others null."""
    registry.instead = JSONResponse({"schema": text(record("x.Order", id="int"))} | more)
    assert set(load_schema(client, 5).named) == {"x.Order"}
    assert load_schema(client, 5).references == ()


def test_a_schema_that_refers_to_too_many_others_is_at_fault_itself() -> None:
    """Each is a request to the registry; a chain of them would be an outage of it."""

    class Endless:
        """Each refers to the next."""

        def schema(self, schema_id: SchemaId) -> RegisteredSchema:
            return RegisteredSchema(
                text(record("x.Order", id="string")), references=(Reference("a", "a0", 1),), id=int(str(schema_id))
            )

        def schema_of(self, subject: str, version: int | str = 1, *, deleted: bool = True) -> RegisteredSchema:
            del version, deleted
            after = Reference("a", f"a{int(subject[1:]) + 1}", 1)
            return RegisteredSchema(text(record(f"x.{subject}", id="string")), references=(after,))

    with pytest.raises(SchemaUnknown, match=f"refers to more than {MOST_REFERENCES} others"):
        load_schema(Endless(), 1)
