"""What the loop needs of the world, as protocols: the loop knows no Kafka client and no HTTP client.

`consumer.kafka`, `consumer.bluecore` and `consumer.tracing` implement them for production, `tests.simulation` in
virtual time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from consumer.delivery.commits import CommitFailure
from consumer.delivery.decisions import Commit
from consumer.delivery.parking import Change
from consumer.delivery.task import Task
from consumer.records import Answer, Partition, Receipt, Record


class Source(Protocol):
    """The routed topics, read as one member of the consumer group."""

    @property
    def committing(self) -> bool:
        """Whether a commit has been sent and not been answered."""

    @property
    def joined(self) -> bool:
        """Whether the group has ever taken this member in; it may own no partition."""

    def poll(self, most: int, seconds: float) -> list[Record]:
        """Up to `most` records: at once if there are any, after up to `seconds` if one arrives by then."""

    def pause(self, partitions: Sequence[Partition]) -> None: ...
    def resume(self, partitions: Sequence[Partition]) -> None: ...

    def commit(self, commits: Sequence[Commit], *, wait: bool = False) -> None:
        """Sends the commits, whose outcome goes to the listener; `wait`: returns when they are answered."""

    def close(self) -> None:
        """Leaves the group; revocations are told to the listener first."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """A partition that is ours now.

    Attributes:
        partition: the partition.
        committed: the group's last commit for it; None: there is none.
        metadata: that commit's.
        start: where reading begins instead of at the commit, which is to be committed; None: at the commit.
        lease: for how many seconds the group's word holds that it is ours.
    """

    partition: Partition
    committed: int | None
    metadata: str
    start: int | None = None
    lease: float = float("inf")


class Listener(Protocol):
    """Told of partitions that come and go, from within `Source.poll` and `Source.close`."""

    def on_assigned(self, assigned: Sequence[Assigned]) -> None: ...

    def on_revoked(self, partitions: Sequence[Partition]) -> None:
        """The partitions are about to go to another member: what was settled can still be committed."""

    def on_lost(self, partitions: Sequence[Partition]) -> None:
        """The partitions are another member's already: nothing of them may be committed."""

    def on_deleted(self, partitions: Sequence[Partition]) -> None:
        """Their topic was deleted, or made anew under the same name: what was read of it cannot be read again."""

    def on_committed(self, partitions: Sequence[Partition]) -> None: ...

    def on_commit_failed(self, partitions: Sequence[Partition], error: str, failure: CommitFailure) -> None: ...


class Publisher(Protocol):
    """Writes failed records to the retry and dead-letter topics, and receipts to theirs."""

    def publish(self, ticket: int, task: Task) -> None: ...

    def receipt(self, ticket: int, receipt: Receipt) -> None: ...

    def poll(self, seconds: float = 0) -> list[tuple[int, str | None]]:
        """Which writes are done: the ticket, and the error where the brokers did not take it."""

    def close(self, seconds: float) -> None: ...


class Client(Protocol):
    """Sends requests to Bluecore, many at a time."""

    @property
    def in_flight(self) -> int: ...

    def send(
        self, ticket: int, body: bytes, idempotency_key: str, traceparent: str | None, destination: str = ""
    ) -> None: ...

    def wait(self, seconds: float) -> list[tuple[int, Answer]]:
        """The answers that arrive within `seconds`; at once when there are some."""

    def close(self) -> None: ...


class Watch(Protocol):
    """Follows the retry topic: which keys are parked there."""

    def changes(self) -> Sequence[Change]: ...

    def catch_up(self, number: int) -> None:
        """Asks for a `CaughtUp(number)` among the changes once all is known that the topic holds now."""

    def close(self) -> None: ...
