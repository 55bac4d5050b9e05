"""One run: everything started, the plan carried out, everything ended, the account settled."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from consumer.records import Record
from consumer.sandbox.registry import registry_app
from consumer.sandbox.serve import serve
from tests.chaos.brokers import Brokers
from tests.chaos.conductor import Conductor
from tests.chaos.endpoint import Endpoint
from tests.chaos.events import BEHAVIOUR, TOPICS, Event
from tests.chaos.faults import FaultRow, rows
from tests.chaos.fleet import Fleet
from tests.chaos.ledger import Ledger
from tests.chaos.monitor import Figures, Monitor
from tests.chaos.plan import Plan, customer
from tests.chaos.service import DEAD_LETTER, GROUP, RETRY, starter
from tests.chaos.standstill import longest
from tests.chaos.verdict import Crashes, Failures, Verdict, judge
from tests.chaos.writers import Writers
from tests.support.brokers import Broker, Message
from tests.support.kafka_cluster import KafkaCluster
from tests.support.kafka_settings import DEFAULT_WAITS
from tests.support.pipeline import headers_of
from tests.support.shop import Shop, registered
from tests.support.waiting import eventually

_PARTITIONS: Final = {**dict.fromkeys(TOPICS, 6), RETRY: 6, DEAD_LETTER: 1}
_TICK_SECONDS: Final = 0.25
_READ_SECONDS: Final = 120
_ARRIVE_SECONDS: Final = 240.0
_OLD: Final = 100


@dataclass(frozen=True, slots=True)
class Result:
    """`ended`: how many processes ended in which way. `aborted`: how many events no consumer may see."""

    name: str
    verdict: Verdict
    faults: list[FaultRow]
    aborted: int
    seconds: float
    ended: dict[str, int]

    @property
    def passed(self) -> bool:
        return self.verdict.kept and not self.ended["wrong_exit_codes"]


def run(plan: Plan, folder: Path, monitor: Monitor) -> Result:
    """Carry out the plan and wait until every event has arrived.

    Everything written to disk, the services' logs among it, is in `folder`.

    Raises:
        AssertionError: something did not start, did not recover, or did not arrive; with what it said.
    """
    began = time.monotonic()
    with ExitStack() as stack:
        waits = {} if plan.quick else DEFAULT_WAITS
        cluster = stack.enter_context(KafkaCluster(folder, waits, plan.brokers))
        cluster.create_topics(_PARTITIONS)
        broker = Broker(cluster.bootstrap, lambda topic, count: cluster.create_topics({topic: count}))
        shop = registered(stack.enter_context(serve(registry_app())))
        if "auto.offset.reset" in plan.options:
            _write_old(broker, shop)
        endpoint = Endpoint(plan.customers)
        stack.enter_context(endpoint.running())
        fleet = Fleet(starter(plan, folder, cluster.bootstrap, shop, endpoint.url), plan.instances, monitor.tell)
        stack.enter_context(fleet.running())
        fleet.wait_ready()
        ledger, brokers = Ledger(), Brokers(cluster)
        writers = Writers(plan, cluster.bootstrap, shop, ledger)
        conductor = Conductor(ledger, endpoint, fleet, brokers, monitor.tell)
        _Course(plan, writers, conductor, endpoint, fleet, monitor).run()
        written = ledger.log(broker)
        _wait_for_the_end(written, broker, endpoint, fleet)
        fleet.stop()
        endpoint.collect()
        failures = _failures(broker)
        verdict = judge(written, endpoint.arrivals, failures, Crashes(fleet.killed, tuple(brokers.troubled)))
        stills = longest(
            ledger.visible,
            endpoint.arrivals,
            put_aside=failures.retried.keys() | failures.dead.keys(),
            excused=(*endpoint.troubled, *brokers.away),
            windows=[each.span for each in conductor.done],
        )
        faults = rows(conductor.done, verdict.duplicates, stills)
        return Result(plan.name, verdict, faults, writers.aborted, time.monotonic() - began, _endings(fleet))


class _Course:
    """The threads of a run: two that write, one for the steps; this one looks after the rest."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that takes part
        self, plan: Plan, writers: Writers, conductor: Conductor, endpoint: Endpoint, fleet: Fleet, monitor: Monitor
    ) -> None:
        self._plan, self._writers, self._conductor = plan, writers, conductor
        self._endpoint, self._fleet, self._monitor = endpoint, fleet, monitor
        self._stopped, self._finish = threading.Event(), threading.Event()

    def run(self) -> None:
        """Return when the steps have been made and the writers have ended."""
        with ThreadPoolExecutor() as pool:
            writing = [pool.submit(each, self._finish) for each in (self._writers.plain, self._writers.transactions)]
            steps = pool.submit(self._conductor.carry_out, self._plan.steps, self._stopped)
            try:
                while not steps.done() and not any(each.done() for each in writing):
                    self._fleet.supervise()
                    self._endpoint.collect()
                    self._show()
                    time.sleep(_TICK_SECONDS)  # between two looks at processes that tell nobody when they end
            finally:
                self._stopped.set()
                self._finish.set()
        for task in (*writing, steps):
            task.result()

    def _show(self) -> None:
        written = len(self._writers.ledger.visible)
        self._monitor.show(Figures(written, len(self._endpoint.arrived), len(self._conductor.done)))


def _write_old(broker: Broker, shop: Shop) -> None:
    """Sound events from before the first start, which `latest` is there to leave out."""
    emails = [customer(number) for number in range(_OLD)]
    broker.produce(BEHAVIOUR, [Message(email.encode(), shop.event("search", email, device="0")) for email in emails])


def _wait_for_the_end(written: Mapping[str, Event], broker: Broker, endpoint: Endpoint, fleet: Fleet) -> None:
    good = {key for key, event in written.items() if not event.broken}

    def complete() -> bool:
        fleet.supervise()
        endpoint.collect()
        return good <= endpoint.arrived

    try:
        eventually(complete, _ARRIVE_SECONDS, "all events to arrive")
    except AssertionError:
        return  # the verdict names what is lost
    # A redelivery that was delivered and not committed would be repeated by nobody, and yet be no duplicate.
    eventually(lambda: _committed(broker, RETRY), _READ_SECONDS, "the commits of the retry topic")


def _committed(broker: Broker, topic: str) -> bool:
    ends = {number: end for number, end in broker.ends(topic).items() if end}
    committed = broker.committed(GROUP, topic)
    return {number: each.offset for number, each in committed.items() if number in ends} == ends


def _failures(broker: Broker) -> Failures:
    retried: defaultdict[str, list[int]] = defaultdict(list)
    for record in broker.read(RETRY, seconds=_READ_SECONDS):
        retried[_key(record)].append(record.timestamp_ms or 0)
    dead = {
        _key(record): headers_of(record)["bluecore.reason"]
        for record in broker.read(DEAD_LETTER, seconds=_READ_SECONDS)
    }
    return Failures(retried, dead)


def _key(record: Record) -> str:
    """The idempotency key that the record's requests carry."""
    headers = headers_of(record)
    return ":".join(headers[f"__connect.errors.{part}"] for part in ("topic", "partition", "offset"))


def _endings(fleet: Fleet) -> dict[str, int]:
    """A SIGTERM must end in 0; without one, a process may only fail, which an orchestrator sees and mends."""
    asked = [each for each in fleet.ended if each.asked]
    return {
        "killed": len(fleet.killed),
        "terminated": len(asked),
        "wrong_exit_codes": sum(not each.orderly for each in asked),
        "ended_by_themselves": len(fleet.ended) - len(asked),
    }
