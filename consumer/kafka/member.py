"""One consumer of the group, made anew where that heals it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from consumer.backoff import Backoff
from consumer.config.model import KafkaConfig
from consumer.kafka.client import Fatal, consumer_options
from consumer.kafka.connection import made
from consumer.kafka.group_protocol import CLASSIC, LEASE_SECONDS, NEW, End, chosen, end_of, is_fatal
from consumer.kafka.logging import RateLimitedLog
from consumer.kafka.membership import Membership
from consumer.kafka.services import is_event_hubs
from consumer.tokens.token import TokenUnavailable

log = structlog.get_logger(__name__)

_Answer = TypeVar("_Answer")
_Rebalanced = Callable[[Consumer, list[TopicPartition]], None]

_RELEASE = Backoff(1, 5)
_FALL_BACK = {
    End.NOT_OFFERED: "the brokers do not offer the new group protocol: the classic one is used",
    End.CLASSIC_GROUP: "the group speaks the classic protocol, and is not moved while members run: it is used",
}
_UNMADE = KafkaError(KafkaError._STATE, "the consumer is being made anew")  # noqa: SLF001 - confluent-kafka's name


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What a member tells, all in the thread that polls it."""

    on_assign: Callable[[Consumer, list[TopicPartition]], None]
    on_revoke: Callable[[Consumer, list[TopicPartition]], None]
    on_lost: Callable[[Consumer, list[TopicPartition]], None]
    on_commit: Callable[[KafkaError | None, list[TopicPartition]], None]
    on_error: Callable[[KafkaError], None]
    on_statistics: Callable[[str], None] | None
    logger: RateLimitedLog


