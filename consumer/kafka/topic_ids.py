"""Whether a topic is still the one that it was: a topic that is made anew has another id under the same name.

Nothing else tells. Where the new topic is longer than the old position, a fetch goes on in the middle of it, and
librdkafka raises no event [librdkafka 2.16, Apache Kafka 4.4].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._topic import TopicDescription

from consumer.config.model import KafkaConfig
from consumer.kafka.client import client_options
from consumer.kafka.logging import NullLogger
from consumer.tokens.token import TokenUnavailable

_LOOK_EVERY_SECONDS = 10.0
_TIMEOUT = 5.0
_WAIT_SECONDS = 2.0
_LOOKS_IN_VAIN = 3

GONE = ""
"""In place of an id: there is no such topic."""

Described = Mapping[str, "Future[TopicDescription]"]


class TopicIds:
    """Looks every ten seconds without waiting for the answer; brokers that do not tell are left alone soon."""

    def __init__(self, config: KafkaConfig, clock: Callable[[], float]) -> None:
        """Begin without knowing any topic; `clock`: seconds."""
        self._config = config
        self._clock = clock
        self._admin: AdminClient | None = None
        self._ids: dict[str, str] = {}
        self._before: dict[str, str] = {}
        """Of topics that were forgotten, what they had been."""
        self._asked: Described = {}
        self._look_at = 0.0
        self._in_vain = 0
        self._untold = False

    def watch(self, topics: Iterable[str]) -> None:
        """These are read from now on."""
        for topic in topics:
            if topic not in self._ids:
                self._ids[topic] = GONE
                self._look_at = 0.0

    def changed(self) -> set[str]:
        """The topics that were made anew since the last look; never waits."""
        if self._untold or not self._ids:
            return set()
        if self._asked and all(answer.done() for answer in self._asked.values()):
            asked, self._asked = self._asked, {}
            return self._compare(asked)
        if not self._asked and self._clock() >= self._look_at:
            self._look_at = self._clock() + _LOOK_EVERY_SECONDS
            self._asked = self._ask(self._ids)
        return set()

    def gone(self, topics: Iterable[str]) -> set[str]:
        """Which of these were deleted or made anew since they were watched; waits a moment for the brokers."""
        return set(self._others(topics, self._ids))

    def another(self, topics: Iterable[str]) -> set[str]:
        """Which of these have another id than when they were forgotten; waits a moment for the brokers.

        That a topic is not there may be the word of a broker that does not know it yet. Another id is no mistake.
        """
        found = {topic for topic, now in self._others(topics, self._before).items() if now != GONE}
        for topic in found:
            del self._before[topic]
        return found

    def forget(self, topic: str) -> None:
        """What is known of a topic that was deleted or made anew."""
        if topic in self._ids:
            if self._ids[topic] != GONE:
                self._before[topic] = self._ids[topic]
            self._ids[topic] = GONE
            self._look_at = 0.0

    def _others(self, topics: Iterable[str], ids: Mapping[str, str]) -> dict[str, str]:
        """Those whose ids are not these, with what they are now."""
        known = [topic for topic in topics if ids.get(topic, GONE) != GONE]
        if self._untold or not known:
            return {}
        found = {topic: _id_of(answer, _WAIT_SECONDS) for topic, answer in self._ask(known).items()}
        return {topic: now for topic, now in found.items() if now is not None and now != ids[topic]}

    def close(self) -> None:
        """Ends the client here: left to the garbage collector, librdkafka may abort the process [librdkafka 2.16].

        The collector may run in a thread of librdkafka's own, which must not end a client.
        """
        if self._admin is not None:
            self._admin.__exit__(None, None, None)
            self._admin = None
        self._untold = True

    def _ask(self, topics: Iterable[str]) -> Described:
        if self._admin is None:
            try:
                options = client_options(self._config, {}, "admin")
            except TokenUnavailable:
                return {}
            self._admin = AdminClient(options | {"logger": NullLogger(), "statistics.interval.ms": 0})
        return self._admin.describe_topics(TopicCollection(list(topics)), request_timeout=_TIMEOUT)

    def _compare(self, asked: Described) -> set[str]:
        now = {topic: _id_of(answer, 0) for topic, answer in asked.items()}
        if all(each is None for each in now.values()) and set(self._ids.values()) == {GONE}:
            self._in_vain += 1
            self._untold = self._in_vain >= _LOOKS_IN_VAIN
        changed = set()
        for topic, found in now.items():
            if found is None or found == GONE:
                continue
            if self._ids.get(topic, GONE) not in {GONE, found}:
                changed.add(topic)
            self._ids[topic] = found
        return changed


def _id_of(answer: Future[TopicDescription], seconds: float) -> str | None:
    """The id; `GONE` where there is no such topic, None where the brokers do not say."""
    try:
        return str(answer.result(seconds).topic_id)
    except KafkaException as error:
        return GONE if error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART else None
    except TimeoutError:
        return None
