"""The longest queue of one key is shown, and told of when it is long."""

from __future__ import annotations

from typing import cast

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from consumer.config.model import Config
from consumer.delivery.engine import Engine
from consumer.delivery.policy import DeliveryPolicy
from consumer.pipeline.hot_key import HotKey
from consumer.records import EventRequest, Partition, Record, Send
from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics
from tests.support.configs import SOUND

HOME = Partition("shop.orders", 3)
NOW = 1_800_000_000.0


def looked(keys: list[bytes], event: str = "search") -> tuple[float | None, str, list[str]]:
    """The metric, the detail, and the keys that the log names, after two looks."""
    registry = CollectorRegistry()
    engine = Engine(DeliveryPolicy.from_config(Config.model_validate(SOUND)))
    engine.partitions.assign(HOME, None, "")
    for offset, key in enumerate(keys):
        request = EventRequest(event, b"{}", "jane")
        engine.take(Record(HOME, offset, key, b"v", timestamp_ms=int(NOW * 1000)), Send((request,)), NOW)
    health = Health(lambda: NOW)
    hot = HotKey(Metrics(registry), health, lambda key: f"hash of {len(key)}")
    with capture_logs() as logs:
        hot.look(engine.partitions.states, NOW)
        hot.look(engine.partitions.states, NOW + 5)
    details = cast("dict[str, str]", health.readiness().body["details"])
    shown = registry.get_sample_value("bluecore_consumer_longest_lane_records")
    return shown, details["hot_key"], [line["key"] for line in logs]


def test_many_records_of_one_key_are_a_hot_key() -> None:
    shown, detail, told = looked([b"jane@example.com"] * 150 + [b"ali"] * 3)
    assert shown == 150
    assert detail == "150 records of the key hash of 16 wait in shop.orders[3], one after the other"
    assert told == ["hash of 16"]


@pytest.mark.parametrize("event", ["optin", "unsubscribe"])
def test_a_key_of_consents_is_the_same_key(event: str) -> None:
    assert looked([b"jane@example.com"] * 150, event)[2] == ["hash of 16"]


def test_many_keys_are_none() -> None:
    assert looked([b"%d" % number for number in range(500)]) == (1, "ok", [])
