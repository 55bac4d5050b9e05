#!/usr/bin/env bash
# confluent-kafka 2.16.1 (librdkafka 2.16), a group's consumer of two topics: `queued.min.messages`.
#
# Expected, by its documentation: the number of messages for each topic and partition that the client tries to hold.
# Seen: all partitions of a group's consumer share one queue, and each partition is judged by the length of that.
# With 2,000 records of one topic waiting in the client, the other topic's only record is not fetched at all
# until the queue is shorter, and then after up to `fetch.queue.backoff.ms` (default 1 s). The statistics show the
# same length of `fetchq_cnt` for both partitions. With a number that the busy topic does not reach, it comes at once.
#
# The broker is the mock cluster that librdkafka brings along.
# Fails if that changes. Needs Python 3.11 or newer with venv, and PyPI.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check confluent-kafka==2.16.1
"$folder/venv/bin/python" - <<'PYTHON'
import json
import time

from confluent_kafka import Consumer, Producer

cluster = Producer({"test.mock.num.brokers": 1, "log_level": 0})
brokers = cluster.list_topics(timeout=10).brokers.values()
bootstrap = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
producer = Producer({"bootstrap.servers": bootstrap, "log_level": 0})


def fetched(least):
    """How many records of the quiet topic the client has after 5 seconds of waiting, and both lengths of its queue."""
    seen = {}

    def observed(statistics):
        for name, topic in json.loads(statistics)["topics"].items():
            partition = topic["partitions"].get("0", {})
            seen[name] = (partition.get("rxmsgs", 0), partition.get("fetchq_cnt", 0))

    options = {
        "bootstrap.servers": bootstrap,
        "group.id": f"shop-{least}",
        "auto.offset.reset": "earliest",
        "queued.min.messages": least,
        "statistics.interval.ms": 200,
        "stats_cb": observed,
        "log_level": 0,
    }
    busy, quiet = f"busy-{least}", f"quiet-{least}"
    for topic in (busy, quiet):
        cluster.list_topics(topic, timeout=10)
    for _ in range(2_000):
        producer.produce(busy, b"x", partition=0)
    producer.flush(10)
    consumer = Consumer(options)
    consumer.subscribe([busy, quiet])
    polled = 0
    until = time.monotonic() + 20
    while time.monotonic() < until and seen.get(busy, (0, 0))[0] < 2_000:
        polled += consumer.poll(0) is not None  # one record, or the statistics
        time.sleep(0.1)
    producer.produce(quiet, b"x", partition=0)
    producer.flush(10)
    until = time.monotonic() + 5
    while time.monotonic() < until:
        polled += consumer.poll(0) is not None
        time.sleep(0.1)
    assert polled < 1_000, polled
    return seen[quiet][0], seen[busy][1], seen[quiet][1]


few, busy_length, quiet_length = fetched(1_000)
many, _, _ = fetched(10_000)
print(f"records of the quiet topic in the client: {few} with queued.min.messages=1000, {many} with 10000")
print(f"fetchq_cnt with 1000: busy {busy_length}, quiet {quiet_length}")
assert (few, many) == (0, 1), (few, many)
assert busy_length == quiet_length > 1_000, (busy_length, quiet_length)
PYTHON
