"""`python -m tests.chaos.brands`: three brands, of which one answers 503, one 429, and one is well, and one service.

It ends with what the third got, beside what it gets alone, and with exit code 1 if anything was lost or reordered.
The embedded broker keeps some 14,000 of these records in a partition: what is set aside for one brand must fit, or it
is gone before it is read.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
from confluent_kafka import Producer

from consumer.kafka.embedded import embedded_broker
from consumer.sandbox.faults import FaultPlan, make_plan
from consumer.sandbox.registry import registry_app
from consumer.sandbox.sandbox import Running, running_sandbox
from consumer.sandbox.serve import serve
from consumer.sandbox.settings import SandboxSettings
from consumer.sandbox.store import Filter
from tests.support.processes import ServiceProcess
from tests.support.settings import service_settings, write_settings
from tests.support.shop import Shop, registered
from tests.support.waiting import eventually

BRANDS: Final = ("acme", "zeta", "well")
AWAY: Final = {"acme": 503, "zeta": 429}
TOPIC: Final = "group.profiles"
_CUSTOMERS = 50
_KEPT = 500_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of the brand that is well: accepted events a second, alone and beside the others that are away.

    `late`: of each of its events in that time, the seconds from its production to its arrival, ascending. `lost` and
    `reordered` are of all brands.
    """

    alone: float
    beside: float
    late: list[float]
    lost: int
    reordered: int

    @property
    def share(self) -> float:
        return self.beside / self.alone

    def __str__(self) -> str:
        p99 = self.late[int(len(self.late) * 0.99)]
        return (
            f"alone {self.alone:.1f} events a second, beside two that are away {self.beside:.1f} ({self.share:.3f}),"
            f" 99 % within {p99:.2f} s; lost {self.lost}, reordered {self.reordered}"
        )


def run(folder: Path, *, rate: float, alone_seconds: float, away_seconds: float) -> Outcome:
    """Writes `rate` events a second for each brand: for the third alone, then for all, with two of them away."""
    settings = SandboxSettings(namespaces=BRANDS, keep_events=_KEPT, keep_keys=_KEPT, keep_bytes=1 << 30)
    with (
        embedded_broker([TOPIC]) as bootstrap,
        serve(registry_app()) as registry,
        running_sandbox(settings) as bluecore,
        _service(folder, bootstrap, registry, bluecore) as service,
    ):
        service.wait_ready()
        writer = _Writer(Producer({"bootstrap.servers": bootstrap, "log_level": 0}), registered(registry), rate)
        begun_ms = time.time() * 1000
        writer.write(("well",), alone_seconds)
        _wait_for(bluecore, "well", writer.written["well"])
        alone = _rate(bluecore, begun_ms)
        faults = {brand: {"outage": {"seconds": 86_400, "step": step}} for brand, step in AWAY.items()}
        bluecore.sandbox.faults.apply(make_plan({"namespaces": faults, "retry_after_seconds": 1}))
        begun_ms = time.time() * 1000
        writer.write(BRANDS, away_seconds)
        _wait_for(bluecore, "well", writer.written["well"])
        beside, late = _rate(bluecore, begun_ms), sorted(writer.late(bluecore, begun_ms))
        bluecore.sandbox.faults.apply(FaultPlan())
        for brand in AWAY:
            _wait_for(bluecore, brand, writer.written[brand])
        lost = sum(writer.written[brand] - _taken(bluecore, brand) for brand in BRANDS)
        return Outcome(alone, beside, late, lost, _reordered(bluecore))


@contextmanager
def _service(folder: Path, bootstrap: str, registry: str, bluecore: Running) -> Iterator[ServiceProcess]:
    by_brand = {"path": "customer.first_name", "values": {brand: brand for brand in BRANDS}}
    route = {"topic": TOPIC, "event": "customer_patch", "destination": by_brand}
    sections: dict[str, Any] = {
        "destinations": {brand: {"namespace": brand, "url": bluecore.api_url} for brand in BRANDS},
        "dead_letters": {"delays_seconds": [5, 60]},
        "telemetry": {"log_level": "warning"},
    }
    settings = service_settings(bootstrap, [route], bluecore_url=bluecore.api_url, registry_url=registry, **sections)
    with ServiceProcess(write_settings(folder, settings), settings["telemetry"]["port"]) as service:
        yield service


