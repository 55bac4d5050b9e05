"""The cache never makes its caller wait, tells an unknown schema from an outage, and ends an outage by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from starlette.responses import Response
from structlog.testing import capture_logs
from tenacity import RetryCallState, wait_fixed
from tenacity.wait import wait_base

from consumer.avro.cache import SchemaCache
from consumer.avro.errors import SchemaPending, SchemaUnknown
from consumer.avro.protocol import RegisteredSchema
from consumer.avro.registry import RegistryClient
from consumer.avro.schema_ids import SchemaId
from consumer.avro.unknown_ids import Patience
from tests.avro.support import BreakableRegistry, fetched, record, text
from tests.support.waiting import eventually, free_port

ORDER = text(record("com.shop.Order", id="string"))


class Clock:
    """The real one, which can be put forward."""

    now = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(client: RegistryClient, clock: Clock) -> Iterator[SchemaCache]:
    cache = SchemaCache(client, clock=clock, backoff=wait_fixed(0.01))
    yield cache
    cache.close()


def test_a_schema_is_pending_then_there_and_fetched_once(
    cache: SchemaCache, client: RegistryClient, registry: BreakableRegistry
) -> None:
    schema_id = client.register("order", ORDER)
    with pytest.raises(SchemaPending):
        cache.get(schema_id)
    schema = fetched(cache, schema_id)
    assert [each.name for each in schema.records] == ["com.shop.Order"]
    assert cache.get(schema_id) is schema
    assert registry.requests.count(f"/schemas/ids/{schema_id}") == 1


class FailsOnOne:
    """A registry that gives all schemas but one."""

    def __init__(self, client: RegistryClient) -> None:
        self._client = client
        self.schema_of = client.schema_of

    def schema(self, schema_id: SchemaId) -> RegisteredSchema:
        if schema_id == 7:
            raise RuntimeError("a fault of this very schema")
        return self._client.schema(schema_id)


def asked(registry: BreakableRegistry) -> int:
    return registry.requests.count("/schemas/ids/1")


def asked_once_more(cache: SchemaCache, registry: BreakableRegistry, clock: Clock) -> None:
    """Lets time go on until it is: an answer may be looked at when the clock has been set already."""
    before = asked(registry)

    def again() -> bool:
        clock.now += 0.02
        pending(cache)
        return asked(registry) > before

    eventually(again, 30, "another question")


def given_up(cache: SchemaCache, clock: Clock) -> bool:
    """Lets a second go by: an answer may be looked at when the clock has been set already."""
    clock.now += 1
    try:
        cache.get(1)
    except SchemaUnknown:
        return True
    except SchemaPending:
        return False
    raise AssertionError("the schema is there")


def pending(cache: SchemaCache) -> SchemaPending:
    with pytest.raises(SchemaPending) as caught:
        cache.get(1)
    return caught.value


def test_an_unknown_schema_is_asked_for_again_until_it_is_there(
    cache: SchemaCache, client: RegistryClient, registry: BreakableRegistry, clock: Clock
) -> None:
    assert not pending(cache).unknown
    eventually(lambda: cache.unknown_ids, 10, "the answer that there is none")
    assert pending(cache).unknown
    assert cache.unknown_ids == {
        1: "schema 1 is unknown to the registry: Schema 1 not found; it is asked for again for 60 s"
    }
    assert cache.outage is None
    clock.now += 5
    eventually(lambda: pending(cache) and asked(registry) == 2, 10, "the second question")
    assert client.register("order", ORDER) == 1
    clock.now += 5
    assert fetched(cache, 1).record is not None
    assert cache.unknown_ids == {}


def test_it_is_given_up_after_its_time_and_then_asked_for_anew(
    cache: SchemaCache, client: RegistryClient, registry: BreakableRegistry, clock: Clock
) -> None:
    with capture_logs() as logs:
        pending(cache)
        eventually(lambda: cache.unknown_ids, 10, "the answer that there is none")
        clock.now += 60
        with pytest.raises(SchemaUnknown, match="schema 1 is unknown to the registry: Schema 1 not found"):
            fetched(cache, 1)
    assert [line["event"] for line in logs] == ["a schema is unknown to the registry: its records wait"]
    before = asked(registry)
    with pytest.raises(SchemaUnknown):
        cache.get(1)
    assert asked(registry) == before, "the answer counts for records that come at once"
    client.register("order", ORDER)
    clock.now += 5
    assert fetched(cache, 1).record is not None


def test_one_that_is_doubted_is_asked_for_anew_at_once(
    cache: SchemaCache, client: RegistryClient, clock: Clock
) -> None:
    pending(cache)
    eventually(lambda: cache.unknown_ids, 10, "the answer that there is none")
    clock.now += 60
    with pytest.raises(SchemaUnknown):
        fetched(cache, 1)
    client.register("order", ORDER)
    with pytest.raises(SchemaUnknown):
        cache.get(1)
    cache.doubt(1)
    assert fetched(cache, 1).record is not None


def test_what_is_no_avro_is_given_up_at_once(client: RegistryClient) -> None:
    class Protobuf:
        def schema(self, _: SchemaId) -> RegisteredSchema:
            return RegisteredSchema("syntax = 'proto3';", "PROTOBUF")

        schema_of = client.schema_of

    cache = SchemaCache(Protobuf(), patience=Patience(3600))
    with pytest.raises(SchemaUnknown, match="schema 1 of the registry is PROTOBUF, not AVRO"):
        fetched(cache, 1)
    cache.close()


def test_one_that_is_unknown_keeps_no_other_waiting(cache: SchemaCache, client: RegistryClient) -> None:
    schema_id = client.register("order", ORDER)
    with pytest.raises(SchemaPending):
        cache.get(99)
    eventually(lambda: cache.unknown_ids, 10, "the answer that there is none")
    assert fetched(cache, schema_id).record is not None


def test_after_an_outage_it_is_awaited_for_longer(
    cache: SchemaCache, registry: BreakableRegistry, clock: Clock
) -> None:
    registry.instead = Response("", 503)
    pending(cache)
    eventually(lambda: cache.outage, 10, "the outage")
    registry.instead = None
    eventually(lambda: cache.unknown_ids, 10, "the answer that there is none")
    clock.now += 62
    asked_once_more(cache, registry, clock)
    pending(cache)
    assert cache.unknown_ids


def test_in_an_outage_a_schema_stays_pending_until_the_registry_is_back(
    cache: SchemaCache, client: RegistryClient, registry: BreakableRegistry
) -> None:
    schema_id = client.register("order", ORDER)
    registry.instead = Response("", 503)
    with pytest.raises(SchemaPending):
        cache.get(schema_id)
    eventually(lambda: registry.requests.count(f"/schemas/ids/{schema_id}") > 2, 10, "further tries")
    with pytest.raises(SchemaPending):
        cache.get(schema_id)
    assert "answers 503" in str(cache.outage)
    registry.instead = None
    fetched(cache, schema_id)
    assert cache.outage is None


class Waits(wait_base):
    """Remembers which failure in a row each wait was for."""

    def __init__(self) -> None:
        self.failures: list[int] = []

    def __call__(self, retry_state: RetryCallState) -> float:
        self.failures.append(retry_state.attempt_number)
        return 0.001


def test_the_waits_grow_until_the_registry_answers_and_then_begin_anew(
    client: RegistryClient, registry: BreakableRegistry
) -> None:
    waits = Waits()
    cache = SchemaCache(client, backoff=waits)
    try:
        for name in ("one", "other"):
            schema_id = client.register(name, text(record(name, id="string")))
            waits.failures.clear()
            registry.instead = Response("", 503)
            with pytest.raises(SchemaPending):
                cache.get(schema_id)
            eventually(lambda: len(waits.failures) >= 3, 10, "three failures")
            registry.instead = None
            fetched(cache, schema_id)
            assert waits.failures[:3] == [1, 2, 3]
    finally:
        cache.close()


def test_what_is_in_the_cache_needs_no_registry(
    cache: SchemaCache, client: RegistryClient, registry: BreakableRegistry
) -> None:
    schema = fetched(cache, client.register("order", ORDER))
    registry.instead = Response("", 503)
    assert cache.get(1) is schema


def test_an_incident_is_one_warning_and_its_end_one_line(
    cache: SchemaCache, client: RegistryClient, registry: BreakableRegistry
) -> None:
    schema_id = client.register("order", ORDER)
    registry.instead = Response("", 401)
    with capture_logs() as logs:
        with pytest.raises(SchemaPending):
            cache.get(schema_id)
        eventually(lambda: registry.requests.count(f"/schemas/ids/{schema_id}") > 3, 10, "further tries")
        registry.instead = None
        fetched(cache, schema_id)
        eventually(lambda: len(logs) == 2, 10, "the line that tells the end")
    assert [(line["log_level"], line["event"]) for line in logs] == [
        ("warning", "the schema registry does not answer"),
        ("info", "the schema registry answers again"),
    ]
    assert "check basic.auth.user.info or bearer.auth.token" in logs[0]["problem"]


def test_one_schema_that_the_registry_fails_on_does_not_hold_back_the_others(client: RegistryClient) -> None:
    schema_id = client.register("order", ORDER)
    cache = SchemaCache(FailsOnOne(client), backoff=wait_fixed(0.01))
    with pytest.raises(SchemaPending):
        cache.get(7)
    eventually(lambda: cache.outage, 10, "the outage to be noticed")
    assert fetched(cache, schema_id).record is not None
    assert cache.outage == "a fault of this very schema"
    cache.close()


def test_one_that_the_registry_fails_on_does_not_keep_those_that_it_does_not_know_from_being_given_up(
    client: RegistryClient,
) -> None:
    """It answers of others: that is no outage, after which ids would be awaited for longer, and so for ever."""
    schema_id = client.register("order", ORDER)
    cache = SchemaCache(FailsOnOne(client), patience=Patience(0.2), backoff=wait_fixed(0.5))
    with pytest.raises(SchemaPending):
        cache.get(7)
    eventually(lambda: cache.outage, 10, "the outage to be noticed")
    fetched(cache, schema_id)
    with pytest.raises(SchemaUnknown):
        fetched(cache, 99)
    assert cache.outage == "a fault of this very schema"
    cache.close()


def test_not_found_beside_an_address_that_is_down_is_waited_for_as_in_an_outage(
    client: RegistryClient, registry: BreakableRegistry, clock: Clock
) -> None:
    """A replica lags, and the one that has it does not answer."""
    down = f"http://127.0.0.1:{free_port()}"
    with RegistryClient(f"{down},{client.address}") as several:
        cache = SchemaCache(several, patience=Patience(60), clock=clock, backoff=wait_fixed(0.01))
        pending(cache)
        eventually(lambda: cache.unknown_ids, 10, "the answer that there is none")
        for _ in range(5):
            clock.now += 50
            asked_once_more(cache, registry, clock)
        eventually(lambda: given_up(cache, clock), 30, "the end of the patience")
        cache.close()


def test_a_closed_cache_asks_no_more(cache: SchemaCache, registry: BreakableRegistry) -> None:
    registry.instead = Response("", 503)
    with pytest.raises(SchemaPending):
        cache.get(1)
    eventually(lambda: registry.requests, 10, "a first try")
    cache.close()
    assert cache.ended(10)
