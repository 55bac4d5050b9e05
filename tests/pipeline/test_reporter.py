"""What operators see of the pipeline: counters, gauges, health, and one log line an incident."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import get_args

import pytest
import structlog
from structlog.testing import capture_logs

from consumer.avro.raw import RawDecoder
from consumer.avro.schema import parse
from consumer.config.model import Config
from consumer.delivery.decisions import Commit, Settlement
from consumer.delivery.engine import Engine
from consumer.delivery.parking import RECORD_BYTES, Parked
from consumer.delivery.policy import DeliveryPolicy
from consumer.mapping.router import Router
from consumer.mapping.translate import Translator
from consumer.pipeline.caches import caches_of
from consumer.pipeline.reporter import Reporter
from consumer.records import (
    Answer,
    EventRequest,
    Failure,
    OrderClass,
    Outcome,
    Partition,
    Reason,
    Reject,
    Send,
    Skip,
    Stage,
)
from consumer.telemetry.metrics import CacheName, StopCause
from tests.pipeline.desk import HOME, NOW, Desk, record, send, to
from tests.support.configs import SOUND


def test_consumed_records_are_counted_by_topic_with_their_age(desk: Desk) -> None:
    desk.reporter.consumed([record(0, age=10), record(1, age=30)], NOW)
    assert desk.value("events_consumed_total", topic="shop.orders") == 2
    assert desk.value("event_age_seconds_sum", stage="consumed") == 40


def test_a_clock_that_is_behind_the_producers_makes_no_negative_age(desk: Desk) -> None:
    desk.reporter.consumed([record(age=-5)], NOW)
    assert desk.value("event_age_seconds_sum", stage="consumed") == 0


def test_each_event_of_a_delivered_record_counts(desk: Desk) -> None:
    desk.reporter.settled([Settlement(record(age=7), Outcome.DELIVERED, ("identify", "purchase"), 2)], NOW)
    for event in ("identify", "purchase"):
        assert desk.value("events_total", topic="shop.orders", event_type=event, outcome="delivered") == 1
    assert desk.value("event_age_seconds_sum", stage="delivered") == 7
    assert desk.reporter.records == {Outcome.DELIVERED: 1}


def test_a_record_that_failed_half_way_counts_as_both(desk: Desk) -> None:
    failure = Failure(Outcome.DEAD_LETTER, Reason.REJECTED, Stage.DELIVER, "422")
    desk.reporter.settled([Settlement(record(), Outcome.DEAD_LETTER, ("identify", "purchase"), 1, failure)], NOW)
    assert desk.value("events_total", topic="shop.orders", event_type="identify", outcome="delivered") == 1
    assert desk.value("events_total", topic="shop.orders", event_type="purchase", outcome="dead_letter") == 1
    assert desk.value("dead_letters_total", reason="rejected") == 1
    assert desk.value("event_age_seconds_count", stage="delivered") == 0


def test_a_retry_is_no_dead_letter(desk: Desk) -> None:
    failure = Failure(Outcome.RETRY, Reason.RETRIES_EXHAUSTED, Stage.DELIVER, "500")
    desk.reporter.settled([Settlement(record(), Outcome.RETRY, ("purchase",), 0, failure)], NOW)
    assert desk.value("events_total", topic="shop.orders", event_type="purchase", outcome="retry") == 1
    assert desk.value("dead_letters_total", reason="retries_exhausted") == 0


def test_commits_are_counted_by_their_result(desk: Desk) -> None:
    desk.reporter.committing([Commit(HOME, 5, "map!")])
    assert desk.value("commits_total", outcome="ok") == 0

    desk.reporter.committed()
    with capture_logs() as logs:
        desk.reporter.commit_failed([HOME], "the coordinator is gone", NOW)
    assert desk.value("commits_total", outcome="ok") == 1
    assert desk.value("commits_total", outcome="failed") == 1
    assert logs[0]["partitions"] == ["shop.orders[3]"]


def test_a_failed_write_is_an_error_in_the_log(desk: Desk) -> None:
    """While it lasts, nothing of its partition is committed."""
    with capture_logs() as logs:
        desk.reporter.write_failed("no space left", NOW)
    assert [(line["log_level"], line["error"]) for line in logs] == [("error", "no space left")]


def test_the_end_of_failed_writes_is_one_line(desk: Desk) -> None:
    desk.engine.write_error = "no space left"
    desk.reporter.write_failed("no space left", NOW)
    with capture_logs() as logs:
        desk.reporter.state(NOW, joined=True)
        desk.engine.write_error = ""
        desk.reporter.state(NOW + 1, joined=True)
        desk.reporter.state(NOW + 2, joined=True)
    assert [line["event"] for line in logs] == ["failed records can be written again"]


def test_it_is_ready_once_the_group_has_taken_it_in_until_it_drains(desk: Desk) -> None:
    """Where there are more members than partitions some own none, and are ready all the same."""
    desk.reporter.state(NOW, joined=False)
    assert not desk.health.readiness().ok

    desk.reporter.state(NOW, joined=True)
    assert desk.health.readiness().ok

    desk.reporter.leaving()
    desk.reporter.state(NOW, joined=True)
    assert desk.health.readiness().body["reason"] == "draining"


def test_rebalances_are_counted_by_kind(desk: Desk) -> None:
    desk.reporter.rebalanced("assigned", [HOME], [HOME])
    assert desk.value("rebalances_total", kind="assigned") == 1


def test_the_state_is_shown_once_a_second(desk: Desk) -> None:
    desk.engine.partitions.assign(HOME, None, "")
    desk.engine.take(record(age=20), send("purchase"), NOW)
    desk.reporter.state(NOW, joined=True)
    assert desk.value("in_memory_records") == 1
    assert desk.value("in_memory_bytes") == len(b"kv{}")
    assert desk.value("oldest_undelivered_age_seconds", topic="shop.orders") == 20
    desk.engine.take(record(1), send("purchase"), NOW)
    desk.reporter.state(NOW + 0.5, joined=True)
    assert desk.value("in_memory_records") == 1
    desk.reporter.state(NOW + 1, joined=True)
    assert desk.value("in_memory_records") == 2


def test_an_outage_of_the_registry_is_shown_and_stops_the_intake(desk: Desk) -> None:
    desk.registry.outage = "nothing accepts connections"
    desk.reporter.state(NOW, joined=True)
    assert desk.value("registry_up") == 0
    assert desk.value("intake_stopped", cause="registry") == 1
    details = desk.health.liveness().body["details"]
    assert isinstance(details, dict)
    assert details["registry"] == "nothing accepts connections"
    desk.registry.outage = None
    desk.reporter.state(NOW + 1, joined=True)
    assert desk.value("registry_up") == 1


def test_a_token_that_cannot_be_renewed_is_shown_and_one_that_has_ended_makes_unready(desk: Desk) -> None:
    """While the last one is good, all goes on."""
    desk.reporter.state(NOW, joined=True)
    assert desk.value("kafka_token_up") == 1
    desk.tokens.failure = "STS answers AccessDenied"
    desk.reporter.state(NOW + 1, joined=True)
    answer = desk.health.readiness()
    assert (answer.ok, desk.value("kafka_token_up")) == (True, 0)
    assert isinstance(answer.body["details"], dict)
    assert answer.body["details"]["kafka_token"] == "STS answers AccessDenied"
    desk.tokens.expired = desk.tokens.failure
    desk.reporter.state(NOW + 2, joined=True)
    assert (desk.health.readiness().ok, desk.health.readiness().body["reason"]) == (False, "STS answers AccessDenied")
    assert desk.health.liveness().ok
    desk.tokens.failure = desk.tokens.expired = ""
    desk.reporter.state(NOW + 3, joined=True)
    assert (desk.health.readiness().ok, desk.value("kafka_token_up")) == (True, 1)


def test_an_id_that_the_registry_does_not_know_is_shown_while_records_wait_for_it(desk: Desk) -> None:
    desk.registry.unknown_ids = {7: "schema 7 is unknown to the registry"}
    desk.reporter.state(NOW, joined=True)
    assert desk.value("unknown_schemas") == 1
    assert desk.value("intake_stopped", cause="unknown_schema") == 1
    assert desk.value("registry_up") == 1
    details = desk.health.readiness().body["details"]
    assert isinstance(details, dict)
    assert details["registry"] == "schema 7 is unknown to the registry"
    desk.registry.unknown_ids = {}
    desk.reporter.state(NOW + 1, joined=True)
    assert desk.value("unknown_schemas") == desk.value("intake_stopped", cause="unknown_schema") == 0


def test_a_request_sent_again_is_a_retry(desk: Desk) -> None:
    desk.engine.partitions.assign(HOME, None, "")
    desk.engine.take(record(), send("purchase"), NOW)
    for number in range(3):
        ((ticket, _),) = desk.engine.decide(NOW + 100 * number).sends
        desk.engine.answered(ticket, Answer(503), NOW + 100 * number)
    desk.reporter.state(NOW + 300, joined=True)
    assert desk.value("http_retries_total") == 2


def test_the_time_that_the_endpoint_asks_for_is_counted_as_it_passes(desk: Desk) -> None:
    desk.engine.gates.throttle.hold(10, NOW)
    desk.engine.gates.throttle.hold(4, NOW + 1)
    desk.reporter.state(NOW + 3, joined=True)
    assert desk.value("endpoint_held_seconds_total") == 3
    desk.reporter.state(NOW + 60, joined=True)
    assert desk.value("endpoint_held_seconds_total") == 10


def test_a_wait_that_was_cut_is_one_line_however_often_it_is_asked_for(desk: Desk) -> None:
    with capture_logs() as logs:
        for second in range(5):
            desk.engine.gates.throttle.hold(5000 + second, NOW + second)
            desk.reporter.state(NOW + second, joined=True)
    assert [line["asked_seconds"] for line in logs] == [5000]


@pytest.mark.parametrize(("outage", "cause"), [(False, "memory"), (True, "circuit_open")])
def test_a_full_memory_stops_the_intake_and_says_whose_fault_it_is(outage: bool, cause: str) -> None:  # noqa: FBT001 - a case
    """An outage fills the memory; without one, Bluecore is slower than the topics."""
    desk = Desk(engine=Engine(replace(DeliveryPolicy.from_config(Config.model_validate(SOUND)), buffered_records=1)))
    desk.engine.partitions.assign(HOME, None, "")
    desk.engine.take(record(), send("purchase"), NOW)
    ((ticket, _),) = desk.engine.decide(NOW).sends
    if outage:
        desk.engine.answered(ticket, Answer(401), NOW)
    desk.reporter.state(NOW, joined=True)
    stopped = {name for name in get_args(StopCause) if desk.value("intake_stopped", cause=name)}
    assert stopped == {cause}


@pytest.mark.parametrize("slow", [False, True], ids=["the rated route alone", "Bluecore too"])
def test_a_route_that_waits_for_its_own_rate_is_told_apart_from_a_full_memory(slow: bool) -> None:  # noqa: FBT001 - a case
    """Its partition stands, as its setting asks for; the others go on, unless Bluecore is slower than they."""
    policy = DeliveryPolicy.from_config(Config.model_validate(SOUND))
    desk = Desk(engine=Engine(replace(policy, buffered_records=10, route_rates={0: 1.0})))
    other = Partition("shop.searches", 0)
    for partition in (HOME, other):
        desk.engine.partitions.assign(partition, None, "")
    for number in range(4):
        rated = Send((EventRequest("optin", b"{}", "jane", rated=0),))
        desk.engine.take(record(number)._replace(key=b"%d" % number), rated, NOW)
        desk.engine.decide(NOW)
    for number in range(8 if slow else 1):
        desk.engine.take(record(number)._replace(partition=other), send("search"), NOW)
        desk.engine.decide(NOW)

    desk.reporter.state(NOW, joined=True)

    assert [state.partition for state in desk.engine.partitions.paused] == ([HOME, other] if slow else [HOME])
    stopped = {name for name in get_args(StopCause) if desk.value("intake_stopped", cause=name)}
    assert stopped == ({"route_rate", "memory"} if slow else {"route_rate"})


def test_a_full_buffer_of_redeliveries_does_not_stop_the_topics() -> None:
    """It has a bound of its own, and is full for hours after an outage."""
    policy = DeliveryPolicy.from_config(Config.model_validate(SOUND))
    desk = Desk(engine=Engine(replace(policy, buffered_records=1)))
    retry = Partition(policy.retry_topic, 0)
    for partition in (HOME, retry):
        desk.engine.partitions.assign(partition, None, "")
    desk.engine.take(record()._replace(partition=retry), send("purchase"), NOW)
    desk.engine.decide(NOW)
    assert [state.partition for state in desk.engine.partitions.paused] == [retry]
    desk.reporter.state(NOW, joined=True)
    assert [name for name in get_args(StopCause) if desk.value("intake_stopped", cause=name)] == []


def test_a_full_map_of_settled_offsets_stops_the_intake(desk: Desk) -> None:
    desk.engine.partitions.assign(HOME, None, "")
    desk.engine.take(record(), send("purchase"), NOW)
    desk.engine.decide(NOW)
    noise = random.Random(1)
    for offset in range(1, 20_000):
        desk.engine.take(record(offset), noise.choice((Skip("when"), send("purchase"))), NOW)
    desk.engine.partitions.commits.due(NOW)
    desk.engine.decide(NOW)
    desk.reporter.state(NOW, joined=True)
    assert desk.value("intake_stopped", cause="settled_map") == 1


def test_the_loop_backs_off_while_what_is_in_memory_waits_for_its_time(desk: Desk) -> None:
    desk.engine.partitions.assign(HOME, None, "")
    desk.engine.take(record(), send("purchase"), NOW)
    ((ticket, _),) = desk.engine.decide(NOW).sends
    desk.engine.answered(ticket, Answer(503), NOW)
    assert desk.reporter.resting == "backing_off"


def test_the_loop_is_paused_while_a_schema_is_not_to_be_had(desk: Desk) -> None:
    desk.engine.partitions.assign(HOME, None, "")
    desk.engine.partitions.hold(HOME, held=True)
    desk.engine.decide(NOW)
    assert desk.reporter.resting == "paused"


def test_the_oldest_record_may_be_one_that_waits_for_its_schema(desk: Desk) -> None:
    """It is not in the engine's hands yet, and ages all the same."""
    desk.waiting["shop.orders"] = int((NOW - 40) * 1000)
    desk.engine.partitions.assign(HOME, None, "")
    desk.reporter.state(NOW, joined=True)
    assert desk.value("oldest_undelivered_age_seconds", topic="shop.orders") == 40


