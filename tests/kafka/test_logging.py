"""librdkafka's lines, kept from flooding the log."""

from __future__ import annotations

import pytest
import structlog
from structlog.testing import capture_logs

from consumer.kafka.logging import RateLimitedLog, in_our_words


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


@pytest.mark.parametrize(
    ("librdkafkas", "means"),
    [
        (
            (
                "Disconnected: requesting ApiVersion: might be caused by incorrect security.protocol configuration "
                "(connecting to a SSL listener?) or broker version is < 0.10 (see api.version.request) (after 3ms)"
            ),
            "security.protocol is wrong",
        ),
        (
            "Disconnected: requesting ApiVersion: might be caused by broker version < 0.10 (see api.version.request)",
            "a proxy or another service listens there",
        ),
        (
            (
                "ApiVersionRequest failed: Local: Timed out: probably due to broker version < 0.10 (see "
                "api.version.request configuration)"
            ),
            "the broker does not answer: it hangs, or has only begun to start",
        ),
    ],
)
def test_nobody_is_sent_to_look_for_an_old_broker(librdkafkas: str, means: str) -> None:
    """The three sentences of librdkafka 2.16 that guess at one."""
    with capture_logs() as logs:
        RateLimitedLog(structlog.get_logger()).log(40, "%s %s", "FAIL", librdkafkas)
    for text in (in_our_words(librdkafkas), logs[0]["event"]):
        assert means in text
        assert "0.10" not in text
