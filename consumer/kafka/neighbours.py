"""Whether somebody with other routes shares our group or our retry topic: releases that were given the same names.

A member of the group may be assigned partitions of the retry topic that hold another's records, for which it has no
route: they become dead letters. So whoever starts or looks is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from threading import Thread
from typing import Final

import structlog
from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from consumer.config.model import Config
from consumer.errors import ExpectedError
from consumer.kafka.client import client_options
from consumer.kafka.logging import NullLogger
from consumer.kafka.tail import tail

_log = structlog.get_logger(__name__)

_SECONDS: Final = 10.0
_MOST_LOOKED_AT: Final = 500
ADVICE: Final = "give each release a kafka.group_id, a dead_letters.retry_topic and a dead_letter_topic of its own"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What is not ours.

    Attributes:
        topics: those that members of our group read and no route takes.
        parked: how many of the retry topic's newest records that the group has yet to read are of topics that no
            route takes, by topic and by the group that has written them; None: an earlier version's.
    """

    topics: tuple[str, ...]
    parked: Mapping[tuple[str, str | None], int]


def neighbours(config: Config) -> Neighbours:
    """Looks at the group and at the end of the retry topic; joins, writes and commits nothing.

    Raises:
        KafkaException: the brokers do not say.
        ExpectedError: they cannot be reached, or there is no retry topic yet.
    """
    return Neighbours(_topics_of_members(config), _parked(config) if config.dead_letters.delays_seconds else {})


def tell_neighbours(config: Config) -> None:
    """Warns in the log of what is not ours. Returns at once: a thread of its own asks."""
    Thread(target=_tell, args=(config,), name="neighbours", daemon=True).start()


def _tell(config: Config) -> None:
    try:
        found = neighbours(config)
    except (KafkaException, ExpectedError) as error:
        _log.debug("who shares the group and the retry topic cannot be told", reason=str(error))
        return
    if found.topics:
        what = f"members of the group read topics that no route takes: another release, or pods of before; {ADVICE}"
        _log.warning(what, group=config.kafka.group_id, topics=list(found.topics))
    if found.parked:
        origins = sorted({topic for topic, _ in found.parked})
        what = f"no route takes some records of the retry topic: another release's, or a route is gone; {ADVICE}"
        _log.warning(what, topic=config.dead_letters.retry_topic, origins=origins)


def _topics_of_members(config: Config) -> tuple[str, ...]:
    group = config.kafka.group_id
    with AdminClient(client_options(config.kafka, {"logger": NullLogger()}, "admin")) as admin:
        described = admin.describe_consumer_groups([group], request_timeout=_SECONDS)[group].result()
    read = {each.topic for member in described.members for each in member.assignment.topic_partitions}
    return tuple(sorted(topic for topic in read - {config.dead_letters.retry_topic} if not _takes(config, topic)))


def _parked(config: Config) -> Mapping[tuple[str, str | None], int]:
    found: Counter[tuple[str, str | None]] = Counter()
    records = tail(config, config.dead_letters.retry_topic, _MOST_LOOKED_AT)
    committed = _committed(config, {record.partition.number for record in records})
    for record in records:
        past = record.redelivery
        if past is None or record.offset < committed.get(record.partition.number, 0):
            continue
        if not _takes(config, past.origin.topic):
            found[past.origin.topic, past.group] += 1
    return found


def _committed(config: Config, numbers: set[int]) -> dict[int, int]:
    asked = [TopicPartition(config.dead_letters.retry_topic, number) for number in sorted(numbers)]
    options = {"group.id": config.kafka.group_id, "logger": NullLogger(), "enable.auto.commit": False}
    with closing(Consumer(client_options(config.kafka, options, "consumer"))) as consumer:
        return {each.partition: each.offset for each in consumer.committed(asked, timeout=_SECONDS)} if asked else {}


def _takes(config: Config, topic: str) -> bool:
    return any(route.takes(topic) for route in config.routes)
