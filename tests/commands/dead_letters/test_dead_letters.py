"""Dead letters from end to end: counted, looked at, and, once the configuration is mended, delivered."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from consumer.avro.registry import RegistryClient
from consumer.sandbox.faults import FaultPlan, Scripts
from tests.support.avro import encode
from tests.support.brokers import Broker, Message
from tests.support.pipeline import Pipeline, headers_of, running_pipeline
from tests.support.processes import CONSUMER
from tests.support.settings import service_settings, write_settings
from tests.support.shop import Shop
from tests.support.waiting import eventually

FIELDS = ("email", "search_term")
JANE, REFUSED = "jane@example.com", "refused@example.com"


def ask(pipeline: Pipeline, command: str, *options: str) -> list[Any]:
    """The JSON lines that a `dead-letters` command prints, under the configuration of the service."""
    config = str(pipeline.folder / "config.yaml")
    done = subprocess.run(
        [*CONSUMER, "dead-letters", command, "--config", config, *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def at_a_terminal(pipeline: Pipeline, answer: str, *options: str) -> subprocess.CompletedProcess[str]:
    """A replay by somebody who sits there and gives this answer, should there be a question."""
    config = str(pipeline.folder / "config.yaml")
    here, there = pty.openpty()
    try:
        os.write(here, f"{answer}\n".encode())
        return subprocess.run(
            [*CONSUMER, "dead-letters", "replay", "--config", config, *options],
            stdin=there,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(here)
        os.close(there)


def failed(pipeline: Pipeline) -> str:
    """A topic of which one record is undecodable, one unmappable, and one was refused; the service has ended."""
    topic = pipeline.broker.topic(1)
    pipeline.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id={REFUSED: (422,)})))
    routes = [{"topic": topic, "event": "purchase", "fields": {"order_id": "note"}}]
    values = [
        b"garbage",
        pipeline.shop.encode("order", order(JANE)),
        pipeline.shop.encode("order", order(REFUSED) | {"note": "order-7"}),
    ]
    with pipeline.service(routes) as service:
        service.wait_ready()
        pipeline.broker.produce(topic, [Message(b"key-%d" % n, value, partition=0) for n, value in enumerate(values)])
        pipeline.committed_to_the_end(topic)
        assert service.terminate() == 0
    return topic


def order(email: str) -> dict[str, Any]:
    return {"email": email, "order_id": "order-1", "total": 19.9, "products": [{"sku": "SKU-1", "name": "Scarf"}]}


def places(pipeline: Pipeline) -> dict[str, tuple[str, str]]:
    """By reason, where in the dead-letter topic each letter lies."""
    return {
        headers_of(each)["bluecore.reason"]: (str(each.partition.number), str(each.offset))
        for each in pipeline.failed(pipeline.dead_letter_topic)
        if each.value is not None
    }


def test_letters_are_counted_shown_and_after_a_fix_delivered_once(pipeline: Pipeline) -> None:
    topic = failed(pipeline)

    counts = {line["reason"]: (line["topic"], line["count"], line["replayed"]) for line in ask(pipeline, "list")}
    assert counts == dict.fromkeys(("undecodable", "missing_field", "rejected"), (topic, 1, 0))

    partition, offset = places(pipeline)["missing_field"]
    (row,) = ask(pipeline, "list", "--reason", "missing_field")
    assert row["newest"] == {"partition": int(partition), "offset": int(offset)}
    (shown,) = ask(pipeline, "show", "--partition", partition, "--offset", offset)
    assert [shown] == ask(pipeline, "show", "--reason", "missing_field")
    assert shown["place"] == row["newest"]
    assert shown["origin"] == {"topic": topic, "partition": 0, "offset": 1}
    assert shown["failure"]["reason"] == shown["now"]["reason"] == "missing_field"
    assert shown["record"]["value"]["email"] == JANE

    # As it is configured, the record would only fail again.
    (unchanged,) = ask(pipeline, "replay")
    assert unchanged["would_fail_again"] == {"undecodable": 1, "missing_field": 1}
    assert unchanged["replayed"] == 1

    with pipeline.service([{"topic": topic, "event": "purchase"}]) as service:
        service.wait_ready()
        pipeline.accepted(1)
        (planned,) = ask(pipeline, "replay", "--dry-run")
        assert (planned["would_replay"], planned["replayed_before"]) == (1, 1)

        (first,) = ask(pipeline, "replay", "--topic", topic)
        pipeline.accepted(2)
        (second,) = ask(pipeline, "replay", "--topic", topic)

        assert (first["replayed"], second["replayed"]) == (1, 0)
        assert second["replayed_before"] == 2
        pipeline.committed_to_the_end(pipeline.retry_topic)
    accepted = [each for each in pipeline.sandbox.events() if each.status == 202]
    assert {each.idempotency_key for each in accepted} == {f"{topic}:0:1", f"{topic}:0:2"}
    assert len(accepted) == 2
    assert sum(line["replayed"] for line in ask(pipeline, "list")) == 2


def test_a_replay_warns_of_what_the_strict_sandbox_would_still_refuse(pipeline: Pipeline) -> None:
    """A search of a visitor whom nobody has linked: Bluecore takes it, and it reaches no profile."""
    topic = pipeline.broker.topic(1)
    search = {"topic": topic, "event": "search", "fields": {"search_term": "nowhere", "distinct_id": "'visitor-1'"}}
    with pipeline.service([search]) as service:
        service.wait_ready()
        pipeline.broker.produce(topic, [Message(b"k", pipeline.shop.encode("order", order("")))])
        pipeline.committed_to_the_end(topic)
        assert service.terminate() == 0
    fields = {"search_term": "order_id", "distinct_id": "'visitor-1'"}
    with pipeline.service([{"topic": topic, "event": "search", "fields": fields}]) as service:
        service.wait_ready()
        (planned,) = ask(pipeline, "replay", "--dry-run")
        refused = at_a_terminal(pipeline, "n")
        assert service.terminate() == 0
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Bluecore would refuse or ignore what is said above. Replay them?" in refused.stderr
    assert refused.stderr.count("No identify event has linked") == 1
    assert pipeline.failed(pipeline.retry_topic) == []
    (warning,) = planned["bluecore_would_refuse"]
    assert (planned["would_replay"], warning["count"], warning["silently"]) == (1, 1, True)
    assert warning["message"].startswith("No identify event has linked this id to an e-mail")


@pytest.mark.parametrize(("options", "asked"), [((), True), (("--yes",), False), (("--dry-run",), False)])
def test_on_a_terminal_a_replay_asks(pipeline: Pipeline, options: tuple[str, ...], *, asked: bool) -> None:
    failed(pipeline)
    done = at_a_terminal(pipeline, "y", *options, "--reason", "rejected")
    assert done.returncode == 0, done.stderr
    assert ("1 of 1 letters can go again. Replay them?" in done.stderr) is asked
    said = json.loads(done.stdout)
    assert said["would_replay" if "--dry-run" in options else "replayed"] == 1


def test_there_is_no_question_where_nothing_can_go_again(pipeline: Pipeline) -> None:
    failed(pipeline)
    done = at_a_terminal(pipeline, "n", "--reason", "undecodable")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["replayed"] == 0


def test_a_letter_of_an_unknown_schema_is_delivered_as_soon_as_the_registry_knows_it(pipeline: Pipeline) -> None:
    """The running service had been told a moment before that there is none: it asks anew."""
    topic = pipeline.broker.topic(1)
    name = f"com.shop.Late{topic.replace('-', '')}"
    schema = {"type": "record", "name": name, "fields": [{"name": each, "type": "string"} for each in FIELDS]}
    with RegistryClient(pipeline.shop.registry_url) as registry:
        next_id = registry.register(f"{topic}-other", json.dumps({**schema, "name": f"{name}Before"})) + 1
        value = encode(next_id, schema, {"email": JANE, "search_term": "hat"})
        route = {"topic": topic, "event": "search"}
        with pipeline.service([route], schema_registry={"unknown_id_seconds": 1}) as service:
            service.wait_ready()
            pipeline.broker.produce(topic, [Message(b"k", value)])
            pipeline.failed(pipeline.dead_letter_topic, 1)
            assert registry.register(f"{topic}-value", json.dumps(schema)) == next_id
            (replayed,) = ask(pipeline, "replay")
            assert replayed["replayed"] == 1
            pipeline.accepted(1)
            assert service.terminate() == 0
    letters = [each for each in pipeline.failed(pipeline.dead_letter_topic) if each.value is not None]
    assert len(letters) == 1, "none is made anew"


def test_of_a_record_that_one_of_its_routes_refused_a_replay_sends_the_missing_event_only(pipeline: Pipeline) -> None:
    """Across a restart and through the retry topic; the letter says what was sent at once."""
    topic = pipeline.broker.topic(1)
    view, wish = {"topic": topic, "event": "viewed_product"}, {"topic": topic, "event": "wishlist"}
    with pipeline.service([{**view, "fields": {"products.id": "code"}}, wish]) as service:
        service.wait_ready()
        value = pipeline.shop.encode("order", order(JANE))
        pipeline.broker.produce(topic, [Message(b"order-1", value, partition=0)])
        pipeline.committed_to_the_end(topic)
        assert service.terminate() == 0
    (letter,) = [each for each in pipeline.failed(pipeline.dead_letter_topic) if each.value is not None]
    assert headers_of(letter)["bluecore.delivered"] == "1:wishlist"
    assert headers_of(letter)["bluecore.reason"] == "missing_field"
    (shown,) = ask(pipeline, "show", "--reason", "missing_field")
    assert shown["failure"]["delivered"] == [{"number": 1, "event": "wishlist"}]
    assert [each["event"] for each in shown["now"]["refused"]] == ["viewed_product"]
    (unchanged,) = ask(pipeline, "replay")
    assert (unchanged["replayed"], unchanged["would_fail_again"]) == (0, {"missing_field": 1})

    with pipeline.service([view, wish]) as service:
        service.wait_ready()
        (replayed,) = ask(pipeline, "replay")
        assert replayed["replayed"] == 1
        pipeline.accepted(2)
        pipeline.committed_to_the_end(pipeline.retry_topic)
    accepted = [each for each in pipeline.sandbox.events() if each.status == 202]
    assert [(each.event, each.idempotency_key) for each in accepted] == [
        ("wishlist", f"{topic}:0:0:1"),
        ("viewed_product", f"{topic}:0:0"),
    ]


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--reason", "undecodable"), 1),
        (("--since", "1h"), 3),
        (("--until", "1h"), 0),
        (("--from-offset", "1000"), 0),
    ],
)
def test_a_selection_narrows_what_is_meant(letters: Pipeline, options: tuple[str, ...], count: int) -> None:
    assert sum(line["count"] for line in ask(letters, "list", *options)) == count


@pytest.fixture(scope="module")
def letters(lasting_broker: Broker, shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """A dead-letter topic with three letters, which are only looked at."""
    with running_pipeline(lasting_broker, shop, tmp_path_factory.mktemp("letters")) as pipeline:
        failed(pipeline)
        yield pipeline


def test_a_replayed_profile_holds_back_the_customers_later_ones(pipeline: Pipeline) -> None:
    """It goes through the retry topic under its ordering key: an older value never overwrites a newer one."""
    topic = pipeline.broker.topic(1)
    names = ["old", "new"]
    patches = [
        pipeline.shop.event("customer_patch", JANE, customer={"email": JANE, "first_name": name}) for name in names
    ]
    pipeline.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id={JANE: (422, 500, 500, 500)})))
    with pipeline.service([{"topic": topic, "event": "customer_patch"}]) as service:
        service.wait_ready()
        pipeline.produce(topic, "customer_patch", ["other@example.com"])
        pipeline.broker.produce(topic, [Message(b"jane", patches[0])])
        eventually(lambda: pipeline.failed(pipeline.dead_letter_topic), 30, "a dead letter")

        ask(pipeline, "replay")
        (replayed,) = pipeline.failed(pipeline.retry_topic, 1)
        # What is consumed before the service knows of the replay has gone ahead of it.
        taken = {"topic": pipeline.retry_topic}
        eventually(
            lambda: service.metric("bluecore_consumer_events_consumed_total", **taken), 30, "the replayed record"
        )
        pipeline.broker.produce(topic, [Message(b"jane", patches[1])])
        pipeline.produce(topic, "customer_patch", ["other@example.com"] * 3)
        pipeline.accepted(6)

    assert headers_of(replayed)["bluecore.ordering-key"] == "jane"
    assert replayed.key == b"jane"
    assert headers_of(replayed)["bluecore.attempts"] == "0"
    accepted = [
        each.document["properties"]["customer"]["first_name"]
        for each in pipeline.sandbox.events(distinct_id=JANE)
        if each.status == 202
    ]
    assert accepted == names


def test_a_replay_works_where_receipts_are_written(pipeline: Pipeline) -> None:
    failed(pipeline)
    file = pipeline.folder / "config.yaml"
    settings = yaml.safe_load(file.read_text()) | {"receipts": {"topic": f"{pipeline.group}.receipts"}}
    file.write_text(yaml.safe_dump(settings))
    (done,) = ask(pipeline, "replay", "--reason", "rejected")
    assert done["replayed"] == 1


@pytest.mark.parametrize("command", ["list", "show", "replay"])
def test_a_topic_that_nothing_was_read_from_is_a_mistake(letters: Pipeline, command: str) -> None:
    """No letters of a misspelt topic would look like good news."""
    config = str(letters.folder / "config.yaml")
    options = [*CONSUMER, "dead-letters", command, "--config", config, "--topic", "elsewhere"]
    done = subprocess.run(options, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "--topic elsewhere: no dead letter is from it, and no route takes it" in done.stderr


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--partition", "0", "--offset", "999"), "and no offset 999"),
        (("--partition", "77", "--offset", "0"), "the dead-letter topic has no partition 77: it has 0 to "),
        (("--reason", "too_large"), "no dead letter of this selection"),
    ],
)
def test_a_place_without_a_letter_is_told_from_what_there_is(
    letters: Pipeline, options: tuple[str, ...], sentence: str
) -> None:
    config = str(letters.folder / "config.yaml")
    done = subprocess.run(
        [*CONSUMER, "dead-letters", "show", "--config", config, *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert sentence in done.stderr


def test_without_a_dead_letter_topic_it_is_said_so(pipeline: Pipeline) -> None:
    settings = service_settings(
        pipeline.broker.bootstrap,
        [{"topic": "shop.search", "event": "search"}],
        bluecore_url=pipeline.bluecore_url,
        registry_url=pipeline.shop.registry_url,
        dead_letters={"dead_letter_topic": "no-such-topic"},
    )
    config = str(write_settings(pipeline.folder, settings))
    done = subprocess.run(
        [*CONSUMER, "dead-letters", "list", "--config", config],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "has no topic no-such-topic" in done.stderr
    assert "Traceback" not in done.stderr
