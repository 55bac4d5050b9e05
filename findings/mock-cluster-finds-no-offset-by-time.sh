#!/usr/bin/env bash
# confluent-kafka 2.16.1 (librdkafka 2.16): the mock cluster (test.mock.num.brokers), asked for an offset by its time.
#
# Expected, as of a broker: the first record with this timestamp or a later one; the end only where there is none.
# Seen: the end (-1, OFFSET_END) for every time, the epoch too, though the partition holds records with timestamps that a
# consumer reads back as they were written. So whatever looks up "since yesterday" finds nothing, in tests only.
#
# Fails if that changes. Needs Python 3.11 or newer with venv, and PyPI.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check confluent-kafka==2.16.1
"$folder/venv/bin/python" - <<'PYTHON'
from confluent_kafka import OFFSET_END, Consumer, Producer, TopicPartition

FIRST = 1_700_000_000_000
cluster = Producer({"test.mock.num.brokers": 1, "log_level": 0})
brokers = cluster.list_topics("orders", timeout=10).brokers.values()
bootstrap = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
producer = Producer({"bootstrap.servers": bootstrap, "log_level": 0})
for number in range(3):
    producer.produce("orders", str(number), partition=0, timestamp=FIRST + number * 60_000)
assert producer.flush(10) == 0

consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "shop", "log_level": 0})
consumer.assign([TopicPartition("orders", 0, 0)])
read = [message.timestamp()[1] for message in consumer.consume(3, 10)]
low, high = consumer.get_watermark_offsets(TopicPartition("orders", 0), timeout=10)
found = {}
for name, at in {"the epoch": 1, "the first": FIRST, "the second": FIRST + 60_000}.items():
    (answer,) = consumer.offsets_for_times([TopicPartition("orders", 0, at)], timeout=10)
    found[name] = answer.offset
consumer.close()
print(f"offsets {low} to {high}, timestamps as written: {read}; found by time: {found}")
assert read == [FIRST, FIRST + 60_000, FIRST + 120_000], read
assert set(found.values()) == {OFFSET_END}, found
PYTHON
