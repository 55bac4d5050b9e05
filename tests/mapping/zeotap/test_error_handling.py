"""Zeotap, Error Handling: the service as it runs, before a Bluecore that fails."""

from __future__ import annotations

from typing import Any, Final

import pytest

from consumer.config.model import Config
from consumer.delivery.policy import DeliveryPolicy
from consumer.sandbox.faults import FaultPlan, Scripts
from tests.mapping.support import EMAIL
from tests.mapping.zeotap.account import embedded
from tests.mapping.zeotap.promises import shows
from tests.support.brokers import Message
from tests.support.configs import SOUND
from tests.support.pipeline import Pipeline, headers_of

DEFAULT: Final = DeliveryPolicy.from_config(Config.model_validate(SOUND))
RETRIES: Final = 3
QUICK: Final[dict[str, dict[str, Any]]] = {
    "delivery": {"retry": {"attempts": DEFAULT.attempts, "initial_seconds": 0.05, "max_seconds": 0.4}},
    "dead_letters": {"delays_seconds": []},
}
"""As many attempts as by default, with shorter waits; and no redelivery, which the page does not know."""
UP_TO_THREE = "Zeotap automatically retries failed requests up to 3 times with exponential backoff"


@embedded
@shows(UP_TO_THREE)
def test_a_failed_request_is_retried_three_times(pipeline: Pipeline) -> None:
    """The third retry may be the one that passes; after it, there is no fourth."""
    topic, late, never = pipeline.broker.topic(), "late@example.com", "never@example.com"
    scripts = {late: (500,) * RETRIES, never: (500,) * 100}
    pipeline.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id=scripts)))
    with pipeline.service([{"topic": topic, "event": "search"}], **QUICK) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", [EMAIL, late, never, EMAIL])
        pipeline.accepted(3)
        (dead,) = pipeline.failed(pipeline.dead_letter_topic, at_least=1)
    assert [each.status for each in pipeline.sandbox.events(distinct_id=late)] == [500] * RETRIES + [202]
    assert [each.status for each in pipeline.sandbox.events(distinct_id=never)] == [500] * (1 + RETRIES)
    assert dead.key == never.encode()


@pytest.mark.parametrize(("failure", "bound"), [(1, 0.5), (2, 1), (3, 2)])
@shows(UP_TO_THREE)
def test_the_waits_between_the_retries_double(failure: int, bound: float) -> None:
    """By default; each is random below its bound, so that clients do not come back all at once."""
    waits = [DEFAULT.backoff.seconds(failure) for _ in range(200)]
    assert bound / 2 < max(waits) <= bound


@embedded
@shows("HTTP 429 (rate limit) responses are retried automatically")
def test_a_429_is_retried_more_often_than_a_failure_would_be(pipeline: Pipeline) -> None:
    """It says nothing of the record, so that it counts as no attempt."""
    topic, refusals = pipeline.broker.topic(), 2 * (1 + RETRIES)
    pipeline.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id={EMAIL: (429,) * refusals})))
    with pipeline.service([{"topic": topic, "event": "search"}], **QUICK) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", [EMAIL])
        pipeline.accepted(1)
        pipeline.committed_to_the_end(topic)
    assert [each.status for each in pipeline.sandbox.events()] == [429] * refusals + [202]
    assert pipeline.failed(pipeline.dead_letter_topic) == []


@embedded
@shows("Failed rows are reported individually with error details in the sync log")
def test_each_failed_record_is_a_dead_letter_of_its_own_with_what_was_wrong(pipeline: Pipeline) -> None:
    """One that cannot be decoded, one that cannot be mapped, one that Bluecore refuses; the others are sent."""
    topic, shop, refused = pipeline.broker.topic(), pipeline.shop, "refused@example.com"
    pipeline.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id={refused: (400,)})))
    rows = {
        b"good": shop.event("search", EMAIL),
        b"garbage": b"garbage",
        b"no term": shop.event("search", EMAIL, search_term=""),
        b"refused": shop.event("search", refused),
    }
    with pipeline.service([{"topic": topic, "event": "search"}], **QUICK) as service:
        service.wait_ready()
        messages = [Message(key, value, partition=0) for key, value in rows.items()]
        pipeline.broker.produce(topic, [*messages, messages[0]])
        pipeline.accepted(2)
        dead = {record.key or b"": record for record in pipeline.failed(pipeline.dead_letter_topic, at_least=3)}
        told = [line for line in service.logs("warning") if line["event"] == "a record failed"]

    assert {key: record.value for key, record in dead.items()} == {
        key: value for key, value in rows.items() if key != b"good"
    }
    details = {key: headers_of(record) for key, record in dead.items()}
    assert {key: (each["__connect.errors.stage"], each["bluecore.reason"]) for key, each in details.items()} == {
        b"garbage": ("decode", "undecodable"),
        b"no term": ("map", "missing_field"),
        b"refused": ("deliver", "rejected"),
    }
    assert [details[key]["__connect.errors.offset"] for key in rows if key != b"good"] == ["1", "2", "3"]
    assert "search_term" in details[b"no term"]["__connect.errors.exception.message"]
    assert details[b"refused"]["bluecore.status"] == "400"
    assert {(line["offset"], line["reason"]) for line in told} == {
        (1, "undecodable"),
        (2, "missing_field"),
        (3, "rejected"),
    }
