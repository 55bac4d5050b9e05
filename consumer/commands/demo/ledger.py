"""Where each produced record ended, read from the places themselves: the sandbox and the two topics."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from consumer.config.model import Config
from consumer.kafka.headers import BLUECORE
from consumer.kafka.tail import tail
from consumer.records import Partition
from consumer.sandbox.sandbox import Sandbox

Position = tuple[Partition, int]


@dataclass(slots=True)
class Row:
    """One event type of the summary."""

    produced: int = 0
    delivered: int = 0
    retried: int = 0
    skipped: int = 0
    dead_lettered: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)


def account_for(
    produced: dict[Position, str],
    skipped: set[Position],
    sandbox: Sandbox,
    retried: set[Position],
    dead: dict[Position, str],
) -> dict[str, Row]:
    """The summary by event type.

    Args:
        produced: the event type by place.
        skipped: the tombstones among them, if the service counted as many.
        sandbox: what Bluecore would have got.
        retried: the original places of what is in the retry topic.
        dead: the reason by the original place of what is in the dead-letter topic.
    """
    attempts: Counter[Position] = Counter()
    delivered: set[Position] = set()
    for received in sandbox.events():
        place = _place(received.idempotency_key)
        attempts[place] += 1
        if received.outcome == "accepted":
            delivered.add(place)
    rows: defaultdict[str, Row] = defaultdict(Row)
    for place, event in produced.items():
        row = rows[event]
        row.produced += 1
        row.retried += attempts[place] > 1 or place in retried
        if place in delivered:
            row.delivered += 1
        elif place in dead:
            row.dead_lettered[dead[place]] += 1
        elif place in skipped:
            row.skipped += 1
        else:
            row.missing.append(f"{place[0]} offset {place[1]}")
    return dict(rows)


def read_failures(config: Config, topic: str) -> Iterator[tuple[Position, str]]:
    """Each record of the retry or dead-letter topic: where it came from first, and why it is there."""
    for record in tail(config, topic, sys.maxsize):
        if record.redelivery is not None:
            yield (
                (record.origin, record.origin_offset),
                (dict(record.headers).get(BLUECORE + "reason") or b"?").decode(),
            )


def _place(idempotency_key: str) -> Position:
    """`topic:partition:offset[:n]`, read back; topics hold no colon."""
    topic, partition, offset = idempotency_key.split(":")[:3]
    return Partition(topic, int(partition)), int(offset)
