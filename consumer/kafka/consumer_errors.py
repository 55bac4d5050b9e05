"""What the errors of the consumer mean that do not end it: one that somebody must mend, or a line in the log."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from confluent_kafka import KafkaError, Message

from consumer.kafka.group_protocol import is_fatal
from consumer.kafka.logging import RateLimitedLog, in_our_words
from consumer.telemetry.read_errors import WHOLE_TOPIC, ReadErrors

log = structlog.get_logger(__name__)

# Other errors are those of a moment, or of the connection, which is watched by itself.
_LASTING = (
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
)

# That a topic is not there is told under one of the two group protocols only: ClusterWatch tells it under both.
_NOTHING_NEW = (KafkaError._PARTITION_EOF, KafkaError.UNKNOWN_TOPIC_OR_PART)  # noqa: SLF001


class ConsumerErrors:
    """The `error_cb` of a consumer; `handle` takes the error that comes in place of a record, with its topic.

    Attributes:
        incidents: takes librdkafka's own lines too.
    """

    def __init__(self, read_errors: ReadErrors | None, on_refused: Callable[[], None] = lambda: None) -> None:
        """Begin without an error.

        Args:
            read_errors: takes what lasts.
            on_refused: is called where the brokers do not take what they are shown of us.
        """
        self._read_errors = read_errors
        self._on_refused = on_refused
        self.incidents = RateLimitedLog(log)

    def handle(self, message: Message, error: KafkaError) -> None:
        number = message.partition()
        self(error, message.topic() or "", WHOLE_TOPIC if number is None else number)

    def __call__(self, error: KafkaError, topic: str = "", number: int = WHOLE_TOPIC) -> None:
        if is_fatal(error):
            return  # the member that polls it ends, or is made anew
        if self._read_errors is not None and error.code() in _LASTING:
            self._read_errors.began(topic, number, error.str())
        elif error.code() not in _NOTHING_NEW:
            if error.code() == KafkaError._AUTHENTICATION:  # noqa: SLF001
                self._on_refused()
            all_down = error.code() == KafkaError._ALL_BROKERS_DOWN  # noqa: SLF001
            text = "Kafka does not answer; it is tried again until it does" if all_down else "Kafka reports an error"
            location = {"topic": topic, "partition": number} if topic else {}
            self.incidents.warning(
                f"{error.name()} {topic}", text, error=in_our_words(error.str()), code=error.name(), **location
            )
