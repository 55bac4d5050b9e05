"""librdkafka's lines, kept from flooding the log."""

from __future__ import annotations

import structlog
from structlog.testing import capture_logs

from consumer.kafka.logging import RateLimitedLog


def test_what_goes_on_is_told_once_a_minute() -> None:
    """librdkafka tells of each of many tries a second to reach brokers that are down."""
    now = 0.0
    incidents = RateLimitedLog(structlog.get_logger(), lambda: now)

    with capture_logs() as logs:
        for _ in range(500):
            incidents.log(40, "%s [%s] %s", "FAIL", "rdkafka#consumer-1", "Connection refused")
            incidents.warning("_TRANSPORT", "Kafka reports an error", error="Connection refused")
            now += 0.2

    assert [(line["event"], line["suppressed"]) for line in logs] == [
        ("FAIL [rdkafka#consumer-1] Connection refused", 0),
        ("Kafka reports an error", 0),
        ("FAIL [rdkafka#consumer-1] Connection refused", 299),
        ("Kafka reports an error", 299),
    ]
