"""A running service reads back the consents that it has delivered, and its metric says what Bluecore has of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

from consumer.sandbox.faults import FaultPlan, Scripts
from tests.support.brokers import Message
from tests.support.pipeline import NAMESPACE, PREFIX, Pipeline
from tests.support.processes import ServiceProcess
from tests.support.settings import service_settings, write_settings
from tests.support.waiting import eventually

pytestmark = pytest.mark.kafka

_SOON: Final = """
from consumer.pipeline import verification
verification.POLICY = verification.VerificationPolicy(answered_seconds=1, queued_seconds=1, away_seconds=1)
from consumer.cli import main
main()
"""
"""The command itself, but that consents are read back after a second."""
CUSTOMERS = [f"customer-{number}@example.com" for number in range(20)]


@contextmanager
def service(pipeline: Pipeline, topic: str, api: str) -> Iterator[ServiceProcess]:
    base = pipeline.bluecore_url.removesuffix(pipeline.sandbox.settings.path)
    rest_api = {
        "url": f"{base}/api",
        "token_url": f"{base}/oauth/token",
        "client_id": "id",
        "client_secret": "s3cret",
        "verify_share": 1,
    }
    bluecore: dict[str, Any] = {"api_key": "test-api-key", "rest_api": rest_api}
    settings = service_settings(
        pipeline.broker.bootstrap,
        [{"topic": topic, "event": "unsubscribe", "api": api}],
        bluecore_url=pipeline.bluecore_url,
        registry_url=pipeline.shop.registry_url,
        namespace=NAMESPACE,
        kafka={"group_id": pipeline.group},
        bluecore=bluecore,
    )
    # Not merged: librdkafka refuses the options of one group protocol with the other.
    settings["kafka"]["options"] = dict(pipeline.broker.options)
    file = write_settings(pipeline.folder, settings)
    with ServiceProcess(file, settings["telemetry"]["port"], command=(sys.executable, "-c", _SOON)) as running:
        yield running.wait_ready()


def unsubscribe(pipeline: Pipeline, topic: str) -> None:
    pipeline.broker.produce(
        topic, [Message(each.encode(), pipeline.shop.event("unsubscribe", each)) for each in CUSTOMERS]
    )


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
@pytest.mark.parametrize("api", ["events", "eligibility"])
def test_what_is_delivered_is_read_back(pipeline: Pipeline, api: str) -> None:
    topic = pipeline.broker.topic(4)
    with service(pipeline, topic, api) as running:
        unsubscribe(pipeline, topic)
        results = f"{PREFIX}consent_verified_total"
        eventually(lambda: running.metric(results, result="applied") == len(CUSTOMERS), 90, "all readings")
        assert running.metric(results, result="differs") == 0
        assert running.terminate() == 0


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
def test_an_api_that_cannot_be_read_delays_no_delivery(pipeline: Pipeline) -> None:
    """Delivery goes by the Events API, and eligibility answers 503 all the while; then all are read."""
    topic = pipeline.broker.topic(4)
    away = FaultPlan(scripts=Scripts(distinct_id=dict.fromkeys(CUSTOMERS[:1], (503,) * 6)))
    pipeline.sandbox.faults.apply(FaultPlan(apis={"eligibility": away}))
    with service(pipeline, topic, "events") as running:
        unsubscribe(pipeline, topic)
        pipeline.accepted(len(CUSTOMERS))
        pipeline.committed_to_the_end(topic)
        results = f"{PREFIX}consent_verified_total"
        eventually(lambda: running.metric(results, result="unavailable") > 0, 90, "a reading that failed")
        eventually(lambda: running.metric(results, result="applied") == len(CUSTOMERS), 90, "all readings")
        told = [line["event"] for line in running.logs("warning")]
        assert told.count("consents cannot be read back from Bluecore: it is tried again until they can") == 1
        assert running.terminate() == 0
