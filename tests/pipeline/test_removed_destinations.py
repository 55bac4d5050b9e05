"""What is told of records for a destination that there is no longer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from consumer.config.model import Config
from consumer.delivery.engine import Engine
from consumer.delivery.policy import DeliveryPolicy
from consumer.pipeline.removed_destinations import RemovedDestinations
from consumer.records import Partition, Record, Redelivery, Send
from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics
from tests.pipeline.desk import HOME, NOW, Desk
from tests.support.configs import SOUND


@pytest.mark.parametrize(("removed", "told"), [("sold", "sold"), ("", "bluecore")])
def test_records_for_a_destination_that_is_gone_are_told(removed: str, told: str) -> None:
    policy = replace(DeliveryPolicy.from_config(Config.model_validate(SOUND)), rates={"acme": None})
    desk = Desk(engine=Engine(policy))
    retry = Partition(policy.retry_topic, 0)
    desk.engine.partitions.assign(retry, None, "")
    past = Redelivery(HOME, 7, destination=removed)

    with capture_logs() as logs:
        desk.engine.take(Record(retry, 0, b"k", b"v", redelivery=past), Send(()), NOW)
        desk.reporter.state(NOW, joined=True)

    assert [each["destination"] for each in logs if "destination" in each] == [told]
    details = desk.health.readiness().body["details"]
    assert isinstance(details, dict)
    assert details["removed_destinations"] == told
    assert desk.value("destination_removed_records", destination=removed) == 1


def test_of_the_names_that_headers_have_only_the_first_are_shown() -> None:
    """Whoever may write to the retry topic chooses them, and each would be a series for good."""
    prometheus = CollectorRegistry()
    shown = RemovedDestinations(Metrics(prometheus), Health(lambda: NOW))
    with capture_logs() as logs:
        shown.show({f"brand-{number}": 2 for number in range(1000)})
        shown.show({f"other-{number}": 1 for number in range(1000)})

    (family,) = [each for each in prometheus.collect() if each.name.endswith("destination_removed_records")]
    by_name = {sample.labels["destination"]: sample.value for sample in family.samples}
    assert by_name == {f"brand-{number}": 0 for number in range(20)} | {"others": 1000}
    assert len(logs) == 21
