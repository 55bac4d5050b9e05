"""What no single setting shows: routes against the contract, against each other, and what the files and Kafka say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consumer.checking import load_checked
from consumer.settings import ConfigError
from tests.support.configs import SOUND, text


def faults(folder: Path, **sections: Any) -> list[str]:
    file = folder / "config.yaml"
    file.write_text(text(**sections))
    with pytest.raises(ConfigError) as refused:
        load_checked(file, {})
    return list(map(str, refused.value.faults))


def test_a_sound_configuration_passes_without_a_network(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text())
    assert load_checked(file, {}).routes[0].topic == "shop.customers"


@pytest.mark.parametrize(
    ("routes", "fault"),
    [
        (
            [{"topic": "a", "event": "purchse"}],
            "routes[0].event: unknown event type 'purchse'; did you mean purchase?",
        ),
        (
            [{"topic": "a", "event": "purchase", "fields": {"order": "id"}}],
            "routes[0].fields.order: purchase has no field order; did you mean order_id?",
        ),
        (
            [{"topic": "a", "event": "purchase", "when": "lenght(lines) > `0`"}],
            "routes[0].when: JMESPath has no function lenght(); did you mean length?",
        ),
        (
            [{"topic_pattern": "^a(", "event": "optin"}],
            "routes[0].topic_pattern: is no regular expression: missing ),",
        ),
        (
            [{"topic": "a", "event": "optin"}, {"topic": "a", "event": "optin"}],
            "routes[1]: repeats routes[0] (same topic, record, when and event): each record would be sent twice",
        ),
        (
            [{"topic": "a", "event": "optin", "format": "raw"}],
            "routes[0].schema: is missing: `format: raw` needs the .avsc file of its values",
        ),
        (
            [{"topic": "bluecore-consumer.retry", "event": "optin"}],
            "routes[0].topic: takes in bluecore-consumer.retry, which is dead_letters.retry_topic",
        ),
        (
            [{"topic_pattern": "^bluecore.*dead", "event": "optin"}],
            "routes[0].topic_pattern: takes in bluecore-consumer.dead-letter, which is",
        ),
    ],
)
def test_routes_that_cannot_be_meant_are_refused(tmp_path: Path, routes: list[Any], fault: str) -> None:
    (found,) = faults(tmp_path, routes=routes)
    assert found.startswith(fault)


def test_routes_keep_the_numbers_that_they_have_in_the_file(tmp_path: Path) -> None:
    """A route that is not well formed is left out of the comparison, and counts."""
    optin = {"topic": "a", "event": "optin"}
    assert [fault.partition(" (")[0] for fault in faults(tmp_path, routes=[5, optin, optin])] == [
        "routes[0]: must have keys of its own below it",
        "routes[2]: repeats routes[1]",
    ]


def test_a_schema_file_that_is_missing_or_none_is_named(tmp_path: Path) -> None:
    missing, broken = tmp_path / "missing.avsc", tmp_path / "broken.avsc"
    broken.write_text("{")
    routes = [
        {"topic": file.name, "event": "optin", "format": "raw", "schema": str(file)} for file in (missing, broken)
    ]
    first, second = faults(tmp_path, routes=routes)
    assert first == f"routes[0].schema: {missing}: cannot be read: No such file or directory"
    assert second.startswith("routes[1].schema: ")
    assert "broken.avsc" in second


def test_confluents_wire_format_needs_a_registry(tmp_path: Path) -> None:
    assert faults(tmp_path, schema_registry=None)[-1] == (
        "schema_registry: is required: routes[0] reads Confluent's wire format"
    )


def test_an_unknown_option_of_the_registry_is_named(tmp_path: Path) -> None:
    registry = {**SOUND["schema_registry"], "options": {"basic.auth.user.inf": "user:marked-secret"}}
    (found,) = faults(tmp_path, schema_registry=registry)
    assert found == (
        "schema_registry.options: basic.auth.user.inf: no such option of the schema registry; "
        "did you mean basic.auth.user.info?"
    )


def test_all_kinds_of_faults_come_together(tmp_path: Path) -> None:
    """A user who has put one thing right is not to meet the next only then."""
    found = faults(
        tmp_path,
        kafka={"bootstrap_servers": "k", "options": {"no.such.option": "x"}},
        schema_registry={"url": "http://r", "options": {"nothing": "x"}},
        telemetry={"port": "x"},
        dead_letters={"retry_topic": "a", "delays_seconds": ["x"]},
        routes=[{"topic": "a", "event": "optn", "when": "a =="}],
    )
    assert [fault.partition(": ")[0] for fault in found] == [
        "dead_letters.delays_seconds[0]",
        "telemetry.port",
        "routes[0].when",
        "kafka.options.no.such.option",
        "schema_registry.options",
        "routes[0].event",
        "routes[0].topic",
    ]
