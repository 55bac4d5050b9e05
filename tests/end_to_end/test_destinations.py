"""Three brands, one service: while one answers 503 and one 429, the third gets all its events in their order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pytest
from click.testing import CliRunner

from consumer.cli import main
from consumer.sandbox.faults import make_plan
from consumer.sandbox.sandbox import Running, running_sandbox
from consumer.sandbox.settings import SandboxSettings
from consumer.sandbox.store import Filter
from tests.support.brokers import Message
from tests.support.pipeline import PREFIX, Pipeline, headers_of
from tests.support.processes import ServiceProcess
from tests.support.waiting import eventually

BRANDS = ("acme", "zeta", "well")
BY_BRAND = {"path": "search_term", "values": {brand: brand for brand in BRANDS}}
FAULTS = {"acme": {"outage": {"seconds": 3600, "step": 503}}, "zeta": {"outage": {"seconds": 3600, "step": 429}}}
ROUNDS = 100
BREAKER = {"breaker": {"failures": 2, "initial_seconds": 0.4, "max_seconds": 0.8}}

pytestmark = pytest.mark.parametrize("broker", ["embedded"], indirect=True)


@pytest.fixture
def group() -> Iterator[Running]:
    with running_sandbox(SandboxSettings(namespaces=BRANDS, keep_events=50_000)) as running:
        yield running


def service(
    pipeline: Pipeline, group: Running, routes: list[dict[str, Any]], brands: Sequence[str] = BRANDS
) -> ServiceProcess:
    sections: dict[str, Any] = {
        "destinations": {brand: {"namespace": brand, "url": group.api_url} for brand in brands},
        "dead_letters": {"ordered_events": ["search"]},
        "delivery": BREAKER,
    }
    return pipeline.service(routes, **sections)


def accepted(group: Running, brand: str) -> dict[str, list[int]]:
    """By customer, the offsets of the events that this namespace has taken, in the order in which it did."""
    found: dict[str, list[int]] = {}
    for each in group.sandbox.store.newest(Filter(), 50_000):
        if each.accepted and each.idempotency_key.endswith(f"@{brand}"):
            found.setdefault(each.distinct_id, []).append(int(each.idempotency_key.split(":")[2].partition("@")[0]))
    return found


def count(group: Running, brand: str) -> int:
    return sum(map(len, accepted(group, brand).values()))


def _has_all(group: Running, brand: str) -> bool:
    return count(group, brand) == ROUNDS


def produce(pipeline: Pipeline, topic: str, rounds: int) -> None:
    """Each brand's customers in turn."""
    for number in range(rounds):
        for brand in BRANDS:
            email = f"customer-{number % 10}@{brand}.example"
            event = pipeline.shop.event("search", email, search_term=brand)
            pipeline.broker.produce(topic, [Message(email.encode(), event)])


def test_ones_trouble_is_that_ones_and_all_of_them_end_well(pipeline: Pipeline, group: Running) -> None:
    """One topic of all three: what waits for the two that are away is set aside, and the third flows."""
    topic = pipeline.broker.topic(1)
    group.sandbox.faults.apply(make_plan({"namespaces": FAULTS}))
    with service(pipeline, group, [{"topic": topic, "event": "search", "destination": BY_BRAND}]) as running:
        running.wait_ready()
        produce(pipeline, topic, ROUNDS)
        eventually(lambda: count(group, "well") == ROUNDS, 60, "the events of the brand that is well")
        eventually(
            lambda: running.metric(PREFIX + "circuit_open", destination="acme") == 1, 20, "the circuit to be shown"
        )
        assert running.metric(PREFIX + "circuit_open", destination="well") == 0
        pipeline.committed_to_the_end(topic)
        aside = {headers_of(each)["bluecore.destination"] for each in pipeline.failed(pipeline.retry_topic, 1)}
        assert aside == {"acme", "zeta"}

        group.sandbox.faults.clear()
        for brand in ("acme", "zeta"):
            eventually(partial(_has_all, group, brand), 90, f"the events of {brand}")

    for brand in BRANDS:
        for customer, offsets in accepted(group, brand).items():
            assert offsets == sorted(offsets), f"{customer} of {brand}"
    assert pipeline.failed(pipeline.dead_letter_topic) == []


