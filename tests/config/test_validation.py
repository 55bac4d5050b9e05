"""What is well formed of a document is checked too, whatever is wrong with the rest."""

from __future__ import annotations

import pytest

from consumer.config.findings import Finding
from consumer.config.load import ConfigError, parse
from consumer.config.validation import PartialConfig, partial_config, validated
from tests.support.configs import SOUND, text


def test_a_sound_document_is_the_configuration() -> None:
    config, findings = validated({**SOUND})
    assert config is not None
    assert findings == []


def test_of_no_document_nothing_is_well_formed() -> None:
    partial = partial_config({"routes": "a text", "kafka": None})
    assert (partial.kafka_options, partial.schema_registry, partial.has_registry, partial.routes) == (
        {},
        None,
        False,
        {},
    )


def test_checks_see_what_is_sound_beside_what_is_not() -> None:
    """What is wrong with a good route's meaning is told together with what is wrong with a bad one's form."""
    seen: list[PartialConfig] = []

    def checks(partial: PartialConfig) -> list[Finding]:
        seen.append(partial)
        return [Finding("routes[1].event", "is odd")]

    written = text(
        kafka={"options": {"debug": "all", "linger.ms": [1]}}, routes=[{"topic": 5}, {"topic": "a", "event": "optin"}]
    )
    with pytest.raises(ConfigError) as refused:
        parse(written, {}, "config.yaml", checks)
    assert seen[0].kafka_options == {"debug": "all"}
    assert list(seen[0].routes) == [1]
    assert Finding("routes[1].event", "is odd") in refused.value.findings


def test_a_preset_that_there_is_not_is_one_fault() -> None:
    """And not that the route has no event, which the preset would have had."""
    _, findings = validated({**SOUND, "routes": [{"topic": "a", "preset": "segmnt"}]})
    assert [finding.key for finding in findings] == ["routes[0].preset"]
