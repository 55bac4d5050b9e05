"""A Kafka broker inside this process, for the demo and for tests: nothing to install, up in milliseconds.

It is the mock cluster that librdkafka brings along (`test.mock.num.brokers`), and it listens on loopback,
so that other processes may join it. Classic and KIP-848 groups, offsets with metadata, headers, timestamps,
pause, seek, watermarks and patterns of topics work as on a real broker. What does not:

* a topic appears when a producer first asks for it, always with `PARTITIONS` partitions; a consumer's
  subscription does not create it, and `create_topics` of an AdminClient is not answered;
* about 5 MB are kept a partition: older records vanish;
* a search by time finds nothing;
* a classic group takes 3 s to form, and at every later change its `session.timeout.ms` less one second (so set
  that low, but above the 3 s). A member that asks for its share after the leader has told the shares is refused,
  where Kafka would give it its share: it joins once more, and that is such a change, at about one start in five of
  two members. With `group.protocol: consumer` members join at once;
* it dies with its process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from confluent_kafka import Producer

PARTITIONS: Final = 4
"""How many partitions every topic of the embedded broker has; librdkafka offers no setting for it."""

_ANSWER_SECONDS = 10


@contextmanager
def embedded_broker(topics: Iterable[str] = (), *, brokers: int = 1) -> Iterator[str]:
    """Run a broker for the length of the block, with these topics created, and give its `bootstrap.servers`.

    Close clients of it before the block ends: they log lost connections otherwise.

    Raises:
        confluent_kafka.KafkaException: the broker did not come up, for want of a port or of memory.
    """
    # Every connection that a client closes is an INFO line of the cluster's: nothing a reader could act on.
    with Producer({"test.mock.num.brokers": brokers, "log_level": 0}) as cluster:
        for topic in topics:
            cluster.list_topics(topic, timeout=_ANSWER_SECONDS)
        nodes = cluster.list_topics(timeout=_ANSWER_SECONDS).brokers.values()
        yield ",".join(f"{node.host}:{node.port}" for node in nodes)
