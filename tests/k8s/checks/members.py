"""Who is who in the consumer group: static members, releases beside each other, and pods that end at once."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from confluent_kafka import Consumer
from confluent_kafka.admin import AdminClient

from consumer.kafka.logging import NullLogger
from consumer.sandbox.faults import FaultPlan, Scripts
from consumer.sandbox.store import Filter
from tests.k8s.check import Bench, Check
from tests.k8s.release import Release, restarts
from tests.k8s.shop import BROKERS, accepted, flowing
from tests.support.brokers import Message
from tests.support.waiting import eventually

STATIC: Final = {"staticMembership": {"enabled": True}, "replicas": 2}
CLASSIC: Final = {"group.protocol": "classic", "session.timeout.ms": 30_000}
_EARLY: Final = 14
"""How many pods are ended within two seconds."""
_UNLUCKY, _PASS = 3, 200
"""How many customers Bluecore fails, and how many events it takes before."""
_GONE: Final = re.compile(r"(\S+)/\S+ is gone, exit codes \[(\S+)\]")


def _write(bench: Bench, topic: str, count: int, customer: str = "jane") -> None:
    event = bench.beside.shop.event
    values = [
        (email, event("search", email)) for email in (f"{customer}-{each}@example.com" for each in range(count))
    ]
    bench.beside.broker.produce(topic, [Message(key.encode(), value) for key, value in values])


def ids(bench: Bench, group: str) -> list[str]:
    """The static ids in a group."""
    with AdminClient({"bootstrap.servers": bench.beside.kafka.bootstrap}) as admin:
        found = admin.describe_consumer_groups([group])[group].result(timeout=30)
    return sorted(each.group_instance_id for each in found.members if each.group_instance_id)


def namespaces(bench: Bench) -> str:
    """Two releases of one name and one group in two namespaces do not fence each other."""
    topic = bench.topic()
    first, second = bench.release(), bench.release()
    values = bench.values(topic, **STATIC)
    for release in (first, second):
        release.install(values=values)
    with flowing(bench.beside, topic) as flow:
        routed = [each for each in ids(bench, topic) if not each.endswith("-retry")]
        assert len(set(routed)) == 4, routed
        time.sleep(10)
    assert [restarts(pod) for release in (first, second) for pod in release.pods()] == [0] * 4
    for release in (first, second):
        release.uninstall()
    return f"{len(routed)} members, such as `{routed[0]}`; {len(flow.written)} events, each sent once"


@contextmanager
def stranger(topic: str, instance: str) -> Iterator[Consumer]:
    """Another process with a pod's static id, which is in the group until the block ends."""
    options = {"bootstrap.servers": BROKERS, "group.id": topic, "group.instance.id": instance, **CLASSIC}
    options |= {"partition.assignment.strategy": "cooperative-sticky", "logger": NullLogger()}
    consumer = Consumer(options)
    consumer.subscribe([topic])
    try:
        yield consumer
    finally:
        consumer.close()


def fenced(bench: Bench) -> str:
    """A stranger takes a pod's static id: the pod ends with 1, is started anew, takes its id back, and reads."""
    topic = bench.topic()
    release = bench.release()
    values = {**bench.values(topic, **STATIC), "replicas": 1}
    release.install(values={**values, "kafka": {**values["kafka"], "options": CLASSIC}})
    (pod,) = release.ready()
    instance = f"{release.namespace}.{pod}"
    assert instance in ids(bench, topic), ids(bench, topic)
    with stranger(topic, instance) as other:

        def ended() -> bool:
            other.poll(0.1)
            return any(restarts(each) for each in release.pods())

        eventually(ended, 120, "the fenced pod to end")
    (state,) = release.pods()[0]["status"]["containerStatuses"]
    assert state["lastState"]["terminated"]["exitCode"] == 1, state
    _write(bench, topic, 20)
    eventually(lambda: len(accepted(bench.beside.sandbox, topic)) == 20, 180, "the pod to read again")
    assert "another process uses the same group.instance.id" in release.log(pod)
    release.uninstall()
    return "the pod ends with 1, is started anew, takes its id back, and reads what came meanwhile"


