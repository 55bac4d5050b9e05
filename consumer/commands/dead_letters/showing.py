"""One dead letter, whole: what it holds, why it failed, and what would become of it now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from consumer.commands.dead_letters.letter import DeadLetter
from consumer.commands.dead_letters.remapping import remapping
from consumer.commands.dead_letters.selection import Selection
from consumer.commands.dead_letters.survey import no_partition, survey
from consumer.commands.exits import CommandFailed
from consumer.commands.preview.preview import Previewed
from consumer.commands.preview.views import as_line
from consumer.config.model import Config
from consumer.kafka.reading import TopicReader


class NoSuchLetter(CommandFailed):
    """There is no dead letter at this place."""


def show(config: Config, selection: Selection) -> bytes:
    """A JSON object: of the selection, which may be one place, the newest letter of the commonest kind.

    Raises:
        NoSuchLetter: there is none, with what there is.
        NoSuchTopic: there is no dead-letter topic.
        Unreachable: the brokers do not answer.
        RegistryUnavailable: the record's schema is not to be had.
    """
    letter = _letter(config, selection)
    with remapping(config) as mapped:
        decoded = mapped.decoded(letter.record)
        outcome = as_line(Previewed(mapped.outcome(letter.record)))
    record, past = letter.record, letter.past
    document = {
        "place": {"partition": record.partition.number, "offset": record.offset},
        "origin": {"topic": past.origin.topic, "partition": past.origin.number, "offset": past.offset},
        "failure": {
            "reason": letter.reason,
            "stage": letter.stage,
            "message": letter.message,
            "status": letter.status,
            "attempts": past.attempts,
            "requests_delivered": past.delivered or len(past.which),
            "delivered": [{"number": number, "event": event} for number, event in past.which],
            "event_at": _time(past.timestamp_ms),
            "first_failed_at": _time(past.first_failed_at_ms),
            "given_up_at": _time(record.timestamp_ms),
        },
        "key": None if record.key is None else record.key.decode(errors="backslashreplace"),
        "record": decoded,
        "now": orjson.Fragment(outcome),
    }
    return orjson.dumps(document, default=_text)


def _letter(config: Config, selection: Selection) -> DeadLetter:
    topic = config.dead_letters.dead_letter_topic
    with TopicReader(config, topic) as reader:
        place = selection.place or survey(reader, selection, config.routes).commonest
        if place is None:
            raise NoSuchLetter(f"{topic} has no dead letter of this selection: see `dead-letters list`")
        partition, offset = place
        if partition not in reader.bounds:
            raise NoSuchLetter(no_partition(reader, partition))
        low, high = reader.bounds[partition]
        if not low <= offset < high:
            there = f"offsets {low} to {high - 1}" if low < high else "no records"
            raise NoSuchLetter(f"{topic}[{partition}] has {there}, and no offset {offset}")
        record = next(reader.read({partition: offset}, {partition: offset + 1}), None)
    letter = None if record is None else DeadLetter.from_record(record)
    if letter is None:
        raise NoSuchLetter(
            f"what lies in {topic}[{partition}] at offset {offset} is no dead letter: a mark of replayed ones, or "
            "somebody else's record"
        )
    return letter


def _time(ms: int | None) -> str | None:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds") if ms else None


def _text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
