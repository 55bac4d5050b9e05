"""The registry's client against the sandbox's registry, over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.responses import JSONResponse, Response

from consumer.avro.errors import RegistryRefused, RegistryUnavailable, SchemaUnknown
from consumer.avro.options import RegistryOptions
from consumer.avro.protocol import Reference, RegisteredSchema
from consumer.avro.registry import RegistryClient
from consumer.sandbox.serve import serve
from tests.avro.support import BreakableRegistry, record, text
from tests.support.servers import Peer, Server, dripping, endless
from tests.support.waiting import free_port

ORDER = '{"type":"record","name":"com.shop.Order","fields":[]}'


def test_what_is_registered_can_be_found_in_every_way(client: RegistryClient) -> None:
    schema_id = client.register("shop.orders.eu-value", ORDER)
    expected = RegisteredSchema(ORDER, id=schema_id, version=1)
    assert client.schema(schema_id) == RegisteredSchema(ORDER)
    assert client.subjects() == ["shop.orders.eu-value"]
    assert client.versions("shop.orders.eu-value") == [1]
    assert client.schema_of("shop.orders.eu-value") == expected
    assert client.schema_of("shop.orders.eu-value", 1) == expected
    assert client.lookup("shop.orders.eu-value", ORDER) == expected


def test_what_was_deleted_is_asked_for_only_where_it_is_wanted(
    client: RegistryClient, registry: BreakableRegistry
) -> None:
    """What was written with a deleted schema is still to be read; for all else it is gone."""
    client.register("order", ORDER)
    registry.queries.clear()
    client.schema_of("order")
    client.schema_of("order", 1, deleted=True)

    assert registry.queries == ["", "deleted=true"]


def test_a_subject_may_have_any_name(client: RegistryClient) -> None:
    for subject in ("a b", "ä?c=d#e"):
        client.register(subject, ORDER)
        assert client.schema_of(subject).version == 1


def test_the_address_is_told_without_credentials() -> None:
    with RegistryClient("http://user:s3cret@registry:8081/") as client:
        assert client.address == "http://registry:8081"


def test_references_are_kept(client: RegistryClient) -> None:
    client.register("order", ORDER)
    reference = Reference("com.shop.Order", "order", 1)
    refund = text(record("com.shop.Refund", order="com.shop.Order"))
    assert client.schema(client.register("refund", refund, [reference])).references == (reference,)


def test_what_is_not_there_is_unknown(client: RegistryClient) -> None:
    client.register("order", ORDER)
    for ask in (
        lambda: client.schema(99),
        lambda: client.versions("none"),
        lambda: client.schema_of("none"),
        lambda: client.schema_of("order", 7),
    ):
        with pytest.raises(SchemaUnknown, match="not found"):
            ask()
    assert client.lookup("none", ORDER) is None
    assert client.lookup("order", text(record("Other"))) is None


def test_an_invalid_schema_is_refused_with_the_registrys_words(client: RegistryClient) -> None:
    with pytest.raises(RegistryRefused, match=r"refers to com\.shop\.Nowhere"):
        client.register("order", text(record("Order", a="com.shop.Nowhere")))


def test_an_incompatible_schema_is_refused_with_the_registrys_words(
    client: RegistryClient, registry: BreakableRegistry
) -> None:
    registry.instead = JSONResponse({"error_code": 409, "message": "total has no default"}, 409)
    with pytest.raises(RegistryRefused, match="total has no default"):
        client.register("order", ORDER)


def test_a_registry_that_cannot_be_written_to_is_an_outage(
    client: RegistryClient, registry: BreakableRegistry
) -> None:
    registry.instead = JSONResponse({"error_code": 50003, "message": "no leader"}, 500)
    with pytest.raises(RegistryUnavailable, match="answers 500"):
        client.register("order", ORDER)


def test_addresses_are_asked_in_turn_from_the_one_on_that_answered_last(client: RegistryClient) -> None:
    schema_id = client.register("order", ORDER)
    gone = f"http://127.0.0.1:{free_port()}"
    failing, lagging = BreakableRegistry(), BreakableRegistry()
    failing.instead = Response("", 503)
    with serve(failing) as first, serve(lagging) as second:
        with RegistryClient(f"{gone}, {first},{second},{client.address}") as several:
            assert several.schema(schema_id).text == ORDER
            assert (len(failing.requests), len(lagging.requests)) == (1, 1)
            several.schema(schema_id)
            assert (len(failing.requests), len(lagging.requests)) == (1, 1)
            assert several.address == f"{gone}, {first}, {second}, {client.address}"
            with pytest.raises(SchemaUnknown, match="Schema 99 not found"):
                several.schema(99)
        with RegistryClient(f"{gone},{first}") as several, pytest.raises(RegistryUnavailable) as caught:
            several.schema(schema_id)
    assert f"nothing accepts connections at {gone}" in str(caught.value)
    assert f"at {first} answers 503" in str(caught.value)


def test_what_one_address_refuses_is_tried_at_no_other(client: RegistryClient, registry: BreakableRegistry) -> None:
    registry.instead = JSONResponse({"error_code": 409, "message": "total has no default"}, 409)
    with (
        RegistryClient(f"{client.address},http://127.0.0.1:{free_port()}") as several,
        pytest.raises(RegistryRefused, match="total has no default"),
    ):
        several.register("order", ORDER)


HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS, DRIPPING = endless(HEAD), dripping(HEAD)


def cut_short(peer: Peer) -> None:
    peer.read_request()
    peer.send(HEAD + b"5\r\nhel")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param(ENDLESS, "sends more than 16 MB: check schema_registry.url", id="endless"),
        pytest.param(DRIPPING, "did not answer within 0.5 s", id="dripping"),
        pytest.param(cut_short, "broke", id="cut short"),
    ],
)
def test_an_answer_that_has_no_end_is_an_outage(script: Callable[[Peer], None], said: str) -> None:
    """Neither memory nor the thread that fetches schemas is lost to it."""
    with (
        Server(script) as server,
        RegistryClient(server.url, RegistryOptions(timeout_seconds=0.5 if script is DRIPPING else 20)) as client,
        pytest.raises(RegistryUnavailable, match=said),
    ):
        client.subjects()
