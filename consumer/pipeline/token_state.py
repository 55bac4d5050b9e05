"""The token for Kafka as operators see it: whether it can be renewed, and whether the last one is still good."""

from __future__ import annotations

from typing import Protocol

from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics


class HasToken(Protocol):
    """What gets the tokens of this process."""

    @property
    def failure(self) -> str:
        """Why the token cannot be renewed; empty where it can."""

    @property
    def expired(self) -> str:
        """Why there is none that is good; empty where there is one."""


class TokenState:
    """Shows it where it changes."""

    def __init__(self, metrics: Metrics, health: Health, tokens: HasToken | None) -> None:
        """`tokens`: None where `kafka.authentication` is not set."""
        self._metrics = metrics
        self._health = health
        self._tokens = tokens
        self._failure = ""
        metrics.kafka_token_up.set(1)
        if tokens is not None:
            health.detail("kafka_token", "ok")

    def show(self) -> str:
        """Why there is no token that is good; empty where there is one, or none is needed."""
        if self._tokens is None:
            return ""
        if (failure := self._tokens.failure) != self._failure:
            self._failure = failure
            self._metrics.kafka_token_up.set(not failure)
            self._health.detail("kafka_token", failure or "ok")
        return self._tokens.expired
