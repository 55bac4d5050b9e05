"""Whether the group has taken a member in that was given no partition.

Under the new group protocol librdkafka tells nothing of that: no callback is called, the state in its statistics
stays `init`, and the member's id is its own [librdkafka 2.16]. So the group is asked for its members.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._group import ConsumerGroupDescription

from consumer.config.model import KafkaConfig
from consumer.kafka.client import client_options
from consumer.kafka.logging import NullLogger
from consumer.tokens.token import TokenUnavailable

_ASK_EVERY_SECONDS = 2.0
_TIMEOUT = 5.0


class Membership:
    """Asks now and then, and waits for no answer."""

    def __init__(self, config: KafkaConfig, clock: Callable[[], float]) -> None:
        """Begin with the first question still to come.

        Args:
            config: the brokers and the group.
            clock: seconds.
        """
        self._config = config
        self._clock = clock
        self._admin: AdminClient | None = None
        self._answer: Future[ConsumerGroupDescription] | None = None
        self._ask_at = clock() + _ASK_EVERY_SECONDS

    def close(self) -> None:
        """Ends the client here, for the reason that `TopicIds.close` gives."""
        self._answer = None
        if self._admin is not None:
            self._admin.__exit__(None, None, None)
            self._admin = None

    def holds(self, member_id: str) -> bool:
        """Whether the group is known to have this member; brokers that do not tell are taken to have it."""
        if self._answer is not None and self._answer.done():
            answer, self._answer = self._answer, None
            try:
                return any(member.member_id == member_id for member in answer.result().members)
            except KafkaException:
                return True
        if self._answer is None and self._clock() >= self._ask_at:
            self._ask_at = self._clock() + _ASK_EVERY_SECONDS
            if self._admin is None:
                try:
                    options = client_options(self._config, {}, "admin")
                except TokenUnavailable:
                    return False
                self._admin = AdminClient(options | {"logger": NullLogger(), "statistics.interval.ms": 0})
            group = self._config.group_id
            self._answer = self._admin.describe_consumer_groups([group], request_timeout=_TIMEOUT)[group]
        return False