class _Writer:
    """Writes profiles at a steady pace, each brand's customers in turn; notes when each was written."""

    def __init__(self, producer: Producer, shop: Shop, rate: float) -> None:
        self._producer = producer
        self._shop = shop
        self._rate = rate
        self.written: defaultdict[str, int] = defaultdict(int)
        self._at: dict[tuple[str, str], float] = {}

    def write(self, brands: tuple[str, ...], seconds: float) -> None:
        begun, number = time.monotonic(), 0
        while (due := number / self._rate) < seconds:
            time.sleep(max(0.0, begun + due - time.monotonic()))
            for brand in brands:
                self._one(brand)
            self._producer.poll(0)
            number += 1
        self._producer.flush(30)

    def _one(self, brand: str) -> None:
        count = self.written[brand]
        email = f"customer-{count % _CUSTOMERS}@{brand}.example"
        customer = {"email": email, "first_name": brand, "last_name": str(count)}
        value = self._shop.event("customer_patch", email, customer=customer)
        self._producer.produce(TOPIC, key=email.encode(), value=value)
        self.written[brand] += 1
        self._at[brand, str(count)] = time.time() * 1000

    def late(self, bluecore: Running, since_ms: float) -> Iterator[float]:
        """For how many seconds each event of the brand that is well was on its way."""
        for each in _accepted(bluecore, "well"):
            if each.at_ms >= since_ms:
                yield (each.at_ms - self._at["well", _name_of(each.body)]) / 1000


def _accepted(bluecore: Running, brand: str) -> list[Any]:
    found = bluecore.sandbox.store.newest(Filter(), _KEPT)
    return [each for each in found if each.accepted and each.idempotency_key.endswith(f"@{brand}")]


def _taken(bluecore: Running, brand: str) -> int:
    return len({each.idempotency_key for each in _accepted(bluecore, brand)})


def _wait_for(bluecore: Running, brand: str, count: int) -> None:
    eventually(lambda: _taken(bluecore, brand) == count, 180, f"the events of {brand}")


def _rate(bluecore: Running, since_ms: float) -> float:
    """From when the first of them was written: what had waited for the start arrives faster than it was written."""
    times: list[int] = [each.at_ms for each in _accepted(bluecore, "well") if each.at_ms >= since_ms]
    return len(times) / (times[-1] - since_ms) * 1000


def _name_of(body: bytes) -> str:
    return body.partition(b'"last_name":"')[2].partition(b'"')[0].decode()


def _reordered(bluecore: Running) -> int:
    """Events that a namespace took behind a later one of their customer."""
    count, latest = 0, dict[str, int]()
    for brand in BRANDS:
        for each in _accepted(bluecore, brand):
            number = int(_name_of(each.body))
            count += number < latest.get(each.distinct_id, -1)
            latest[each.distinct_id] = max(number, latest.get(each.distinct_id, -1))
    return count


@click.command()
@click.option("--rate", default=25.0, show_default=True, help="events a second of each brand")
@click.option("--alone", "alone_seconds", default=30.0, show_default=True, help="seconds of the one alone")
@click.option("--away", "away_seconds", default=300.0, show_default=True, help="seconds in which two are away")
def main(rate: float, alone_seconds: float, away_seconds: float) -> None:
    """Of three brands, one answers 503, one 429, and one is well."""
    with tempfile.TemporaryDirectory(prefix="bluecore-brands-") as folder:
        outcome = run(Path(folder), rate=rate, alone_seconds=alone_seconds, away_seconds=away_seconds)
    click.echo(outcome)
    sys.exit(bool(outcome.lost or outcome.reordered or outcome.share < 0.95))


if __name__ == "__main__":
    main()
