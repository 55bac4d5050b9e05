"""`python -m tests.bench.stages`: where the service's CPU time goes, stage by stage, in µs an event.

The real service works on a real backlog, with a watch around each part's methods. A moment belongs to the innermost
method that is under way, so that all stages add up to the thread's CPU time.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from consumer.assembly import assembled
from consumer.avro.confluent import Decoder
from consumer.bluecore.client import BluecoreClient
from consumer.delivery.engine import Engine
from consumer.intake import Intake
from consumer.kafka.publisher import Publisher
from consumer.kafka.retry_watch import RetryWatch
from consumer.kafka.source import KafkaSource
from consumer.mapping.translate import Translator
from consumer.records import Outcome
from consumer.reporting import Reporter
from consumer.service import Service
from consumer.settings import load
from tests.bench.contenders import Run, write_config
from tests.bench.cores import CONTENDER
from tests.bench.ground import ground
from tests.bench.stream import write_backlog

if TYPE_CHECKING:
    from collections.abc import Callable

OTHER = "the loop itself"
METHODS: dict[type, dict[str, str]] = {
    KafkaSource: {"poll": "poll", "commit": "settle", "pause": "poll", "resume": "poll"},
    Publisher: {"poll": "poll"},
    RetryWatch: {"changes": "poll"},
    Decoder: {"decode": "decode"},
    Translator: {"translate": "map"},
    Intake: {},
    Engine: {"take": "dispatch", "decide": "dispatch", "answered": "settle", "commits": "settle"},
    BluecoreClient: {"send": "HTTP", "wait": "HTTP"},
    Reporter: dict.fromkeys(("consumed", "settled", "committing", "state"), "metrics"),
    Service: {"step": OTHER},
}
STAGES = ("poll", "decode", "map", "dispatch", "HTTP", "settle", "metrics", OTHER)


@dataclass
class Budget:
    """Seconds of the main thread's CPU by stage. `read`: what one look at the clock costs, in seconds."""

    seconds: Counter[str] = field(default_factory=Counter)
    looks: Counter[str] = field(default_factory=Counter)
    _stage: str = OTHER
    _since: float = 0.0

    def watch(self) -> None:
        """Put a watch around every method in `METHODS`, for the rest of this process."""
        for part, methods in METHODS.items():
            for name, stage in methods.items():
                setattr(part, name, self._watched(stage, getattr(part, name)))

    def reset(self) -> None:
        self.seconds.clear()
        self.looks.clear()

    def _watched(self, stage: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def call(*arguments: Any, **options: Any) -> Any:
            outer = self._enter(stage)
            try:
                return method(*arguments, **options)
            finally:
                self._enter(outer)

        return call

    def _enter(self, stage: str) -> str:
        now = time.thread_time()
        before = self._stage
        self.seconds[before] += now - self._since
        self.looks[before] += 1
        self._stage, self._since = stage, now
        return before


def look_seconds(times: int = 20_000) -> float:
    """What one look at the watch costs."""
    budget = Budget()
    budget.watch_nothing = budget._watched(OTHER, lambda: None)
    begun = time.thread_time()
    return (time.thread_time() - begun) / times


def main() -> None:
    pass
