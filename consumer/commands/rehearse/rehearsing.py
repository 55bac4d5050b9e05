"""All topics rehearsed, one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Final

from consumer.avro.errors import RegistryUnavailable
from consumer.commands.preview.translation import UNKNOWN_ID_SECONDS
from consumer.commands.rehearse.reading import Window, window_of
from consumer.commands.rehearse.rehearsal import Rehearsal
from consumer.config.model import Config
from consumer.errors import ExpectedError
from consumer.kafka.reading import TopicReader
from consumer.pipeline.decoding import schema_cache

_STEP: Final = 500
Progress = Callable[[str, int, int], object]
"""Told a topic, how many of its records were read, and of how many."""


def rehearse(
    config: Config, topics: Sequence[str], window: Window, progress: Progress, *, show_values: bool = False
) -> Rehearsal:
    """Reads the topics one after the other; what cannot be read of one does not keep from the next.

    Args:
        config: the configuration.
        topics: those that exist and that a route takes.
        window: which of their records.
        progress: told every few hundred records.
        show_values: keep the first record of each message, which holds customer data.
    """
    schemas = schema_cache(config, UNKNOWN_ID_SECONDS)
    rehearsal = Rehearsal(config, schemas, int(time.time() * 1000), show_values=show_values)
    begun = time.monotonic()
    try:
        for topic in topics:
            try:
                _read(config, topic, window, rehearsal, progress)
            except (ExpectedError, RegistryUnavailable) as error:
                rehearsal.tally.problems[topic] = str(error)
    finally:
        rehearsal.tally.seconds = time.monotonic() - begun
        if schemas is not None:
            schemas.close()
    return rehearsal


def _read(config: Config, topic: str, window: Window, rehearsal: Rehearsal, progress: Progress) -> None:
    with closing(TopicReader(config, topic)) as reader:
        found = window_of(reader, window)
        count = rehearsal.counter(topic)
        rehearsal.tally.spans[topic].held = found.held
        done = 0
        progress(topic, 0, found.count)
        for done, record in enumerate(found.records, start=1):
            count(record)
            if done % _STEP == 0:
                progress(topic, done, found.count)
        rehearsal.tally.spans[topic].read = done
        progress(topic, done, max(done, 0))
