"""Consents by Bluecore's REST APIs, against a sandbox that speaks them: delivered, told, or waiting; never lost."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pytest

from consumer.sandbox.faults import FaultPlan, make_plan
from consumer.sandbox.received import Received
from consumer.sandbox.sandbox import Running, running_sandbox
from consumer.sandbox.settings import RestSettings, SandboxSettings
from consumer.sandbox.store import Filter
from tests.support.pipeline import NAMESPACE, Pipeline, headers_of
from tests.support.processes import ServiceProcess
from tests.support.waiting import eventually

CLIENT_ID, SECRET = "shop-client", "s3cret-of-the-shop"
ROUNDS = 40
LONG_WAITS = {"initial_seconds": 3600, "max_seconds": 3600}

pytestmark = pytest.mark.parametrize("broker", ["embedded"], indirect=True)


@pytest.fixture
def bluecore() -> Iterator[Running]:
    rest = RestSettings(client_id=CLIENT_ID, client_secret=SECRET)
    with running_sandbox(SandboxSettings(namespace=NAMESPACE, keep_events=50_000, rest=rest)) as running:
        yield running


def service(
    pipeline: Pipeline,
    bluecore: Running,
    routes: list[dict[str, Any]],
    secret: str = SECRET,
    breaker: Mapping[str, float] | None = None,
) -> ServiceProcess:
    rest_api = {
        "url": bluecore.rest_url,
        "token_url": bluecore.token_url,
        "client_id": CLIENT_ID,
        "client_secret": secret,
    }
    return pipeline.service(
        routes,
        bluecore={"url": bluecore.api_url, "api_key": "", "rest_api": rest_api},
        delivery={"breaker": breaker or {"initial_seconds": 0.2, "max_seconds": 0.5}},
        receipts={"topic": f"{pipeline.group}.receipts"},
    )


def by_both(topic: str, **more: Any) -> list[dict[str, Any]]:
    """Each opt-in goes by the Events API and by the eligibility API."""
    return [{"topic": topic, "event": "optin"}, {"topic": topic, "event": "optin", "api": "eligibility", **more}]


def arrived(bluecore: Running, api: str) -> list[Received]:
    return [each for each in bluecore.sandbox.store.newest(Filter(api=api), 50_000) if each.accepted]


def said(service: ServiceProcess, name: str, part: str) -> list[dict[str, Any]]:
    """The lines of the log in which this field has this part."""
    return [line for line in service.logs() if part in str(line.get(name, ""))]


def produce(pipeline: Pipeline, topic: str, rounds: int = ROUNDS) -> None:
    pipeline.produce(topic, "optin", [f"customer-{number % 10}@shop.example" for number in range(rounds)])


def test_a_consent_goes_by_both_apis_in_its_customers_order(pipeline: Pipeline, bluecore: Running) -> None:
    topic = pipeline.broker.topic(2)
    with service(pipeline, bluecore, by_both(topic)):
        produce(pipeline, topic)
        pipeline.committed_to_the_end(topic, 60)
    assert len(arrived(bluecore, "events")) == len(arrived(bluecore, "eligibility")) == ROUNDS
    latest: dict[str, tuple[int, str]] = {}
    for each in bluecore.sandbox.store.newest(Filter(), 50_000):
        _, _, offset, *rest = each.idempotency_key.split(":")
        place = (int(offset), "".join(rest))
        assert latest.get(each.distinct_id, (-1, "")) < place
        latest[each.distinct_id] = place


def test_what_bluecore_stores_otherwise_is_a_dead_letter_that_says_so(pipeline: Pipeline, bluecore: Running) -> None:
    topic = pipeline.broker.topic(1)
    bluecore.sandbox.faults.apply(make_plan({"apis": {"eligibility": {"rates": {"differs": 1}}}}))
    with service(pipeline, bluecore, by_both(topic)[::-1]) as running:
        produce(pipeline, topic, 1)
        pipeline.committed_to_the_end(topic, 60)
        (letter,) = pipeline.failed(pipeline.dead_letter_topic, 1)
        eventually(lambda: said(running, "reason", "not_applied"), 20, "a line of the log")
        (told,) = said(running, "reason", "not_applied")
    headers = headers_of(letter)
    assert headers["bluecore.reason"] == "not_applied"
    assert headers["bluecore.status"] == "200"
    assert "UNSUBSCRIBED" in headers["__connect.errors.exception.message"]
    assert headers["bluecore.request-id"] == told["bluecore_id"]
    assert headers["bluecore.delivered"] == "1:optin"


def test_receipts_have_bluecores_name_for_the_request(pipeline: Pipeline, bluecore: Running) -> None:
    topic = pipeline.broker.topic(1)
    with service(pipeline, bluecore, by_both(topic)[1:]):
        produce(pipeline, topic, 1)
        pipeline.committed_to_the_end(topic, 60)
    (receipt,) = pipeline.broker.read(f"{pipeline.group}.receipts", 1)
    assert orjson.loads(receipt.value or b"")["bluecore_id"]


def test_a_token_that_ends_and_one_that_is_taken_away_cost_no_event(pipeline: Pipeline, bluecore: Running) -> None:
    topic = pipeline.broker.topic(1)
    bluecore.sandbox.faults.apply(FaultPlan(token_seconds=1))
    with service(pipeline, bluecore, by_both(topic)[1:]) as running:
        for _ in range(3):
            produce(pipeline, topic, 20)
            pipeline.committed_to_the_end(topic, 60)
            time.sleep(1.1)  # the token has ended
        assert len(arrived(bluecore, "eligibility")) == 60
        assert not running.logs("error")
    assert pipeline.failed(pipeline.dead_letter_topic) == []


def test_what_waited_for_a_token_goes_as_soon_as_there_is_one(pipeline: Pipeline, bluecore: Running) -> None:
    """The breaker's own wait would be an hour."""
    topic = pipeline.broker.topic(1)
    bluecore.sandbox.faults.apply(make_plan({"apis": {"token": {"outage": {"seconds": 3600}}}}))
    with service(pipeline, bluecore, by_both(topic)[1:], breaker=LONG_WAITS) as running:
        produce(pipeline, topic, 1)
        eventually(lambda: said(running, "event", "Bluecore is unavailable"), 60, "the outage to be told")
        bluecore.sandbox.faults.clear()
        eventually(lambda: arrived(bluecore, "eligibility"), 60, "the consent")


