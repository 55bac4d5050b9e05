"""One look at everything that can be asked: the brokers, the group, each instance, the dead letters."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from confluent_kafka import KafkaException

from consumer.commands.dead_letters.selection import Selection
from consumer.commands.dead_letters.survey import Count, survey
from consumer.commands.status.instance import Instance, addresses, ask_all
from consumer.commands.status.lag import TopicLag, lags, oldest_times
from consumer.config.model import Config
from consumer.errors import ExpectedError
from consumer.kafka.group import GroupProgress, Member, Progress, Untold, members
from consumer.kafka.reading import NoSuchTopic, TopicReader
from consumer.records import Partition

_LETTERS_MS = 3_600_000
Wait = Callable[[float], object]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was found.

    Attributes:
        at: seconds since the epoch.
        seconds: how long the lag was watched.
        group: its members; None where the brokers do not tell.
        lags: of the routed topics that are read.
        waiting: how many records are in the retry topic and not settled.
        missing: the routed topics that there are not.
        paused: the topics that are not read, as their routes say.
        instances: what each said.
        letters: the dead letters of the last hour, the commonest first.
        untold: what could not be asked, a sentence each.
    """

    at: float
    seconds: float
    group: tuple[Member, ...] | None = None
    lags: tuple[TopicLag, ...] = ()
    waiting: int = 0
    missing: tuple[str, ...] = ()
    paused: tuple[str, ...] = ()
    instances: tuple[Instance, ...] = ()
    letters: tuple[Count, ...] = ()
    untold: tuple[str, ...] = ()


def look(
    config: Config,
    given: Iterable[str],
    seconds: float,
    wait: Wait = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Snapshot:
    """Ask for everything; what does not answer is told in `untold`.

    Args:
        config: the configuration.
        given: addresses of instances; none: those of the group's members.
        seconds: between the two looks at the lag.
        wait: passes the time.
        clock: seconds; how long the wait was, as to ask the brokers takes a while too.
    """
    untold: list[str] = []
    named = list(given)
    group = _group(config, named, untold)
    instances = tuple(ask_all(addresses(named, group or (), config.telemetry.port)))
    letters = config.dead_letters
    retries = [letters.retry_topic] if letters.delays_seconds else []
    try:
        with GroupProgress(config) as progress:
            read, paused, missing = _topics(config, progress.topics)
            before = progress.of([*read, *retries])
            begun = clock()
            wait(seconds)
            now = progress.of([*read, *retries])
            passed = max(seconds, clock() - begun)
        waiting = sum(each.lag for partition, each in now.items() if partition.topic in retries)
        before, now = _without(before, retries), _without(now, retries)
        behind = tuple(lags(before, now, passed, oldest_times(config, now)))
    except (ExpectedError, KafkaException) as error:
        untold.append(str(error))
        return Snapshot(time.time(), seconds, group, instances=instances, untold=tuple(untold))
    counts = _letters(config, untold)
    return Snapshot(time.time(), seconds, group, behind, waiting, missing, paused, instances, counts, tuple(untold))


def _group(config: Config, named: list[str], untold: list[str]) -> tuple[Member, ...] | None:
    """Who is in the group; where the brokers do not tell, the instances that were named are enough."""
    try:
        return tuple(members(config))
    except Untold as error:
        if not named:
            untold.append(f"{error}; give the instances' addresses with --instance")
        return None


def _without(progress: Mapping[Partition, Progress], topics: list[str]) -> dict[Partition, Progress]:
    return {partition: each for partition, each in progress.items() if partition.topic not in topics}


def _topics(config: Config, existing: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The routed topics that are read, those that are paused, and those that there are not."""
    there = sorted(existing)
    routed = [topic for topic in there if any(route.takes(topic) for route in config.routes)]
    paused = [topic for topic in routed if any(route.paused and route.takes(topic) for route in config.routes)]
    named = dict.fromkeys(route.topic for route in config.routes if route.topic is not None)
    missing = [topic for topic in named if topic not in there]
    return tuple(each for each in routed if each not in paused), tuple(paused), tuple(missing)


def _letters(config: Config, untold: list[str]) -> tuple[Count, ...]:
    since = Selection(since=int(time.time() * 1000) - _LETTERS_MS)
    try:
        with TopicReader(config, config.dead_letters.dead_letter_topic) as reader:
            return tuple(survey(reader, since, config.routes).counts())
    except NoSuchTopic:
        return ()  # nothing was ever given up
    except ExpectedError as error:
        untold.append(f"the dead letters could not be read: {error}")
        return ()