def test_each_destination_has_the_age_of_its_own_oldest_record(group: Desk) -> None:
    def ages() -> list[float | None]:
        found = ({"topic": HOME.topic, "destination": each} for each in ("acme", "zeta", ""))
        return [group.value("oldest_undelivered_age_seconds", **each) for each in found]

    group.engine.take(record(0, age=50), to("acme"), NOW)
    group.engine.take(record(1, age=30), to("acme", "zeta"), NOW)
    group.waiting[HOME.topic] = int((NOW - 7) * 1000)
    group.reporter.state(NOW, joined=True)
    assert ages() == [50, 30, 7], "of what waits for its schema it is not known where it goes"

    group.waiting.clear()
    for ticket, _ in group.engine.decide(NOW).sends:
        group.engine.answered(ticket, Answer(202), NOW)
    group.reporter.state(NOW + 10, joined=True)
    assert ages() == [40, 40, 0], "the second record waits for the first of its key, and has its place in both"


def test_an_assigned_topic_has_an_age_at_once(desk: Desk) -> None:
    desk.reporter.state(NOW, joined=True)
    desk.engine.partitions.assign(HOME, None, "")
    desk.reporter.rebalanced("assigned", [HOME], [HOME])
    desk.reporter.state(NOW + 0.1, joined=True)
    assert desk.value("oldest_undelivered_age_seconds", topic="shop.orders") == 0


