"""`kafka.options` is tried on librdkafka itself, before anything is connected to."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.config.findings import Finding
from consumer.kafka.options import option_findings
from consumer.kafka.security import Access


def found(options: dict[str, Any]) -> list[Finding]:
    return list(option_findings(Access("kafka:9092", options)))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"session.timeout.ms": 6000, "enable.partition.eof": True, "fetch.min.bytes": "1"},
        {"linger.ms": 5, "compression.type": "zstd"},
        {"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN", "sasl.username": "u", "sasl.password": "p"},
        {"group.protocol": "consumer"},
    ],
)
def test_options_of_either_client_pass(options: dict[str, Any]) -> None:
    assert found(options) == []


def test_each_impossible_option_is_named() -> None:
    options = {"no.such": 1, "session.timeout.ms": "soon", "linger.ms": 50, "security.protocol": "tls"}
    assert found(options) == [
        Finding("no.such", 'No such configuration property: "no.such"'),
        Finding("session.timeout.ms", 'Invalid value for configuration property "session.timeout.ms"'),
        Finding("security.protocol", 'Invalid value "tls" for configuration property "security.protocol"'),
    ]


def test_options_that_contradict_each_other_are_a_fault_of_them_all() -> None:
    """Each is possible, and no client can be made of the two."""
    (both,) = found({"group.protocol": "consumer", "session.timeout.ms": 6000})
    assert both.key == ""
    assert "session.timeout.ms" in both.message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"linger.ms": 40_000}, "`message.timeout.ms` must be greater than `linger.ms`"),
        ({"max.in.flight": 10}, "`max.in.flight` must be set <= 5 when `enable.idempotence` is true"),
        (
            {"enable.gapless.guarantee": True},
            "`enable.gapless.guarantee` requires `enable.idempotence` to be enabled",
        ),
    ],
    ids=["with an option of the producer's", "with idempotence", "for the client that creates topics"],
)
def test_an_option_that_does_not_fit_the_services_own_is_a_fault(options: dict[str, Any], message: str) -> None:
    """Alone each is possible; the service could not start with it."""
    assert found(options) == [Finding("", message)]


def test_both_group_protocols_fit_in_any_spelling() -> None:
    """librdkafka takes no notice of the case."""
    assert found({"group.protocol": "Consumer"}) == []
    assert found({"group.protocol": "CLASSIC", "session.timeout.ms": 6000}) == []


def test_a_name_that_librdkafka_cannot_quote_is_a_fault() -> None:
    """Its statistics would be no JSON."""
    assert found({"client.id": 'shop "1"'}) == [
        Finding("client.id", "must not hold quotation marks, backslashes or control characters")
    ]


def test_a_callback_cannot_be_configured() -> None:
    (finding,) = found({"error_cb": "print"})
    assert "error_cb" in finding.message


def test_nothing_is_written_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """librdkafka warns on stderr of what it finds odd."""
    found({"ssl.key.location": __file__, "security.protocol": "ssl", "linger.ms": 5, "no.such": 1})
    assert capfd.readouterr() == ("", "")
