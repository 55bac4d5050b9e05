"""Apicurio Registry itself, by its own API: each kind of id, references, and what it does not know."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from starlette.responses import JSONResponse, Response

from consumer.avro.apicurio import ApicurioRegistry
from consumer.avro.cache import SchemaCache
from consumer.avro.connecting import open_registry
from consumer.avro.decoding import Decoded
from consumer.avro.errors import RegistryUnavailable, SchemaPending, SchemaUnknown
from consumer.avro.references import load_schema
from consumer.avro.registered import RegistryDecoder
from consumer.avro.registry_protocol import Registry
from consumer.avro.registry_types import TYPES
from consumer.avro.schema_ids import IdKind, NamedId, SchemaId
from consumer.avro.unknown_ids import Patience
from consumer.config.model import RegistryConfig
from consumer.sandbox.serve import serve
from tests.avro.support import body, record, text
from tests.support.apicurio import Apicurio
from tests.support.waiting import eventually

ORDER = record("com.shop.Order", id="string")


def of_type_apicurio(url: str, **options: str) -> RegistryConfig:
    return RegistryConfig(type="apicurio", url=url, options=options)


@pytest.fixture
def client(apicurio: Apicurio) -> Iterator[Registry]:
    opened = open_registry(of_type_apicurio(apicurio.url))
    yield opened
    opened.close()


def name() -> str:
    """Of an artifact that no other test has."""
    return f"shop-{uuid.uuid4().hex[:8]}-value"


def schema(record_name: str, **fields: object) -> str:
    """One that the registry has not got yet: what has one text has one contentId."""
    return text(record(record_name, **fields) | {"doc": uuid.uuid4().hex})


def ids_that_differ(apicurio: Apicurio) -> tuple[int, int]:
    """The globalId and the contentId of a refund: two artifacts of one text have one contentId."""
    same = schema("com.shop.Refund", id="string")
    apicurio.create(name(), same)
    global_id, content_id = apicurio.create(name(), same)
    assert global_id != content_id
    return global_id, content_id


def test_a_schema_has_a_global_id_and_a_content_id(client: Registry, apicurio: Apicurio) -> None:
    global_id, content_id = ids_that_differ(apicurio)
    for each in (NamedId(IdKind.GLOBAL_ID, global_id), NamedId(IdKind.CONTENT_ID, content_id)):
        assert list(load_schema(client, each).named) == ["com.shop.Refund"]
    with pytest.raises(SchemaUnknown):
        load_schema(client, NamedId(IdKind.CONTENT_ID, global_id))


def test_four_bytes_are_a_content_id_unless_it_is_told(client: Registry, apicurio: Apicurio) -> None:
    global_id, content_id = ids_that_differ(apicurio)
    told = open_registry(of_type_apicurio(apicurio.url, **{"apicurio.registry.use-id": "globalId"}))

    assert list(load_schema(client, content_id).named) == ["com.shop.Refund"]
    assert list(load_schema(told, global_id).named) == ["com.shop.Refund"]
    with pytest.raises(SchemaUnknown):
        load_schema(client, global_id)
    told.close()


@pytest.mark.parametrize("way", ["prefix", "legacy contentId", "legacy globalId", "globalId", "contentId"])
def test_each_way_that_its_serializers_name_a_schema_is_read(client: Registry, apicurio: Apicurio, way: str) -> None:
    """Without any option: a legacy id is looked up as both kinds, and one of them is no id here."""
    global_id, content_id = ids_that_differ(apicurio)
    bare = body(record("com.shop.Refund", id="string"), {"id": "A1"})
    value, headers = {
        "prefix": (b"\0" + content_id.to_bytes(4, "big") + bare, ()),
        "legacy contentId": (b"\0" + content_id.to_bytes(8, "big") + bare, ()),
        "legacy globalId": (b"\0" + global_id.to_bytes(8, "big") + bare, ()),
        "globalId": (bare, (("apicurio.value.globalId", global_id.to_bytes(8, "big")),)),
        "contentId": (bare, (("apicurio.value.contentId", content_id.to_bytes(8, "big")),)),
    }[way]
    cache = SchemaCache(client, patience=Patience(0.1))
    decoder = RegistryDecoder(cache, registry=TYPES["apicurio"])

    def decoded() -> Decoded | None:
        try:
            return decoder.decode(value, headers)
        except SchemaPending:
            return None

    found = eventually(decoded, 20, "the schema")
    assert found is not None
    assert (found.name, found.value) == ("com.shop.Refund", {"id": "A1"})
    cache.close()


def test_references_are_followed_into_other_groups(client: Registry, apicurio: Apicurio) -> None:
    group, money = f"com.shop.{uuid.uuid4().hex[:8]}", schema("com.shop.Money", amount="long")
    apicurio.create("Money", money, group=group)
    reference = {"groupId": group, "artifactId": "Money", "version": "1", "name": "com.shop.Money"}
    global_id, content_id = apicurio.create(name(), schema("com.shop.Bill", total="com.shop.Money"), reference)

    for each in (NamedId(IdKind.GLOBAL_ID, global_id), content_id):
        assert set(load_schema(client, each).named) == {"com.shop.Money", "com.shop.Bill"}


@pytest.mark.parametrize("schema_id", [987654, NamedId(IdKind.CONTENT_ID, 987654), NamedId(IdKind.GLOBAL_ID, 987654)])
def test_an_id_that_is_not_there_is_unknown(client: Registry, schema_id: SchemaId) -> None:
    with pytest.raises(SchemaUnknown, match="987654"):
        load_schema(client, schema_id)


def test_its_artifacts_are_subjects_with_versions(client: Registry, apicurio: Apicurio) -> None:
    """Those of the default group by their own names, others as Avro names the record: so serializers place them."""
    artifact, group = name(), f"com.shop.{uuid.uuid4().hex[:8]}"
    first, second = (schema("com.shop.Order", id="string") for _ in range(2))
    apicurio.create(artifact, first)
    apicurio.create(artifact, second)
    apicurio.create("Order", first, group=group)

    assert {artifact, f"{group}.Order"} <= set(client.subjects() or ())
    assert list(client.versions(artifact)) == ["1", "2"]
    assert client.schema_of(artifact, "1").text == first
    assert client.schema_of(artifact).text == second
    assert client.schema_of(f"{group}.Order").text == first
    with pytest.raises(SchemaUnknown):
        client.versions("nobody's")
    with pytest.raises(SchemaUnknown):
        client.schema_of(artifact, "7")


def test_an_address_that_is_not_the_apis_is_an_outage(apicurio: Apicurio) -> None:
    """Nothing says then that the registry has no such schema."""
    wrong = open_registry(of_type_apicurio(f"{apicurio.url}/apis/registry/v9"))
    with pytest.raises(RegistryUnavailable, match="answers 404: is schema_registry"):
        wrong.schema(1)
    wrong.close()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (JSONResponse({"name": "NotFoundException", "title": "no such path"}, 404), "answers 404"),
        (Response("<html>", 404), "answers 404"),
        (JSONResponse({"name": "UnauthorizedException"}, 401), "answers 401: it does not accept the credentials"),
        (JSONResponse({"name": "RegistryStorageException"}, 500), "answers 500"),
        (Response("<html>sign in</html>", 200), "does not speak the schema registry's protocol"),
    ],
)
def test_an_answer_that_says_nothing_of_the_schema_is_an_outage(answer: Response, said: str) -> None:
    with serve(answer) as url:
        client = open_registry(of_type_apicurio(url))
        assert isinstance(client, ApicurioRegistry)
        assert client.address == f"{url}/apis/registry/v3"
        with pytest.raises(RegistryUnavailable, match=said):
            client.schema(1)
        client.close()


def test_an_artifact_of_a_group_is_named_with_it() -> None:
    page = {"artifacts": [{"artifactId": "orders", "groupId": None}, {"artifactId": "orders", "groupId": "shop"}]}
    with serve(JSONResponse(page)) as url:
        client = open_registry(of_type_apicurio(url))
        assert client.subjects() == ["orders", "shop.orders"]
        client.close()