def test_few_records_are_counted_with_those_that_follow_and_none_is_forgotten(desk: Desk) -> None:
    def counted() -> float | None:
        return desk.value("events_total", topic="shop.orders", event_type="purchase", outcome="delivered")

    one = [Settlement(record(age=7), Outcome.DELIVERED, ("purchase",), 1)]
    desk.reporter.settled(one, NOW)
    desk.reporter.settled(one, NOW + 0.001)
    assert counted() == 1

    desk.reporter.settled([], NOW + 0.1)
    assert counted() == 2
    assert desk.value("event_age_seconds_sum", stage="delivered") == pytest.approx(14.001), "as old as when settled"

    desk.reporter.settled(one, NOW + 0.101)
    desk.reporter.flush()
    assert counted() == 3


def test_what_is_kept_beside_the_records_is_shown(desk: Desk) -> None:
    """Each cache is bounded: how full it is tells whether the bound is met."""
    translator = Translator(Router([]), lambda _: RawDecoder(parse('{"type": "record", "name": "x", "fields": []}')))
    desk.engine.parked.apply(Parked(b"jane", HOME, 1, (HOME, 7), frozenset((OrderClass.OTHER,))))
    desk.reporter = Reporter(
        desk.reporter._metrics,  # noqa: SLF001 - a desk has one set of them
        desk.health,
        desk.reporter.stopwatch,
        desk.engine,
        caches=caches_of(desk.engine, translator, None),
    )

    desk.reporter.state(NOW, joined=True)

    assert {name: desk.value("cache_entries", cache=name) for name in get_args(CacheName)} == {
        "schemas": 0,
        "links": 0,
        "parked_keys": 1,
        "settled": 0,
    }
    assert desk.value("cache_bytes", cache="parked_keys") == RECORD_BYTES


