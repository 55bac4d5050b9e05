"""One run: everything started, the plan carried out, everything ended, the account settled."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from consumer.records import Record
from consumer.sandbox.registry import registry_app
from consumer.sandbox.serve import serve
from tests.chaos.endpoint import Endpoint
from tests.chaos.fleet import Fleet
from tests.chaos.monitor import Figures, Monitor
from tests.chaos.plan import Fault, Plan, What
from tests.chaos.producer import TOPICS, ShopSystems
from tests.chaos.service import DEAD_LETTER, GROUP, RETRY, starter
from tests.chaos.verdict import Crashes, Failures, Interval, Verdict, judge
from tests.support.apache_kafka import ApacheKafka
from tests.support.brokers import Broker
from tests.support.pipeline import headers_of
from tests.support.shop import Shop, registered

_PARTITIONS: Final = {**dict.fromkeys(TOPICS, 6), RETRY: 3, DEAD_LETTER: 1}
_TICK_SECONDS: Final = 0.25
_LOOK_SECONDS: Final = 1.0
_READ_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Result:
    """`ended`: how many processes ended in which way, for the report."""

    verdict: Verdict
    seconds: float
    ended: dict[str, int]

    @property
    def passed(self) -> bool:
        return self.verdict.kept and not self.ended["wrong_exit_codes"]


def run(plan: Plan, folder: Path, monitor: Monitor, limit_seconds: float) -> Result:
    """Carry out the plan and wait until every event has arrived, for no longer than `limit_seconds` in all.

    Everything written to disk, the services' logs among it, is in `folder`.

    Raises:
        AssertionError: something of the surroundings did not start or end as it must; with what it said.
    """
    with ExitStack() as stack:
        kafka = stack.enter_context(ApacheKafka(folder))
        kafka.create_topics(_PARTITIONS)
        shop = registered(stack.enter_context(serve(registry_app())))
        endpoint = Endpoint(plan.customers)
        stack.enter_context(endpoint.running())
        fleet = Fleet(starter(folder, kafka.bootstrap, shop, endpoint.url), plan.instances, monitor.tell)
        stack.enter_context(fleet.running())
        fleet.wait_ready()
        chaos = _Chaos(plan, kafka, shop, endpoint, fleet, monitor)
        chaos.unfold(limit_seconds)
        fleet.stop()
        endpoint.collect()
        broker = chaos.broker
        crashes = Crashes(fleet.killed, tuple(chaos.broker_away))
        verdict = judge(chaos.systems.written, endpoint.arrivals, _failures(broker), crashes)
        return Result(verdict, monitor.seconds, _endings(fleet))


class _Chaos:
    """The threads of a run: the shop that writes, and one for each list of faults."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that a run consists of
        self, plan: Plan, kafka: ApacheKafka, shop: Shop, endpoint: Endpoint, fleet: Fleet, monitor: Monitor
    ) -> None:
        self.broker = Broker(kafka.bootstrap, lambda topic, count: kafka.create_topics({topic: count}))
        self.systems = ShopSystems(plan, kafka.bootstrap, shop)
        self.broker_away: list[Interval] = []
        self._plan, self._kafka, self._endpoint, self._fleet, self._monitor = plan, kafka, endpoint, fleet, monitor
        self._stopped = threading.Event()
        self._done = 0

    def unfold(self, limit_seconds: float) -> None:
        """Return when all has been done and has arrived, or the time is up."""
        lists: tuple[tuple[Iterable[Fault], Callable[[Fault, threading.Event], None]], ...] = (
            (self._plan.on_instances, self._fleet.carry_out),
            (self._plan.on_broker, self._on_broker),
            (self._plan.on_endpoint, self._endpoint.carry_out),
        )
        with ThreadPoolExecutor() as pool:
            began = time.monotonic()
            tasks = [pool.submit(self.systems.run, self._stopped)]
            tasks += [pool.submit(self._carry_out, faults, act, began) for faults, act in lists]
            try:
                while self._monitor.seconds < limit_seconds and not self._over(tasks):
                    self._fleet.supervise()
                    self._endpoint.collect()
                    arrived = len(self._endpoint.arrived)
                    self._monitor.show(Figures(len(self.systems.written), arrived, self._done))
                    time.sleep(_TICK_SECONDS)  # between two looks at processes that tell nobody when they end
            finally:
                self._stopped.set()
        for task in tasks:
            task.result()

    def _carry_out(
        self, faults: Iterable[Fault], act: Callable[[Fault, threading.Event], None], began: float
    ) -> None:
        for fault in faults:
            if self._stopped.wait(max(0.0, began + fault.at - time.monotonic())):
                return
            which = f" {fault.instance}" if fault.what in {What.KILL, What.TERMINATE} else ""
            self._monitor.tell(f"{fault.what}{which}, {fault.seconds:.1f} s")
            act(fault, self._stopped)
            self._done += 1

    def _on_broker(self, fault: Fault, stopped: threading.Event) -> None:
        begin = time.time_ns() // 1_000_000
        if fault.what is What.BROKER_KILL:
            self._kafka.kill()
        else:
            self._kafka.stop()
        stopped.wait(fault.seconds)
        self._kafka.start(120)
        self.broker_away.append(Interval(begin, time.time_ns() // 1_000_000))

    def _over(self, tasks: Iterable[Future[None]]) -> bool:
        """Whether nothing more is to come: asked of the brokers only when all else says so."""
        if any(task.done() and task.exception() for task in tasks):
            return True
        if not all(task.done() for task in tasks):
            return False
        good = {key for key, event in self.systems.written.items() if not event.broken}
        if not good <= self._endpoint.arrived:
            return False
        time.sleep(_LOOK_SECONDS)  # the brokers tell nobody of a commit, and asking is work for them
        return all(self._committed_to_the_end(topic) for topic in (*TOPICS, RETRY))

    def _committed_to_the_end(self, topic: str) -> bool:
        ends = {number: end for number, end in self.broker.ends(topic).items() if end}
        return {number: each.offset for number, each in self.broker.committed(GROUP, topic).items()} == ends


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
        "wrong_exit_codes": sum(each.code != 0 for each in asked),
        "ended_by_themselves": len(fleet.ended) - len(asked),
    }
