"""Whether a release with other routes shares our group or our retry topic."""

from __future__ import annotations

from collections.abc import Iterator

from confluent_kafka import KafkaException

from consumer.commands.doctor.finding import Finding, ok, warning
from consumer.config.model import Config
from consumer.errors import ExpectedError
from consumer.kafka.neighbours import ADVICE, Neighbours, neighbours


def check_neighbours(config: Config) -> Iterator[Finding]:
    try:
        found = neighbours(config)
    except (KafkaException, ExpectedError) as error:
        yield ok("neighbours", f"who else is in the group and in the retry topic cannot be told: {error}")
        return
    yield from judged(config, found)


def judged(config: Config, found: Neighbours) -> Iterator[Finding]:
    """What it means that these are not ours."""
    group, retries = config.kafka.group_id, config.dead_letters.retry_topic
    if found.topics:
        what = f"its members read topics that no route takes: {', '.join(found.topics)}"
        yield warning(f"group {group}", f"{what}: another release, or pods of before a change of the routes", ADVICE)
    for (topic, written_by), count in sorted(found.parked.items(), key=str):
        records = f"{count} record{'' if count == 1 else 's'} of {topic}, which no route takes"
        if written_by not in {None, group}:
            what = f"holds {records}: the group {written_by} has written them, and they are left to it"
        else:
            what = f"holds {records}: when they are due they become dead letters, as unroutable"
        yield warning(f"retry topic {retries}", what, f"if they are another release's, {ADVICE}")
    if not found.topics and not found.parked:
        yield ok("neighbours", f"no other routes are read under the group {group}, or parked in {retries}")
