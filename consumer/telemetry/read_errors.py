"""What Kafka does not let this process read, for as long as that lasts: a partition, a topic, or everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import structlog

from consumer.telemetry.health import Health
from consumer.telemetry.incidents import Incidents
from consumer.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

WHOLE_TOPIC = -1
"""librdkafka's number for no partition in particular."""

_GROUP = ("", WHOLE_TOPIC)


class ReadErrors:
    """Kept here, as librdkafka tells of such an error once, and never that it is over.

    An error ends when a record of the partition is read, or when the partition comes or goes; a whole topic's when
    one of its partitions comes.
    """

    def __init__(self, metrics: Metrics, health: Health, clock: Callable[[], float]) -> None:
        """Begin without an error.

        Args:
            metrics: where the number of unreadable partitions is shown.
            health: where the errors are shown.
            clock: seconds.
        """
        self._metrics = metrics
        self._health = health
        self._clock = clock
        self._errors: dict[tuple[str, int], str] = {}
        self._paused: tuple[str, ...] = ()
        self._incidents = Incidents()
        self._show(())

    def began(self, topic: str, partition: int, error: str) -> None:
        """An error that lasts has come up.

        Args:
            topic: empty where the error is the group's.
            partition: its number, or `WHOLE_TOPIC`.
            error: librdkafka's sentence.
        """
        self._errors[topic, partition] = error
        self._show((topic,))
        self.log_due()

    def ended(self, partitions: Iterable[tuple[str, int]]) -> None:
        """Records of these were read, or they are ours anew."""
        if not self._errors:
            return
        for topic, number in {location for each in partitions for location in (each, (each[0], WHOLE_TOPIC))}:
            if self._forget(topic, number):
                log.info("Kafka lets this be read again", **_fields(topic, number))

    def gone(self, partitions: Iterable[tuple[str, int]]) -> None:
        """These are no longer ours: whoever has them tells of them."""
        for topic, number in partitions:
            self._forget(topic, number)

    def joined(self) -> None:
        """The group has given out its partitions, to this member too, be it none."""
        if self._forget(*_GROUP):
            log.info("the group takes this instance in")

    def concern(self, topic: str) -> bool:
        """Whether some of a topic cannot be read, or the group as a whole."""
        return any(name in {topic, ""} for name, _ in self._errors)

    def paused(self, causes: tuple[str, ...]) -> None:
        """What keeps this process from reading now, beside Kafka; empty: nothing does."""
        if causes != self._paused:
            self._paused = causes
            self._show(())

    def log_due(self) -> None:
        """A line a minute for each error that lasts; to be called again and again."""
        if not self._errors:
            return
        now = self._clock()
        for (topic, number), error in self._errors.items():
            if self._incidents.happened((topic, number), now) is not None:
                what = "Kafka does not let this be read" if topic else "the group does not take this instance in"
                log.error(what, error=error, **_fields(topic, number))

    def _forget(self, topic: str, number: int) -> bool:
        if self._errors.pop((topic, number), None) is None:
            return False
        self._show((topic,))
        return True

    def _show(self, topics: Iterable[str]) -> None:
        for topic in filter(None, topics):
            self._metrics.unreadable[topic].set(sum(name == topic for name, _ in self._errors))
        sentences = [f"{_location(*location)}: {error}" for location, error in sorted(self._errors.items())]
        sentences += [f"paused: {', '.join(self._paused)}"] if self._paused else []
        self._health.detail("reading", "; ".join(sentences) or "ok")


def _fields(topic: str, number: int) -> dict[str, str | int]:
    if not topic:
        return {}
    return {"topic": topic} if number == WHOLE_TOPIC else {"topic": topic, "partition": number}


def _location(topic: str, number: int) -> str:
    if not topic:
        return "the group"
    return topic if number == WHOLE_TOPIC else f"{topic}[{number}]"