def test_a_wrong_secret_is_an_outage_that_says_what_to_do(pipeline: Pipeline, bluecore: Running) -> None:
    """And what goes by the Events API goes on."""
    topic, other = pipeline.broker.topic(1), pipeline.broker.topic(1)
    routes = [*by_both(topic)[1:], {"topic": other, "event": "unsubscribe"}]
    with service(pipeline, bluecore, routes, secret="wr0ng-secret") as running:
        produce(pipeline, topic, 1)
        pipeline.produce(other, "unsubscribe", ["joe@shop.example"])
        eventually(lambda: said(running, "advice", "client_id and client_secret"), 60, "a line of the log")
        pipeline.committed_to_the_end(other, 60)
        assert "wr0ng-secret" not in running.stderr.read_text()
    assert pipeline.failed(pipeline.dead_letter_topic) == []


@pytest.mark.parametrize(
    ("settings", "advice"),
    [
        ({"scopes": ("customers:write",)}, "the key lacks a right"),
        ({"namespaces": ("another",)}, "or does not cover the namespace"),
    ],
)
def test_a_key_that_lacks_something_is_an_outage_that_says_what(
    pipeline: Pipeline, settings: dict[str, Any], advice: str
) -> None:
    topic = pipeline.broker.topic(1)
    rest = RestSettings(client_id=CLIENT_ID, client_secret=SECRET, **settings)
    accepted = SandboxSettings(namespace=NAMESPACE, namespaces=("another",), rest=rest)
    with running_sandbox(accepted) as bluecore, service(pipeline, bluecore, by_both(topic)[1:]) as running:
        produce(pipeline, topic, 1)
        eventually(lambda: said(running, "advice", advice), 60, "a line of the log")
        assert NAMESPACE not in running.stderr.read_text()
    assert pipeline.failed(pipeline.dead_letter_topic) == []


def test_both_windows_of_the_quota_are_kept_without_a_setting(pipeline: Pipeline, bluecore: Running) -> None:
    topic = pipeline.broker.topic(1)
    plan = {"apis": {"eligibility": {"rate_limit": {"per_second": 20, "per_minute": 600}}}}
    bluecore.sandbox.faults.apply(make_plan(plan))
    with service(pipeline, bluecore, by_both(topic)[1:]):
        produce(pipeline, topic, 80)
        pipeline.committed_to_the_end(topic, 90)
    refused = [each for each in bluecore.sandbox.store.newest(Filter(api="eligibility"), 50_000) if not each.accepted]
    assert len(arrived(bluecore, "eligibility")) == 80
    assert len(refused) <= 4


def test_an_answer_of_another_shape_is_told_and_nothing_is_lost(pipeline: Pipeline, bluecore: Running) -> None:
    topic = pipeline.broker.topic(1)
    bluecore.sandbox.faults.apply(make_plan({"apis": {"eligibility": {"rates": {"misshapen": 1}}}}))
    with service(pipeline, bluecore, by_both(topic)[1:]):
        produce(pipeline, topic, 1)
        pipeline.committed_to_the_end(topic, 60)
    (letter,) = pipeline.failed(pipeline.dead_letter_topic, 1)
    assert "another shape than is documented" in headers_of(letter)["__connect.errors.exception.message"]
