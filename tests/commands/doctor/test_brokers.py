"""The topics of a configuration against those that there are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from consumer.commands.doctor.brokers import check_brokers, check_topics
from consumer.commands.doctor.finding import Finding, Severity
from consumer.config.model import Config
from consumer.kafka.group import Untold, members
from consumer.tokens.token import Token, TokenUnavailable
from tests.support.configs import SOUND
from tests.support.waiting import free_port

RETRY, DEAD = "bluecore-consumer.retry", "bluecore-consumer.dead-letter"
WHOLE = {"shop.orders": 6, RETRY: 6, DEAD: 1}


def found(partitions: dict[str, int], **route: Any) -> list[Finding]:
    """What is not well."""
    config = Config.model_validate({**SOUND, "routes": [{"event": "purchase", **route}]})
    return [each for each in check_topics(config, partitions) if each.severity is not Severity.OK]


def test_all_is_there() -> None:
    assert found(WHOLE, topic="shop.orders") == []
    assert found(WHOLE, topic_pattern=r"^shop\..*") == []


def test_a_paused_topic_is_as_it_should_be() -> None:
    assert found(WHOLE, topic="shop.orders", paused=True) == []


def test_a_pattern_whose_topic_another_pattern_pauses() -> None:
    """Of two patterns only the brokers' topics tell that they have one in common."""
    routes: list[dict[str, Any]] = [
        {"topic_pattern": "^shop", "event": "search"},
        {"topic_pattern": "^.*orders$", "event": "search", "paused": True},
    ]
    config = Config.model_validate({**SOUND, "routes": routes})

    wrong = [each for each in check_topics(config, WHOLE) if each.severity is not Severity.OK]

    assert [(each.what, each.message) for each in wrong] == [
        ("routes[0]", "shop.orders is not read: routes[1] is paused")
    ]


def test_a_missing_topic_is_told_with_the_one_that_was_probably_meant() -> None:
    (finding,) = found(WHOLE, topic="shop.order")
    assert (finding.severity, finding.what) == (Severity.ERROR, "routes[0]")
    assert "did you mean shop.orders?" in finding.message


def test_a_pattern_that_matches_nothing() -> None:
    (finding,) = found(WHOLE, topic_pattern="^store.*")
    assert "no topic matches ^store.*" in finding.message


def test_our_own_topics_may_still_be_made() -> None:
    assert [each.severity for each in found({"shop.orders": 6}, topic="shop.orders")] == [Severity.WARNING] * 2


def test_without_delays_there_is_no_retry_topic_to_miss() -> None:
    config = Config.model_validate({**SOUND, "dead_letters": {"delays_seconds": []}})
    assert [each.what for each in check_topics(config, {})] == ["routes[0]", "dead_letters.dead_letter_topic"]


def test_a_retry_topic_of_few_partitions_leaves_instances_idle() -> None:
    (finding,) = found({**WHOLE, RETRY: 2}, topic="shop.orders")
    assert finding.severity is Severity.WARNING
    assert finding.advice.startswith("give it 6")


@pytest.mark.parametrize("options", [{}, {"security.protocol": "SASL_SSL"}])
def test_brokers_that_cannot_be_reached_are_one_error(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, str]
) -> None:
    monkeypatch.setattr("consumer.kafka.connection.TIMEOUT_SECONDS", 1.0)
    kafka = {"bootstrap_servers": f"127.0.0.1:{free_port()}", "options": options}
    (finding,) = check_brokers(Config.model_validate({**SOUND, "kafka": kafka}))
    assert finding.severity is Severity.ERROR


def test_without_a_token_the_brokers_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Why there is none is told before it."""

    def none() -> Token:
        raise TokenUnavailable("STS answers AccessDenied")

    monkeypatch.setattr("consumer.kafka.client.token_source", lambda _: SimpleNamespace(token=none))
    section = {"bootstrap_servers": f"127.0.0.1:{free_port()}", "authentication": {"type": "google"}}
    (finding,) = check_brokers(Config.model_validate({**SOUND, "kafka": section}))
    assert (finding.what, finding.severity) == ("brokers", Severity.ERROR)
    assert finding.message == "not asked: there is no token to show them"


def test_without_a_token_nobody_can_say_who_is_in_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> Token:
        raise TokenUnavailable("STS answers AccessDenied")

    monkeypatch.setattr("consumer.kafka.client.token_source", lambda _: SimpleNamespace(token=none))
    section = {"bootstrap_servers": f"127.0.0.1:{free_port()}", "authentication": {"type": "google"}}
    with pytest.raises(Untold, match="cannot be asked who is in the group bluecore-consumer: STS answers"):
        members(Config.model_validate({**SOUND, "kafka": section}))
