"""What the brokers say of topics and partitions: frozen values, made by who asks them, read by who shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from consumer.records import Partition


class Ends(NamedTuple):
    """The offsets at which a partition begins and ends.

    Attributes:
        low: of the oldest record that is still there.
        high: the one behind the newest record.
        stable: up to where it can be read: below `high` while a transaction is open, and always `high` for a
            consumer that reads what is not committed too.
    """

    low: int
    high: int
    stable: int


@dataclass(frozen=True, slots=True)
class ClusterView:
    """The answers of one round of questions.

    Attributes:
        ends: of the partitions that were answered for.
        missing: topics by name that the brokers do not have.
        partitions: by topic, how many there are, whoever has them.
    """

    ends: Mapping[Partition, Ends] = field(default_factory=lambda: MappingProxyType({}))
    missing: frozenset[str] = frozenset()
    partitions: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
