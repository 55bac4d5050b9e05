"""The brokers: whether they answer, and whether the topics of the configuration are there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing

from confluent_kafka import Consumer, KafkaException

from consumer.commands.doctor.failed_records import check_failed_records
from consumer.commands.doctor.finding import Finding, error, ok, warning
from consumer.commands.doctor.neighbours import check_neighbours
from consumer.commands.doctor.permissions import check_permissions
from consumer.config.model import Config
from consumer.kafka.client import client_options
from consumer.kafka.connection import ErrorCollector, Unreachable, cluster_metadata, why_unmade
from consumer.suggestions import did_you_mean
from consumer.tokens.token import TokenUnavailable


def check_brokers(config: Config) -> Iterator[Finding]:
    """Joins no group, writes and commits nothing."""
    errors = ErrorCollector()
    callbacks = {"group.id": config.kafka.group_id, "logger": errors, "error_cb": errors}
    try:
        with closing(Consumer(client_options(config.kafka, {}, "consumer") | callbacks)) as consumer:
            found = cluster_metadata(consumer, config.kafka, errors)
    except Unreachable as unreachable:
        yield error("brokers", unreachable.what, unreachable.advice)
        return
    except TokenUnavailable:
        yield error("brokers", "not asked: there is no token to show them", "see kafka.authentication above")
        return
    except (KafkaException, SystemError, ImportError) as refused:
        yield error("brokers", f"no client can be made: {why_unmade(refused)}", "correct kafka.options")
        return
    yield ok("brokers", f"{len(found.brokers)} answer at {config.kafka.bootstrap_servers}")
    partitions = {name: len(topic.partitions) for name, topic in found.topics.items() if topic.error is None}
    yield from check_topics(config, partitions)
    yield from check_failed_records(config)
    yield from check_permissions(config, partitions)
    yield from check_neighbours(config)


def check_topics(config: Config, partitions: Mapping[str, int]) -> Iterator[Finding]:
    """Whether the topics of the configuration are there, and fit together.

    Args:
        config: the configuration.
        partitions: how many each topic has that this user may see.
    """
    taken: set[str] = set()
    for index, route in enumerate(config.routes):
        if route.topic_pattern is not None:
            matching = {topic for topic in partitions if re.match(route.topic_pattern, topic)}
            missing = not matching and f"no topic matches {route.topic_pattern}"
        else:
            matching = {route.topic or ""} & partitions.keys()
            hint = did_you_mean(route.topic or "", partitions)
            missing = not matching and f"there is no topic {route.topic}, or none that we may see{hint}"
        taken |= matching
        if missing:
            advice = "the service takes it in once it is there: create it, or correct the route"
            yield error(f"routes[{index}]", missing, advice)
        for topic in sorted(matching):
            there = f"{topic} has {_partitions(partitions[topic])}"
            pausing = [other for other, each in enumerate(config.routes) if each.paused and each.takes(topic)]
            if not pausing:
                yield ok(f"routes[{index}]", there)
            elif route.paused:
                yield ok(f"routes[{index}]", f"{there}, and is not read: the route is paused")
            else:
                advice = "a topic is read for all its routes or for none: pause both, or neither"
                yield warning(f"routes[{index}]", f"{topic} is not read: routes[{pausing[0]}] is paused", advice)
    largest = max((partitions[topic] for topic in taken), default=0)
    letters = config.dead_letters
    settings = {letters.retry_topic: "dead_letters.retry_topic"}
    settings[letters.dead_letter_topic] = "dead_letters.dead_letter_topic"
    settings |= {} if config.receipts.topic is None else {config.receipts.topic: "receipts.topic"}
    for topic in config.own_topics:
        what = settings[topic]
        if topic not in partitions:
            yield warning(
                what, f"there is no topic {topic}", "create it, or let the service, which tries at its start"
            )
        elif topic == letters.retry_topic and partitions[topic] < largest:
            yield warning(
                what,
                f"{topic} has {_partitions(partitions[topic])}, and the largest routed topic {largest}",
                f"give it {largest}: redeliveries are spread over no more instances than it has partitions",
            )
        else:
            yield ok(what, f"{topic} has {_partitions(partitions[topic])}")


def _partitions(count: int) -> str:
    return f"{count} partition{'' if count == 1 else 's'}"
