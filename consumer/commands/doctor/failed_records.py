"""Whether the brokers take failed records the way that the service would write them; writes nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

import orjson
from confluent_kafka import KafkaError, KafkaException, Producer

from consumer.commands.doctor.finding import Finding, ok, warning
from consumer.config.model import Config
from consumer.kafka.client import producer_options
from consumer.kafka.concessions import refuses_idempotence
from consumer.kafka.logging import NullLogger

_WHAT: Final = "failed records"
_SECONDS: Final = 10.0


def check_failed_records(config: Config) -> Iterator[Finding]:
    """Asks for the id that an idempotent producer needs, which is all that it does without records."""
    states: list[str] = []
    refused: KafkaError | None = None

    def on_statistics(text: str) -> None:
        states.append(orjson.loads(text).get("eos", {}).get("idemp_state", ""))

    callbacks = {"stats_cb": on_statistics, "logger": NullLogger()}
    deadline = time.monotonic() + _SECONDS
    producer = Producer({**producer_options(config.kafka), "statistics.interval.ms": 200, **callbacks})
    try:
        while time.monotonic() < deadline and "Assigned" not in states:
            producer.poll(0.1)
    except KafkaException as error:
        # So a fatal error is told [confluent-kafka 2.16].
        refused = error.args[0]
    if "Assigned" in states:
        yield ok(_WHAT, "the brokers take an idempotent producer: none is written twice")
    elif refused is not None and refuses_idempotence(refused):
        what = f"the brokers take no idempotent producer ({refused.str()}): where a connection breaks, one may be"
        twice = "written twice, and its event sent twice with the same Idempotency-Key"
        yield warning(_WHAT, f"{what} {twice}", "allow IdempotentWrite on the cluster, where there is such a right")
    else:
        reason = refused.str() if refused is not None else f"no answer within {_SECONDS:g} s"
        yield warning(_WHAT, f"the brokers give an idempotent producer no id: {reason}", "look at their logs")
