"""What the group has committed, as its coordinator tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

_TIMEOUT: Final = 5.0


def commits(consumer: Consumer, partitions: list[TopicPartition]) -> list[TopicPartition]:
    """Offsets with their metadata; below 0 where there is no commit.

    Raises:
        KafkaException: the brokers do not answer, or not for every partition.
    """
    committed = consumer.committed(partitions, timeout=_TIMEOUT)
    raise_errors(committed)
    return committed


def patient_commits(consumer: Consumer, partitions: list[TopicPartition]) -> list[TopicPartition]:
    """What `commits` gives, also while the group has no coordinator for a moment.

    Raises:
        KafkaException: the brokers do not answer, or the group has had no coordinator for half a minute.
    """
    return _PATIENT(commits, consumer, partitions)


def raise_errors(partitions: Sequence[TopicPartition]) -> None:
    """Raises the first error that one of them has.

    Raises:
        KafkaException: one has one.
    """
    for each in partitions:
        if each.error is not None:
            raise KafkaException(each.error)


def _moves(error: BaseException) -> bool:
    """Whether the group's coordinator is not to be had just now, as while brokers start."""
    return isinstance(error, KafkaException) and error.args[0].code() in {
        KafkaError.NOT_COORDINATOR,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    }


_PATIENT = Retrying(retry=retry_if_exception(_moves), wait=wait_fixed(0.25), stop=stop_after_delay(30), reraise=True)
