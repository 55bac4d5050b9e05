#!/usr/bin/env bash
# confluent-kafka 2.16.1 (librdkafka 2.16), group.protocol=consumer (KIP-848): a member that is given no partition.
#
# Expected, as under the classic protocol: some sign that the group has taken the member in, such as a call of
# `on_assign` with an empty list, or another `join_state` in the statistics.
# Seen: where five members share four partitions, the fifth has no partition, `on_assign` is never called, `join_state`
# stays "init", and `memberid()` was there before any broker was reached. Only the group itself can be asked.
#
# The broker is the mock cluster that librdkafka brings along. Apache Kafka 4.3 shows the same.
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
brokers = cluster.list_topics("orders", timeout=10).brokers.values()
bootstrap = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
calls, states, members = [], set(), []


def observed(statistics):
    states.add(json.loads(statistics)["cgrp"]["join_state"])


for number in range(5):
    options = {
        "bootstrap.servers": bootstrap,
        "group.id": "shop",
        "group.protocol": "consumer",
        "log_level": 0,
    }
    if number == 4:
        options |= {"statistics.interval.ms": 500, "stats_cb": observed}
    members.append(Consumer(options))
    if number == 4:
        members[-1].subscribe(["orders"], on_assign=lambda _, partitions: calls.append(len(partitions)))
        assert members[-1].memberid(), "the id was there before a broker was reached"
    else:
        members[-1].subscribe(["orders"])
    until = time.monotonic() + 5
    while time.monotonic() < until:
        for member in members:
            member.poll(0.05)

shares = [len(member.assignment()) for member in members]
print(f"partitions: {shares}; calls of on_assign to the last: {calls}; its join_state: {sorted(states)}")
assert sum(shares) == 4 and shares[-1] == 0, shares
assert calls == [] and states == {"init"}, (calls, states)
PYTHON
