"""Follows the whole retry topic, so that every instance knows which keys are parked there.

Any instance may own the partition that a parked record lies in. What is parked follows from the topic itself and from
the group's commits on it, so that it survives restarts and needs no store: a record that order matters for is
parked from the moment it is in the topic until the group has committed past it, or has it in the commit's map
of settled offsets. One that parks a customer's consents and their other records frees the consents once it is half
settled.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from queue import SimpleQueue
from typing import Any

import structlog
from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from consumer.config.model import Config
from consumer.delivery.offset_map import decode, decode_halves
from consumer.delivery.offset_ranges import OffsetRanges
from consumer.delivery.parking import BOTH, MOST_PARKED, CaughtUp, Change, Parked, Unparked, digest_of, short
from consumer.kafka.client import Fatal, client_options
from consumer.kafka.headers import ORDERING_KEY_HEADER, redelivery
from consumer.kafka.logging import NullLogger
from consumer.records import OrderClass, Partition

log = structlog.get_logger(__name__)

_POLL_SECONDS = 0.2
_COMMITS_SECONDS = 1.0
_TIMEOUT = 5.0
_BATCH = 500
_MOST_CHANGES = 2000
"""At a time: the loop has others to serve between them."""
_MOST_ORIGINS = 4096
_CONSENT = frozenset((OrderClass.CONSENT,))


class RetryWatch:
    """Reads in a thread of its own; `changes` hands over what it learned, in the caller's thread."""

    def __init__(self, config: Config, most: int = MOST_PARKED) -> None:
        """Begin to follow.

        Args:
            config: the brokers, the group and the topic.
            most: records that are kept in mind; while there are as many, no further one is read.
        """
        self._most = most
        self._topic = config.dead_letters.retry_topic
        self._changes: SimpleQueue[Change] = SimpleQueue()
        self._requested: SimpleQueue[int] = SimpleQueue()
        self._parked: defaultdict[int, dict[int, Parked]] = defaultdict(dict)
        self._count = 0
        self._origins: dict[Partition, Partition] = {}
        """One of each for all that come from there."""
        self._starts: dict[int, int] = {}
        self._waiting: dict[int, dict[int, int]] = {}
        self._last_error = ""
        self._fatal = ""
        self._closed = threading.Event()
        # The group's commits are read under its name; nothing is subscribed to or committed.
        options: dict[str, Any] = {
            "group.id": config.kafka.group_id,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "queued.max.messages.kbytes": 4096,
            # Its connections break together with those of the consumer, which tells of it.
            "logger": NullLogger(),
            "error_cb": self._on_error,
        }
        self._consumer = Consumer(client_options(config.kafka, options, "consumer"))
        self._thread = threading.Thread(target=self._run, name="retry-watch", daemon=True)
        self._thread.start()

    def changes(self) -> Sequence[Change]:
        """What has changed since the last call, as much of it as takes no time to speak of.

        Raises:
            Fatal: the topic can be followed no more.
        """
        if self._fatal:
            raise Fatal(self._fatal)
        found: list[Change] = []
        while len(found) < _MOST_CHANGES and not self._changes.empty():
            found.append(self._changes.get())
        return found

    def catch_up(self, number: int) -> None:
        """Asks for `CaughtUp(number)`, once everything is known that is in the topic now."""
        self._requested.put(number)

    def close(self) -> None:
        self._closed.set()
        self._thread.join(_POLL_SECONDS * 2)

    def _run(self) -> None:
        rounds = 0
        while not self._closed.is_set():
            try:
                self._read()
                self._start_catch_ups()
                self._finish_catch_ups()
                rounds += 1
                if rounds * _POLL_SECONDS >= _COMMITS_SECONDS:
                    rounds = 0
                    self._forget_settled()
            except Exception as error:  # noqa: BLE001 - were the thread to end, ordered events would wait for ever
                self._log_once(str(error))
                self._closed.wait(_COMMITS_SECONDS)
            else:
                self._last_error = ""
        self._consumer.close()

    def _read(self) -> None:
        if not self._starts or self._count >= self._most:
            # Nobody has asked yet, and no partition is followed; or there is no room for more.
            self._closed.wait(_POLL_SECONDS)
            return
        for message in self._consumer.consume(min(_BATCH, self._most - self._count), _POLL_SECONDS):
            self._handle_message(message)

    def _log_once(self, error: str) -> None:
        """One line for an error that goes on."""
        if error != self._last_error:
            log.warning("the retry topic cannot be followed; what order matters for may wait", error=error)
        self._last_error = error

    def _assign_partitions(self) -> None:
        """Takes in the topic's partitions, new ones too, from the group's commits on: what is before is settled."""
        topic = self._consumer.list_topics(self._topic, timeout=_TIMEOUT).topics[self._topic]
        if topic.error is not None or not topic.partitions:
            raise LookupError(f"{self._topic}: {topic.error or 'has no partitions'}")
        new = [TopicPartition(self._topic, number) for number in topic.partitions if number not in self._starts]
        if not new:
            return
        starts = {}
        for each in self._consumer.committed(new, timeout=_TIMEOUT):
            low, high = self._consumer.get_watermark_offsets(each, timeout=_TIMEOUT)
            starts[each.partition] = min(max(each.offset, low), high)
        self._consumer.incremental_assign([TopicPartition(self._topic, *start) for start in starts.items()])
        self._starts |= starts

    def _handle_message(self, message: Message) -> None:
        if (error := message.error()) is not None:
            self._log_once(error.str())
            return
        headers: Any = tuple(message.headers() or ())
        past = redelivery(headers)
        key = dict(headers).get(ORDERING_KEY_HEADER)
        if past is None or key is None:
            return
        number, offset = message.partition() or 0, message.offset() or 0
        place = Partition(self._topic, number)
        at, digest = (self._origins.setdefault(place, place), offset), digest_of(message.key(), message.value())
        if len(self._origins) >= _MOST_ORIGINS:
            self._origins.clear()
        origin = self._origins.setdefault(past.origin, past.origin)
        parked = Parked(short(key), origin, past.offset, at, past.parks, digest)
        self._count += offset not in self._parked[number]
        self._parked[number][offset] = parked
        self._changes.put(parked)

    def _start_catch_ups(self) -> None:
        """Notes where the topic ends now, for those who asked since."""
        if self._requested.empty():
            return
        self._assign_partitions()
        ends = {
            number: self._consumer.get_watermark_offsets(TopicPartition(self._topic, number), timeout=_TIMEOUT)[1]
            for number in self._starts
        }
        while not self._requested.empty():
            self._waiting[self._requested.get()] = ends

    def _finish_catch_ups(self) -> None:
        if not self._waiting:
            return
        positions = self._positions()
        for number, ends in list(self._waiting.items()):
            if all(positions[partition] >= end for partition, end in ends.items()):
                self._forget_settled()
                self._changes.put(CaughtUp(number))
                del self._waiting[number]

    def _positions(self) -> dict[int, int]:
        """Up to where each partition was read; markers of transactions count as read."""
        known = self._consumer.position([TopicPartition(self._topic, number) for number in self._starts])
        return {each.partition: max(each.offset, self._starts[each.partition]) for each in known}

    def _forget_settled(self) -> None:
        watched = [TopicPartition(self._topic, number) for number, parked in self._parked.items() if parked]
        for each in self._consumer.committed(watched, timeout=_TIMEOUT) if watched else ():
            beyond = decode(each.offset, each.metadata) if each.offset >= 0 else OffsetRanges()
            parked = self._parked[each.partition]
            for offset in [offset for offset in parked if offset < each.offset or offset in beyond]:
                self._tell_unparked(gone := parked.pop(offset), gone.parks)
                self._count -= 1
            halves = decode_halves(each.offset, each.metadata) if each.offset >= 0 else OffsetRanges()
            for offset in [offset for offset, held in parked.items() if offset in halves and held.parks == BOTH]:
                self._tell_unparked(parked[offset], _CONSENT)
                parked[offset] = parked[offset]._replace(parks=BOTH - _CONSENT)

    def _tell_unparked(self, gone: Parked, parks: frozenset[OrderClass]) -> None:
        if gone.at is not None:
            self._changes.put(Unparked(gone.key, gone.origin, gone.offset, gone.at, parks))

    def _on_error(self, error: KafkaError) -> None:
        if error.fatal():
            self._fatal = f"the retry topic can be followed no more: {error.str()}"