def test_what_waits_for_a_brand_that_was_sold_is_moved_and_sent_once_it_is_back(
    pipeline: Pipeline, group: Running
) -> None:
    """It was set aside while the brand was away; the service runs on meanwhile, with a commit that stands still."""
    topic = pipeline.broker.topic(1)
    everyone = [{"topic": topic, "event": "search", "destination": BY_BRAND}]
    group.sandbox.faults.apply(make_plan({"namespaces": {"zeta": FAULTS["zeta"]}}))
    with service(pipeline, group, everyone) as running:
        running.wait_ready()
        produce(pipeline, topic, 5)
        pipeline.committed_to_the_end(topic, 60)
        assert running.terminate() == 0
    group.sandbox.faults.clear()

    without = BY_BRAND | {"values": {"acme": "acme", "well": "well", "zeta": "skip"}}
    routes = [{"topic": topic, "event": "search", "destination": without}]
    with service(pipeline, group, routes, brands=("acme", "well")) as running:
        running.wait_ready()
        eventually(partial(_left, running, 5), 60, "what is left to be told")
        assert command(pipeline, "move", "--destination", "zeta", "--dry-run")["would_move"] == 5
        assert command(pipeline, "move", "--destination", "zeta") == {"destination": "zeta", "moved": 5}
        eventually(partial(_left, running, 0), 60, "nothing to be left")
        pipeline.committed_to_the_end(pipeline.retry_topic)
        assert command(pipeline, "move", "--destination", "zeta")["moved"] == 0
        assert command(pipeline, "replay", "--dry-run")["would_be_skipped"] == 5
        assert running.terminate() == 0
    letters = pipeline.failed(pipeline.dead_letter_topic, 5)
    assert [headers_of(each)["bluecore.destination"] for each in letters] == ["zeta"] * 5

    with service(pipeline, group, everyone) as running:
        running.wait_ready()
        assert command(pipeline, "replay")["replayed"] == 5
        eventually(lambda: count(group, "zeta") == 5, 60, "the events of the brand that is back")


def command(pipeline: Pipeline, name: str, *options: str) -> dict[str, Any]:
    """What `dead-letters` prints, under the configuration of the service that runs."""
    arguments = ["dead-letters", name, "--config", str(pipeline.folder / "config.yaml"), *options]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def _left(running: ServiceProcess, count: int) -> bool:
    return running.metric(PREFIX + "destination_removed_records", destination="zeta") == count


def test_one_record_reaches_several_namespaces(pipeline: Pipeline, group: Running) -> None:
    topic = pipeline.broker.topic(1)
    routes = [{"topic": topic, "event": "search", "destination": brand} for brand in BRANDS]
    with service(pipeline, group, routes) as running:
        running.wait_ready()
        pipeline.produce(topic, "search", ["jane@example.com", "omar@example.com"])
        eventually(lambda: [count(group, brand) for brand in BRANDS] == [2, 2, 2], 60, "each event at each")
        pipeline.committed_to_the_end(topic)
        for brand in BRANDS:
            delivered = {"topic": topic, "event_type": "search", "outcome": "delivered", "destination": brand}
            eventually(partial(_counted, running, 2, delivered), 20, "the counts")


def _counted(running: ServiceProcess, count: int, labels: dict[str, str]) -> bool:
    return running.metric(PREFIX + "events_total", **labels) == count


def test_an_unknown_brand_is_a_dead_letter_without_its_value(pipeline: Pipeline, group: Running) -> None:
    topic = pipeline.broker.topic(1)
    with service(pipeline, group, [{"topic": topic, "event": "search", "destination": BY_BRAND}]) as running:
        running.wait_ready()
        event = pipeline.shop.event("search", "jane@example.com", search_term="private words")
        pipeline.broker.produce(topic, [Message(b"jane", event)])
        (letter,) = pipeline.failed(pipeline.dead_letter_topic, 1)

    assert headers_of(letter)["bluecore.reason"] == "unroutable"
    assert "private" not in headers_of(letter)["__connect.errors.exception.message"]
    assert "bluecore.destination" not in headers_of(letter)
