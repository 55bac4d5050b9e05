"""The token as librdkafka's callback gives it."""

from __future__ import annotations

import pytest

from consumer.kafka.tokens.source import KafkaTokenSource
from consumer.tokens.token import Token, TokenUnavailable

NOW = 1_800_000_000.0


class Service:
    """Gives the token `t1` of a life of `seconds`; the time stands still."""

    def __init__(self, seconds: float = 900) -> None:
        self.now = NOW
        self.seconds = seconds
        self.failure: Exception | None = None

    def __call__(self) -> Token:
        if self.failure is not None:
            raise self.failure
        return Token("t1", self.now + self.seconds)

    def source(self) -> KafkaTokenSource:
        return KafkaTokenSource(self, clock=lambda: self.now)


def test_clients_are_told_of_a_short_life_so_that_they_take_a_newer_token_soon() -> None:
    """A refused token would be shown for 80 % of its life; they ask again after 80 % of what they are told."""
    source = Service(seconds=3600).source()
    source.token()
    assert source.callback("") == ("t1", NOW + 60)


@pytest.mark.parametrize(("left", "told"), [(45.0, 45.0), (3.0, 10.0), (-100.0, 10.0)])
def test_clients_are_never_told_of_an_end_that_has_passed(left: float, told: float) -> None:
    """librdkafka refuses one, and what is raised in its callback loses its reason."""
    service = Service()
    source = service.source()
    source.token()
    service.failure = TokenUnavailable("down")
    service.now = NOW + 900 - left
    assert source.callback("") == ("t1", service.now + told)


def test_without_any_token_the_callback_says_why() -> None:
    service = Service()
    service.failure = TokenUnavailable("no credentials of AWS were found")
    source = service.source()
    with pytest.raises(TokenUnavailable):
        source.token()
    with pytest.raises(TokenUnavailable, match="no credentials of AWS were found"):
        source.callback("")
