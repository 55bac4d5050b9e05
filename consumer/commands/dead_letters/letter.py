"""A record of the dead-letter or the retry topic, read back: what failed, where it came from, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Self

from consumer.kafka.headers import BLUECORE, CONNECT
from consumer.kafka.reading import TopicReader
from consumer.records import Failure, Outcome, Reason, Record, Redelivery, Stage


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """`record` as it lies in its topic; in the dead-letter topic its timestamp is when it was given up."""

    record: Record
    past: Redelivery
    reason: Reason
    stage: Stage
    message: str
    status: int | None

    @classmethod
    def from_record(cls, record: Record) -> Self | None:
        """None for a record that the service did not write."""
        headers = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
        status = headers.get(BLUECORE + "status", "")
        try:
            reason, stage = (
                Reason(headers.get(BLUECORE + "reason", "")),
                Stage(headers.get(CONNECT + "stage", "")),
            )
        except ValueError:
            return None
        if record.redelivery is None:
            return None
        message = headers.get(CONNECT + "exception.message", "")
        return cls(record, record.redelivery, reason, stage, message, int(status) if status.isdecimal() else None)

    def retry_failure(self, now: float) -> Failure:
        """The failure that puts it into the retry topic, attempts at zero, due at `now` (seconds since the epoch)."""
        return Failure(
            Outcome.RETRY,
            self.reason,
            self.stage,
            self.message,
            self.status,
            attempts=0,
            first_failed_at=self.past.first_failed_at_ms / 1000,
            not_before=now,
            delivered=self.past.delivered,
            which=self.past.which,
        )


def letters_at(reader: TopicReader, wanted: Collection[tuple[int, int]]) -> Iterator[DeadLetter]:
    """Those that lie at these places, by partition and offset.

    Raises:
        Unreachable: the brokers stopped answering.
    """
    offsets: defaultdict[int, list[int]] = defaultdict(list)
    for number, offset in wanted:
        offsets[number].append(offset)
    starts = {number: min(each) for number, each in offsets.items()}
    ends = {number: max(each) + 1 for number, each in offsets.items()}
    for record in reader.read(starts, ends):
        if (record.partition.number, record.offset) in wanted and (
            letter := DeadLetter.from_record(record)
        ) is not None:
            yield letter
