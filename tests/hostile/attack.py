"""The attacker, in a process of its own: the neighbour and Bluecore are in the one that measures."""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from typing import Self

from tests.hostile.scenarios import SCENARIOS, Scenario
from tests.support.brokers import Broker
from tests.support.pipeline import Pipeline
from tests.support.shop import Shop


@dataclass(frozen=True)
class _Order:
    """What the process is given: `number` is the scenario's; it says `made`, and waits for `begin`."""

    bootstrap: str
    topic: str
    number: int
    shop: Shop
    made: Event
    begin: Event


class Attack:
    """Makes a scenario's messages before the block, writes them at `begin`, and is over when the block ends."""

    def __init__(self, pipeline: Pipeline, topic: str, scenario: Scenario) -> None:
        context = multiprocessing.get_context("spawn")
        number, bootstrap = SCENARIOS.index(scenario), pipeline.broker.bootstrap
        self._order = _Order(bootstrap, topic, number, pipeline.shop, context.Event(), context.Event())
        self._process = context.Process(target=_carry_out, args=(self._order,), daemon=True)

    def begin(self) -> None:
        """The messages, which are all made, are written now."""
        self._order.begin.set()

    def __enter__(self) -> Self:
        self._process.start()
        while not self._order.made.wait(1):
            if not self._process.is_alive():
                raise AssertionError("the attacker has ended before its messages were made")
        return self

    def __exit__(self, *_: object) -> None:
        self._order.begin.set()
        self._process.join()


def _carry_out(order: _Order) -> None:
    messages = list(SCENARIOS[order.number].messages(order.shop))
    order.made.set()
    order.begin.wait()
    Broker(order.bootstrap, lambda *_: None).produce(order.topic, messages)