def waits(bench: Bench) -> str:
    """The new protocol: a static member that is killed is started anew, waits for its id, and reads."""
    topic = bench.topic()
    release = bench.release()
    release.install(values={**bench.values(topic, **STATIC), "replicas": 1})
    (pod,) = release.ready()
    path = f"v1/namespaces/{release.namespace}/pods/{pod}"
    bench.plane.api.call("DELETE", f"/api/{path}", {"gracePeriodSeconds": 0})
    _write(bench, topic, 20)
    eventually(lambda: len(accepted(bench.beside.sandbox, topic)) == 20, 180, "the new pod to read")
    said = "until it is released" in release.log(pod)
    release.uninstall()
    how = "waits for its id" if said else "has its id at once"
    return f"a pod that is killed comes back under its name, {how}, and reads"


def side_by_side(bench: Bench) -> str:
    """Two releases of different routes share a retry topic: each leaves the other's records alone."""
    first, second = bench.topic(), bench.topic()
    letters = {"retry_topic": f"{first}.retry", "dead_letter_topic": f"{first}.dead", "delays_seconds": [5, 5]}
    releases = []
    for number, topic in enumerate((first, second)):
        release = bench.release(name=f"events-{number}")
        release.install(values=bench.values(topic, replicas=1, dead_letters=letters))
        releases.append(release)
    unlucky = {f"unlucky-{number}@example.com": (500,) * 4 for number in range(_UNLUCKY)}
    bench.beside.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id=unlucky)))
    store = bench.beside.sandbox.store
    arrived = Filter(customer="unlucky-", outcome="accepted")
    # Beside others whose events pass: else it would be an outage, and no fault of these records.
    try:
        with flowing(bench.beside, first):
            eventually(lambda: len(accepted(bench.beside.sandbox, first)) > _PASS, 60, "others to pass")
            _write(bench, first, _UNLUCKY, "unlucky")
            eventually(lambda: len(store.newest(arrived, _UNLUCKY)) == _UNLUCKY, 180, "the retries to arrive")
    finally:
        bench.beside.sandbox.faults.apply(FaultPlan())
    retried, dead = (len(bench.beside.broker.read(f"{first}.{each}")) for each in ("retry", "dead"))
    assert retried, "no record was retried: nothing is shown"
    assert dead == 0, f"{dead} became dead letters"
    for release in releases:
        release.uninstall()
    return f"{retried} records are retried, and none becomes a dead letter of the other release"


def early(bench: Bench) -> str:
    """SIGTERM within two seconds after a pod's process has begun."""
    topic = bench.topic()
    release = bench.release()
    release.install(values={**bench.values(topic), "replicas": 2})
    draw = random.Random(0)
    known = {each["metadata"]["uid"] for each in release.pods()}
    with flowing(bench.beside, topic) as flow:
        release.delete("v1/pods", release.ready()[0])
        for _ in range(_EARLY):
            name = eventually(lambda: _new(release, known), 120, "a new pod to begin")
            time.sleep(draw.uniform(0, 2))
            release.delete("v1/pods", name)
        release.wait_ready(2)
    release.uninstall()
    eventually(lambda: not release.all("v1/pods"), 90, "all pods to be gone")
    ends = Counter(code for namespace, code in _GONE.findall(bench.plane.nodes_log) if namespace == release.namespace)
    # 143: Python itself had yet to begin.
    assert ends.total() == ends["0"] + ends["143"], ends
    how = " and ".join(f"{count} with {code}" for code, count in sorted(ends.items()))
    ended = (
        f"{ends.total()} pods ended, {how}, {_EARLY} of them within two seconds of their start, and none was killed"
    )
    return f"{ended}; {len(flow.written):,} events, each sent once"


def _new(release: Release, known: set[str]) -> str:
    """A pod that was not known, and that runs; it is known then."""
    for each in release.pods():
        running = any("running" in state["state"] for state in each.get("status", {}).get("containerStatuses", []))
        if each["metadata"]["uid"] not in known and running:
            known.add(each["metadata"]["uid"])
            return str(each["metadata"]["name"])
    return ""


CHECKS: Final = (
    Check("namespaces", "static members of one name and group in two namespaces", namespaces),
    Check("fenced", "a static member that is fenced", fenced),
    Check("waits", "a static member that is killed", waits),
    Check("side_by_side", "two releases of different routes, one retry topic", side_by_side),
    Check("early", "SIGTERM in the first two seconds, under 50 events a second", early),
)
