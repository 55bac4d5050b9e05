"""A client that has to be made anew while there is no token: it is made once there is one, and nothing ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from confluent_kafka import KafkaError
from structlog.testing import capture_logs

from consumer.config.authentication import AuthenticationConfig
from consumer.config.model import Config
from consumer.kafka.consumer_errors import ConsumerErrors
from consumer.kafka.member import Callbacks, GroupMember
from consumer.kafka.membership import Membership
from consumer.kafka.publisher import Publisher
from consumer.kafka.topic_ids import TopicIds
from consumer.tokens.token import Token, TokenUnavailable
from tests.support.configs import SOUND
from tests.support.waiting import free_port

FATAL = KafkaError(KafkaError._FATAL, "no more")  # noqa: SLF001 - confluent-kafka's name


class Tokens:
    """A source that has a token while `there`."""

    def __init__(self) -> None:
        self.there = True

    def token(self) -> Token:
        if not self.there:
            raise TokenUnavailable("STS answers AccessDenied")
        return Token("t", 4e9)

    def callback(self, _: str) -> tuple[str, float]:
        return "t", 4e9


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> Tokens:
    source = Tokens()
    monkeypatch.setattr("consumer.kafka.client.token_source", lambda _: source)
    return source


@pytest.fixture
def config() -> Config:
    found = Config.model_validate(SOUND)
    options = {"security.protocol": "SASL_PLAINTEXT"}
    kafka = found.kafka.model_copy(
        update={
            "bootstrap_servers": f"127.0.0.1:{free_port()}",
            "authentication": AuthenticationConfig(type="google"),
            "options": options,
        }
    )
    return found.model_copy(update={"kafka": kafka})


def test_a_member_waits_until_there_is_one(tokens: Tokens, config: Config) -> None:
    now = 0.0
    nothing = ConsumerErrors(None)
    callbacks = Callbacks(
        *((lambda *_: None,) * 3), lambda *_: None, nothing, on_statistics=None, logger=nothing.incidents
    )
    tokens.there = False
    member = GroupMember(config.kafka, ["shop"], callbacks, clock=lambda: now)
    assert member.consume(1, 0) == []
    assert member.ask(lambda consumer: consumer) is None
    tokens.there = True
    now = 10.0
    member.consume(1, 0)
    assert member.ask(lambda consumer: consumer) is not None
    member.close()


def test_a_producer_that_is_of_no_more_use_is_replaced_later(tokens: Tokens, config: Config) -> None:
    publisher = Publisher(config, {})
    publisher._on_error(FATAL)  # noqa: SLF001 - as librdkafka calls it
    tokens.there = False
    with capture_logs() as logs:
        assert publisher.poll() == []
        assert not anew(logs)
        tokens.there = True
        assert publisher.poll() == []
    assert anew(logs)
    publisher.close(0)


def anew(logs: Sequence[Mapping[str, Any]]) -> bool:
    return "the producer of failed records is made anew" in [line["event"] for line in logs]


def test_what_is_asked_beside_reading_is_asked_later(tokens: Tokens, config: Config) -> None:
    """Which topics are still the same, and whether the group has this member."""
    tokens.there = False
    ids = TopicIds(config.kafka, lambda: 0.0)
    ids.watch(["shop"])
    assert ids.changed() == set()
    assert ids.gone(["shop"]) == set()
    ids.close()
    now = iter((0.0, 5.0, 5.0))
    membership = Membership(config.kafka, lambda: next(now))
    assert not membership.holds("m-1")
    membership.close()


def test_a_refusal_of_the_brokers_is_told_to_the_source_of_tokens() -> None:
    refused: list[bool] = []
    errors = ConsumerErrors(None, lambda: refused.append(True))
    errors(KafkaError(KafkaError._TRANSPORT, "a connection broke"))  # noqa: SLF001
    assert not refused
    errors(KafkaError(KafkaError._AUTHENTICATION, "invalid_token"))  # noqa: SLF001
    assert refused == [True]
