"""What the tests of this room share: a configuration, and a listener that remembers what it was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from consumer.config.model import Config
from consumer.delivery.commits import CommitFailure
from consumer.ports import Assigned
from consumer.records import Partition
from tests.support.brokers import Broker
from tests.support.settings import service_settings


def config(broker: Broker, group: str = "group", options: Mapping[str, Any] | None = None) -> Config:
    """A configuration for this broker; `options` are librdkafka's, in place of the broker's."""
    settings = service_settings(
        broker.bootstrap,
        [{"topic": "unused", "event": "search"}],
        bluecore_url="http://127.0.0.1:1",
        dead_letters={"retry_topic": f"{group}.retry", "dead_letter_topic": f"{group}.dead-letter"},
    )
    settings["kafka"] |= {"group_id": group, "options": dict(broker.options if options is None else options)}
    return Config.model_validate(settings)


class Remembering:
    """A source's listener."""

    def __init__(self) -> None:
        self.assigned: dict[Partition, Assigned] = {}
        self.revoked: list[Partition] = []
        self.lost: list[Partition] = []
        self.deleted: list[Partition] = []
        self.committed: list[Partition] = []
        self.maps_refused = 0
        self.failed_commits: list[tuple[Partition, str]] = []

    def on_assigned(self, assigned: Sequence[Assigned]) -> None:
        self.assigned |= {each.partition: each for each in assigned}

    def on_revoked(self, partitions: Sequence[Partition]) -> None:
        self.revoked += partitions

    def on_lost(self, partitions: Sequence[Partition]) -> None:
        self.lost += partitions

    def on_committed(self, partitions: Sequence[Partition]) -> None:
        self.committed += partitions

    def on_deleted(self, partitions: Sequence[Partition]) -> None:
        self.deleted += partitions

    def on_commit_failed(self, partitions: Sequence[Partition], error: str, failure: CommitFailure) -> None:
        self.maps_refused += failure is CommitFailure.MAP_REFUSED
        self.failed_commits += [(partition, error) for partition in partitions]


class Losses:
    """Stands for the ledger of what was deleted before it was read."""

    def __init__(self) -> None:
        self.told: list[tuple[Partition, int, int]] = []
        self.forgotten: list[str] = []

    def lost(self, partition: Partition, start: int, end: int) -> int:
        self.told.append((partition, start, end))
        return end - start

    def forget(self, topic: str) -> None:
        self.forgotten.append(topic)
