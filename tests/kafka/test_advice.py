"""What librdkafka says of a connection, and what is to be done about it."""

from __future__ import annotations

import pytest

from consumer.kafka.advice import advice_on


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (
            (
                "127.0.0.1:9093/bootstrap: Disconnected while requesting ApiVersion: might be caused by incorrect "
                "security.protocol configuration (connecting to a SSL listener?) or broker version is < 0.10"
            ),
            "this port speaks TLS",
        ),
        (
            (
                "SSL handshake failed: Disconnected: connecting to a PLAINTEXT broker listener? (after 1ms in state "
                "SSL_HANDSHAKE)"
            ),
            "this port speaks no TLS",
        ),
        (
            (
                "SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate "
                "could not be verified, verify that ssl.ca.location is correctly configured"
            ),
            "set ssl.ca.location",
        ),
        ("FAIL [thrd:x] Disconnected: connection reset by peer (after 1ms in state APIVERSION_QUERY)", "speaks TLS"),
        ('SASL authentication error: {"status":"invalid_token"}', "the brokers refuse the token"),
        (
            "Failed to retrieve token from https://issuer: 500 (Internal Server Error)",
            "the token's service gives none",
        ),
        (
            (
                "SASL SCRAM-SHA-512 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's "
                "supported mechanisms: PLAIN"
            ),
            "ask for the one that this port takes",
        ),
        (
            (
                "SASL authentication error: Authentication failed during authentication due to invalid credentials "
                "with SASL mechanism SCRAM-SHA-512"
            ),
            "check sasl.username and sasl.password",
        ),
    ],
)
def test_an_error_has_its_advice(error: str, advice: str) -> None:
    assert advice in advice_on(error)


def test_what_nobody_knows_has_none() -> None:
    assert advice_on("Connect to ipv4#127.0.0.1:9092 failed: Connection refused") == ""
