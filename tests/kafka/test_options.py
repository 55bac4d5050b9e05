"""`kafka.options` is tried on librdkafka itself, before anything is connected to."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.kafka.options import option_faults


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"session.timeout.ms": 6000, "enable.partition.eof": True, "fetch.min.bytes": "1"},
        {"linger.ms": 5, "acks": "all"},
        {"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN", "sasl.username": "u", "sasl.password": "p"},
        {"group.protocol": "consumer"},
    ],
)
def test_options_of_either_client_pass(options: dict[str, Any]) -> None:
    assert list(option_faults(options)) == []


def test_each_impossible_option_is_named() -> None:
    options = {"no.such": 1, "session.timeout.ms": "soon", "acks": "all", "security.protocol": "tls"}
    assert list(option_faults(options)) == [
        ("no.such", 'No such configuration property: "no.such"'),
        ("session.timeout.ms", 'Invalid value for configuration property "session.timeout.ms"'),
        ("security.protocol", 'Invalid value "tls" for configuration property "security.protocol"'),
    ]


def test_options_that_contradict_each_other_are_a_fault_of_them_all() -> None:
    """Each is possible, and no client can be made of the two."""
    ((name, message),) = option_faults({"group.protocol": "consumer", "session.timeout.ms": 6000})
    assert name == ""
    assert "session.timeout.ms" in message


def test_a_callback_cannot_be_configured() -> None:
    ((_, message),) = option_faults({"error_cb": "print"})
    assert "error_cb" in message


def test_nothing_is_written_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """librdkafka warns on stderr of what it finds odd."""
    list(option_faults({"sasl.mechanism": "PLAIN", "linger.ms": 5, "no.such": 1}))
    assert capfd.readouterr() == ("", "")
