"""Whether any broker can be reached, and when none can, why: the sentence that a command ends with."""

from __future__ import annotations

import re
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin._metadata import ClusterMetadata

from consumer.config.model import KafkaConfig
from consumer.errors import ExpectedError
from consumer.kafka.logging import in_our_words

TIMEOUT_SECONDS: Final = 15.0
"""How long a broker has to answer at a start."""


class Unreachable(ExpectedError):
    """No broker has answered, or not with what was asked for.

    Attributes:
        what: what has happened.
        advice: what to do, where that can be told.
    """

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(f"{what}. {advice[0].upper()}{advice[1:]}" if advice else what)
        self.what = what
        self.advice = advice


class ErrorCollector(list[str]):
    """An `error_cb` that keeps what it is told: the call that fails says no more than that it took too long."""

    def __call__(self, error: KafkaError) -> None:
        # Attempts differ in nothing but how long each took.
        text = in_our_words(re.sub(r" \(after \d+ms [^)]*\)", "", error.str()))
        if text not in self:
            self.append(text)


def cluster_metadata(client: Producer | Consumer, config: KafkaConfig, errors: ErrorCollector) -> ClusterMetadata:
    """The cluster's brokers and topics, as a client with this configuration sees them.

    Args:
        client: the client.
        config: what it was made of.
        errors: its `error_cb`.

    Raises:
        Unreachable: no broker answers; with what to do.
    """
    try:
        found: ClusterMetadata = client.list_topics(timeout=TIMEOUT_SECONDS)
    except KafkaException as error:
        client.poll(0)
        why = "; ".join(errors or [error.args[0].str()])
        raise Unreachable(
            f"no broker answered within {TIMEOUT_SECONDS:g} s at {config.bootstrap_servers}: {why}",
            "check kafka.bootstrap_servers, whether the brokers are up, and that security.protocol, sasl.* and ssl.* "
            "in kafka.options are what they expect",
        ) from None
    return found