def receipted() -> Desk:
    """With receipts, and a memory of 2 records."""
    structlog.reset_defaults()
    config = Config.model_validate(
        {**SOUND, "receipts": {"topic": "receipts"}, "delivery": {"max_buffered_records": 2}}
    )
    return Desk(engine=Engine(DeliveryPolicy.from_config(config)))


def test_receipts_that_cannot_be_written_are_an_outage_of_their_own() -> None:
    """Told at once; and once they have filled the memory, they are why nothing is read."""
    desk = receipted()
    desk.engine.partitions.assign(HOME, None, "")
    tickets: list[int] = []
    for number in range(2):
        desk.engine.take(record(number), Send((EventRequest("optin", b"{}", "jane"),)), NOW)
        decided = desk.engine.decide(NOW)
        ((ticket, _),) = decided.sends
        tickets += [each for each, _ in decided.receipts]
        desk.engine.answered(ticket, Answer(202), NOW)
    tickets += [each for each, _ in desk.engine.decide(NOW).receipts]
    with capture_logs() as lines:
        for ticket in tickets:
            desk.engine.written(ticket, "receipts: topic authorization failed", NOW)
            desk.reporter.write_failed("receipts: topic authorization failed", NOW, receipt=True)
        desk.engine.decide(NOW)
        desk.reporter.state(NOW + 1, joined=True)
    assert [line["event"] for line in lines] == [
        "a receipt could not be written; what it is of is not committed, and it is written again"
    ]
    assert desk.health.readiness().body["details"]["receipts"] == "receipts: topic authorization failed"  # type: ignore[index]
    assert [name for name in get_args(StopCause) if desk.value("intake_stopped", cause=name)] == ["receipts"]
    assert (desk.value("receipt_produce_failures_total"), desk.value("dead_letter_produce_failures_total")) == (2, 0)

    with capture_logs() as lines:
        for ticket, _ in desk.engine.decide(NOW + 60).receipts:
            desk.engine.written(ticket, None, NOW + 60)
        desk.engine.decide(NOW + 60)
        desk.reporter.state(NOW + 60, joined=True)
    assert [line["event"] for line in lines] == ["receipts can be written again"]
    assert desk.health.readiness().body["details"]["receipts"] == "written"  # type: ignore[index]
    assert desk.value("receipts_total") == 2
    assert [name for name in get_args(StopCause) if desk.value("intake_stopped", cause=name)] == []


def test_a_record_that_cannot_be_written_counts_once_however_often_it_is_tried(desk: Desk) -> None:
    desk.engine.partitions.assign(HOME, None, "")
    desk.engine.take(record(), Reject(Reason.UNDECODABLE, Stage.DECODE, "no Avro"), NOW)
    for attempt in range(3):
        for ticket, _ in desk.engine.decide(NOW + 60 * attempt).writes:
            desk.engine.written(ticket, "not enough replicas", NOW + 60 * attempt)
    desk.reporter.state(NOW + 200, joined=True)
    assert desk.value("dead_letter_produce_failures_total") == 1
    assert desk.value("dead_letter_rewrite_failures_total") == 2


@pytest.mark.parametrize(
    ("error", "level"),
    [("KafkaError{code=ILLEGAL_GENERATION,val=22}", "info"), ("the coordinator is gone", "warning")],
)
def test_a_commit_that_meets_a_change_of_the_group_is_no_warning(desk: Desk, error: str, level: str) -> None:
    """Each rollout has some."""
    with capture_logs() as logs:
        desk.reporter.commit_failed([HOME], error, NOW)
    assert [line["log_level"] for line in logs] == [level]
    assert desk.value("commits_total", outcome="failed") == 1
