"""Follows the whole retry topic, so that every instance knows which keys are parked there.

Any instance may own the partition that a parked record lies in. What is parked follows from the topic itself and from
the group's commits on it, so that it survives restarts and needs no store: a record that order matters for is
parked from the moment it is in the topic until the group has committed past it, or has it in the commit's map
of settled offsets.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from queue import SimpleQueue
from typing import Any

import structlog
from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from consumer.config import Config
from consumer.delivery.offset_map import decode
from consumer.delivery.parking import CaughtUp, Change, Parked, Unparked
from consumer.kafka.client import client_options
from consumer.kafka.headers import ORDERED, redelivery

log = structlog.get_logger(__name__)

_POLL_SECONDS = 0.2
_COMMITS_SECONDS = 1.0
_TIMEOUT = 10.0
_BATCH = 500


class RetryWatch:
    """Reads in a thread of its own; `changes` hands over what it learned, in the caller's thread."""

    def __init__(self, config: Config) -> None:
        self._topic = config.dead_letters.retry_topic
        self._changes: SimpleQueue[Change] = SimpleQueue()
        self._asked: SimpleQueue[int] = SimpleQueue()
        self._parked: defaultdict[int, dict[int, Parked]] = defaultdict(dict)
        self._positions: dict[int, int] = {}
        self._ends: dict[int, dict[int, int]] = {}
        self._closed = threading.Event()
        # The group's commits are read under its name; nothing is subscribed to or committed.
        options: dict[str, Any] = {
            "group.id": config.kafka.group_id,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "queued.max.messages.kbytes": 4096,
            "logger": log,
        }
        self._consumer = Consumer(client_options(config.kafka, options, "consumer"))
        self._thread = threading.Thread(target=self._run, name="retry-watch", daemon=True)
        self._thread.start()

    def changes(self) -> list[Change]:
        """What has changed since the last call."""
        found = []
        while not self._changes.empty():
            found.append(self._changes.get())
        return found

    def catch_up(self, number: int) -> None:
        """Asks for `CaughtUp(number)`, once everything is known that is in the topic now."""
        self._asked.put(number)

    def close(self) -> None:
        self._closed.set()
        self._thread.join(_TIMEOUT)

    def _run(self) -> None:
        waited = 0.0
        while not self._closed.is_set():
            try:
                self._read()
                self._answer()
                waited += _POLL_SECONDS
                if waited >= _COMMITS_SECONDS and any(self._parked.values()):
                    self._forget_settled()
                    waited = 0.0
            except KafkaException as error:
                log.warning("the retry topic cannot be followed; parked keys stay parked", error=str(error))
                self._closed.wait(_COMMITS_SECONDS)
        self._consumer.close()

    def _read(self) -> None:
        if not self._positions:
            self._start()
        messages = self._consumer.consume(_BATCH, _POLL_SECONDS)
        for message in messages:
            if message.error() is None:
                self._learn(message)

    def _start(self) -> None:
        """From the group's commits on: what lies before them is settled."""
        partitions = self._consumer.list_topics(self._topic, timeout=_TIMEOUT).topics[self._topic].partitions
        committed = self._consumer.committed([TopicPartition(self._topic, n) for n in partitions], timeout=_TIMEOUT)
        for each in committed:
            low, _ = self._consumer.get_watermark_offsets(each, timeout=_TIMEOUT)
            self._positions[each.partition] = max(each.offset, low)
        self._consumer.assign([TopicPartition(self._topic, n, at) for n, at in self._positions.items()])

    def _learn(self, message: Message) -> None:
        number, offset = message.partition() or 0, message.offset() or 0
        self._positions[number] = offset + 1
        headers: Any = tuple(message.headers() or ())
        past = redelivery(headers)
        key = dict(headers).get(ORDERED)
        if past is None or key is None:
            return
        parked = Parked(key, past.origin, past.offset)
        self._parked[number][offset] = parked
        self._changes.put(parked)

    def _answer(self) -> None:
        """Answers those who wait for the topic's end as it was when they asked."""
        while not self._asked.empty():
            number = self._asked.get()
            self._ends[number] = {
                partition: self._consumer.get_watermark_offsets(
                    TopicPartition(self._topic, partition), timeout=_TIMEOUT
                )[1]
                for partition in self._positions
            }
        for number, ends in list(self._ends.items()):
            if all(self._positions[partition] >= end for partition, end in ends.items()):
                del self._ends[number]
                self._forget_settled()
                self._changes.put(CaughtUp(number))

    def _forget_settled(self) -> None:
        watched = [TopicPartition(self._topic, number) for number, parked in self._parked.items() if parked]
        for each in self._consumer.committed(watched, timeout=_TIMEOUT) if watched else ():
            beyond = decode(each.offset, each.metadata) if each.offset >= 0 else frozenset[int]()
            parked = self._parked[each.partition]
            for offset in [offset for offset in parked if offset < each.offset or offset in beyond]:
                gone = parked.pop(offset)
                self._changes.put(Unparked(gone.key, gone.origin, gone.offset))
