"""What waits for a removed destination is moved, and nothing else is; the rest is in `tests/end_to_end`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from confluent_kafka import Consumer, TopicPartition

from consumer.cli import main
from consumer.commands.dead_letters.moving import move
from consumer.commands.dead_letters.rate_limiter import RateLimiter
from consumer.config.model import Config
from consumer.delivery.marks import MOVED, mark_headers
from consumer.delivery.offset_map import encode
from consumer.delivery.offset_ranges import OffsetRanges
from consumer.kafka.headers import failure_headers
from consumer.records import Failure, Outcome, Partition, Reason, Record, Stage
from tests.support.brokers import Broker, Message
from tests.support.configs import SOUND, text
from tests.support.pipeline import headers_of

pytestmark = pytest.mark.kafka

SEVERAL = {"acme": {"namespace": "a"}}
OTHER_GROUP = "another-release"


@pytest.fixture
def config(broker: Broker) -> Config:
    group = broker.group()
    return Config.model_validate(
        {
            **SOUND,
            "kafka": {"bootstrap_servers": broker.bootstrap, "group_id": group},
            "destinations": SEVERAL,
            "dead_letters": {"retry_topic": broker.topic(1), "dead_letter_topic": broker.topic(1)},
        }
    )


def waiting(config: Config, *destinations: str | None, group: str | None = None) -> Iterator[Message]:
    """Records as the service sets them aside, one for each of these."""
    failure = Failure(Outcome.RETRY, Reason.RETRIES_EXHAUSTED, Stage.DELIVER, "HTTP 503", 503, 2, 1_700_000_000.0)
    for number, destination in enumerate(destinations):
        record = Record(Partition("shop.orders", 0), number, b"jane", b"value", 1_600_000_000_000)
        headers = failure_headers(
            record, failure, b"jane", destination=destination, group=group or config.kafka.group_id
        )
        made = tuple((name, each.encode() if isinstance(each, str) else each) for name, each in headers)
        yield Message(b"jane", b"value", made, partition=0)


def moved(config: Config, destination: str = "sold", *, dry_run: bool = False) -> int:
    return len(move(config, destination, RateLimiter(10_000), lambda *_: None, dry_run=dry_run).places)


def commit(config: Config, offset: int, settled: Iterable[int]) -> None:
    """As the service does, with a map of what it has settled beyond."""
    consumer = Consumer({"bootstrap.servers": config.kafka.bootstrap_servers, "group.id": config.kafka.group_id})
    metadata = encode(offset, OffsetRanges.from_offsets(settled))
    place = TopicPartition(config.dead_letters.retry_topic, 0, offset, metadata=metadata)
    consumer.commit(offsets=[place], asynchronous=False)
    consumer.close()


def test_a_letter_keeps_what_a_replay_needs(broker: Broker, config: Config) -> None:
    broker.produce(config.dead_letters.retry_topic, list(waiting(config, "sold", "acme", None)))

    assert moved(config) == 1

    (letter,) = broker.read(config.dead_letters.dead_letter_topic, 1)
    headers = headers_of(letter)
    assert (letter.key, letter.value) == (b"jane", b"value")
    told = ("reason", "destination", "attempts", "status", "timestamp", "first-failed-at")
    assert [headers[f"bluecore.{name}"] for name in told] == [
        "retries_exhausted",
        "sold",
        "2",
        "503",
        "1600000000000",
        "1700000000000",
    ]
    assert headers["__connect.errors.exception.message"].startswith("destination sold was removed while this waited")
    assert "bluecore.ordering-key" not in headers, "it holds back no customer there"


def test_what_was_settled_or_moved_before_is_left(broker: Broker, config: Config) -> None:
    topic = config.dead_letters.retry_topic
    broker.produce(topic, list(waiting(config, *["sold"] * 6)))
    broker.produce(topic, [Message(None, None, mark_headers(MOVED, [2]), partition=0)])
    commit(config, 1, settled=[3, 4])

    assert moved(config, dry_run=True) == 2
    assert moved(config) == 2

    letters = broker.read(config.dead_letters.dead_letter_topic, 2)
    assert [headers_of(each)["__connect.errors.offset"] for each in letters] == ["1", "5"]
    assert moved(config) == 0, "it remembers"


def test_another_group_s_records_are_left_to_it(broker: Broker, config: Config) -> None:
    broker.produce(config.dead_letters.retry_topic, list(waiting(config, "sold", group=OTHER_GROUP)))
    assert moved(config) == 0


def test_who_asks_for_one_is_told_of_the_others(broker: Broker, config: Config) -> None:
    broker.produce(config.dead_letters.retry_topic, list(waiting(config, "sold", "sold", "gone")))
    found = move(config, "sond", RateLimiter(1), lambda *_: None, dry_run=False)
    assert (len(found.places), found.others) == (0, {"sold": 2, "gone": 1})


def test_the_section_bluecore_is_called_by_that_name(broker: Broker, config: Config, tmp_path: Path) -> None:
    broker.produce(config.dead_letters.retry_topic, list(waiting(config, "", "acme")))
    letters = {"retry_topic": config.dead_letters.retry_topic, "dead_letter_topic": broker.topic(1)}
    kafka = {"bootstrap_servers": broker.bootstrap, "group_id": config.kafka.group_id}
    routes = [{"topic": "shop.orders", "event": "purchase", "destination": "acme"}]
    whole = yaml.safe_load(text(destinations=SEVERAL, kafka=kafka, dead_letters=letters, routes=routes))
    del whole["bluecore"]
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(whole))
    result = CliRunner().invoke(main, ["dead-letters", "move", "--config", str(file), "--destination", "bluecore"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"destination": "bluecore", "moved": 1}


def test_a_destination_that_there_is_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text(destinations=SEVERAL))
    result = CliRunner().invoke(main, ["dead-letters", "move", "--config", str(file), "--destination", "acme"])
    assert result.exit_code == 2
    assert "--destination acme is in the configuration: what waits for it goes by itself" in result.stderr
