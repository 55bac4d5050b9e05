#!/usr/bin/env bash
# confluent-kafka 2.16.1 (librdkafka 2.16): a subscription to a pattern, `^shop\.v\d+$`.
#
# Expected: `\d` is a digit, as in Python, Java and RE2, or the pattern is refused.
# Seen, under the classic protocol, where the client matches: `\d` is the letter d. The member is given shop.vd and not
# shop.v1, and nothing is said. `\w` and `[[:alpha:]]` work, `(?:a|b)` is refused by `subscribe`.
# Under group.protocol=consumer on Apache Kafka 4.x the brokers match, with RE2/J and the whole name: there `\d` is a
# digit, and `^shop\.a` does not take shop.ab, which the classic protocol does [not run here: it needs a broker].
#
# The broker is the mock cluster that librdkafka brings along.
# Fails if that changes. Needs Python 3.11 or newer with venv, and PyPI.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check confluent-kafka==2.16.1
"$folder/venv/bin/python" - <<'PYTHON'
import time

from confluent_kafka import Consumer, KafkaException, Producer

TOPICS = ["shop.v1", "shop.vd", "shop.a", "shop.ab"]
cluster = Producer({"test.mock.num.brokers": 1, "log_level": 0})
for topic in TOPICS:
    cluster.list_topics(topic, timeout=10)
brokers = cluster.list_topics(timeout=10).brokers.values()
bootstrap = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)


def taken(pattern):
    options = {"group.id": pattern, "group.protocol": "classic", "session.timeout.ms": 6000, "log_level": 0}
    member = Consumer({"bootstrap.servers": bootstrap, **options})
    try:
        member.subscribe([pattern])
    except KafkaException as error:
        return error.args[0].name()
    until = time.monotonic() + 20
    while time.monotonic() < until and not member.assignment():
        member.poll(0.1)
    topics = sorted({each.topic for each in member.assignment()})
    member.close()
    return topics


found = {pattern: taken(pattern) for pattern in (r"^shop\.v\d+$", r"^shop\.(?:a|v1)$", r"^shop\.a")}
print(found)
assert found == {
    r"^shop\.v\d+$": ["shop.vd"],
    r"^shop\.(?:a|v1)$": "_INVALID_ARG",
    r"^shop\.a": ["shop.a", "shop.ab"],
}, found
PYTHON