class GroupMember:
    """Subscribes, and speaks the group protocol that the brokers take."""

    def __init__(  # noqa: PLR0913 - what a consumer is made of
        self,
        config: KafkaConfig,
        subscription: Sequence[str],
        callbacks: Callbacks,
        *,
        name: str = "",
        before_joining: Callable[[Consumer], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin to join the group.

        Args:
            config: the brokers and the options.
            subscription: topics, and patterns that begin with `^`.
            callbacks: see there.
            name: tells two members of one process apart; it is put behind the static id and the client's id.
            before_joining: is given the consumer once, before it subscribes.
            clock: seconds.
        """
        self._before_joining = before_joining
        self._config = config
        self._subscription = list(subscription)
        self._callbacks = callbacks
        self._name = name
        self._clock = clock
        asked_for = chosen(config.options) or (CLASSIC if is_event_hubs(config.bootstrap_servers) else None)
        self._protocol = asked_for or NEW
        self._may_fall_back = asked_for is None
        self._steady = False
        self._membership = Membership(config, clock)
        self._refused = 0
        self._make_at = 0.0
        self._raised: Exception | None = None
        self._closing = False
        self.unanswered = 0
        """How many commits were sent without waiting, and not answered yet; an ended consumer's never are."""
        self._consumer: Consumer | None = None
        self._make()

    @property
    def joined(self) -> bool:
        """Whether the group has ever taken it in: partitions have come, or the group's word that there are none."""
        if not self._steady and self._consumer is not None and (member_id := self._consumer.memberid()):
            # Of the new protocol the id says nothing: it is the member's own.
            self._steady = self._protocol != NEW or self._membership.holds(member_id)
        if self._steady:
            self._membership.close()
        return self._steady

    @property
    def lease_seconds(self) -> float:
        """For how long the group's word holds that a partition is ours.

        Under the classic protocol no commit is answered while the group waits for another member: silence says
        nothing there.
        """
        return LEASE_SECONDS if self._protocol == NEW else float("inf")

    def consume(self, most: int, seconds: float) -> list[Message]:
        """Up to `most` messages: at once if there are any, after up to `seconds` if one arrives by then.

        Raises:
            Fatal: it cannot go on, and making it anew would not help.
        """
        if self._consumer is None:
            if self._clock() < self._make_at:
                time.sleep(seconds)  # as a poll without records would: else the loop would spin
                return []
            self._make()
        consumer = self._consumer
        if consumer is None:
            return []
        messages = consumer.consume(most, 0)
        if not messages and seconds > 0 and (message := consumer.poll(seconds)) is not None:
            messages = [message]
        if self._raised is not None:
            raised, self._raised = self._raised, None
            raise raised
        for message in messages:
            if (error := message.error()) is not None and is_fatal(error):
                self._end(error)
        return messages

    def pause(self, partitions: list[TopicPartition]) -> None:
        if self._consumer is not None:
            self._consumer.pause(partitions)

    def resume(self, partitions: list[TopicPartition]) -> None:
        if self._consumer is not None:
            self._consumer.resume(partitions)

    def commit(self, offsets: list[TopicPartition], *, wait: bool) -> tuple[KafkaError | None, list[TopicPartition]]:
        """Sends the offsets.

        Returns:
            With `wait`, why they were not taken, all of them or each; without, why they were not even sent.
        """
        if self._consumer is None:
            return _UNMADE, offsets
        try:
            if wait:
                return None, self._consumer.commit(offsets=offsets, asynchronous=False)
            self._consumer.commit(offsets=offsets)
            self.unanswered += 1
        except KafkaException as error:
            return error.args[0], offsets
        return None, offsets

    def ask(self, question: Callable[[Consumer], _Answer]) -> _Answer | None:
        """What a question to the consumer gives; None while there is none."""
        return None if self._consumer is None else question(self._consumer)

    def move(self, start: TopicPartition) -> None:
        """Reads an assigned partition from this offset on; after an offset out of range a seek is refused."""
        if self._consumer is not None:
            self._consumer.incremental_unassign([TopicPartition(start.topic, start.partition)])
            self._consumer.incremental_assign([start])

    def close(self) -> None:
        """Leaves the group; revocations are told first."""
        self._closing = True
        if (consumer := self._consumer) is not None:
            # Without a partition it leaves only so, else the group would stand until its session ends [librdkafka
            # 2.16]. A static member stays in the group when it is closed, and must not leave.
            dynamic = "group.instance.id" not in self._config.options
            if dynamic and self._protocol == CLASSIC and not consumer.assignment():
                consumer.unsubscribe()
            consumer.close()
            self._consumer = None
        self._membership.close()

    def _make(self) -> None:
        try:
            consumer = self._consumer = made(Consumer, self._options())
        except TokenUnavailable as error:
            self._callbacks.logger.warning(  # noqa: PLE1205 - a kind and a sentence, not a format
                "token", "the consumer waits for a token to show the brokers", error=str(error)
            )
            self._make_at = self._clock() + _RELEASE.seconds(1)
            return
        tell = self._callbacks
        self.unanswered = 0
        if self._before_joining is not None:
            self._before_joining(consumer)
            self._before_joining = None
        consumer.subscribe(
            self._subscription,
            on_assign=self._kept(self._on_assign),
            on_revoke=self._kept(tell.on_revoke),
            on_lost=self._kept(tell.on_lost),
        )

    def _options(self) -> dict[str, Any]:
        tell = self._callbacks
        options = consumer_options(self._config, self._protocol) | {
            "error_cb": tell.on_error,
            "on_commit": self._on_commit,
            "logger": tell.logger,
        }
        if tell.on_statistics is not None:
            options = {"statistics.interval.ms": 5_000} | options | {"stats_cb": tell.on_statistics}
        if self._name:
            options["client.id"] += f"-{self._name}"
            if "group.instance.id" in options:
                options["group.instance.id"] += f"-{self._name}"
        return options

    def _kept(self, callback: _Rebalanced) -> _Rebalanced:
        """An exception out of a callback leaves a rebalance half done, and `close` has been seen to hang after it.

        So it is kept, and raised by `consume`.
        """

        def called(consumer: Consumer, partitions: list[TopicPartition]) -> None:
            try:
                callback(consumer, partitions)
            except Exception as error:
                if self._closing:
                    log.exception("a callback of a rebalance failed while the group was left")
                self._raised = self._raised or error

        return called

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        if self._closing:
            return  # partitions that come now go at once, and no question would be answered in time
        self._steady = True
        self._refused = 0
        self._callbacks.on_assign(consumer, partitions)

    def _on_commit(self, error: KafkaError | None, partitions: list[TopicPartition]) -> None:
        self.unanswered = max(0, self.unanswered - 1)
        self._callbacks.on_commit(error, partitions)

    def _end(self, error: KafkaError) -> None:
        end = end_of(error)
        if end in _FALL_BACK and self._may_fall_back and self._protocol == NEW:
            log.info(_FALL_BACK[end], reason=error.str())
            self._protocol = CLASSIC
            self._make_anew_at(self._clock())
        elif end is End.CLASSIC_GROUP:
            raise Fatal(
                "the group speaks the classic protocol, and the brokers do not move it while its members run: stop "
                "all instances at once, or leave group.protocol out of kafka.options"
            )
        elif end is End.NOT_RELEASED:
            self._refused += 1
            self._callbacks.logger.warning(  # noqa: PLE1205 - a kind and a sentence, not a format
                "unreleased", "another process still holds this group.instance.id: waiting until it is released"
            )
            self._make_anew_at(self._clock() + _RELEASE.max_seconds / 2 + _RELEASE.seconds(self._refused) / 2)
        elif end is End.FENCED:
            raise Fatal(
                "another process uses the same group.instance.id, and has taken this one's place in the group: "
                "give each instance an id of its own"
            )
        else:
            raise Fatal(f"the Kafka consumer cannot go on: {error.str()}")

    def _make_anew_at(self, at: float) -> None:
        consumer, self._consumer = self._consumer, None
        self._make_at = at
        if consumer is not None:
            consumer.close()
