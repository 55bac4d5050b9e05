"""What operators see of the pipeline: counters, gauges, health, and one log line an incident."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, get_args

import pytest
import structlog
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from consumer.avro.raw import RawDecoder
from consumer.avro.schema import parse
from consumer.avro.schema_ids import SchemaId
from consumer.config.model import Config
from consumer.delivery.engine import Engine
from consumer.delivery.parking import RECORD_BYTES, Parked
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.task import Commit, Settlement
from consumer.mapping.router import Router
from consumer.mapping.translate import Translator
from consumer.pipeline.caches import caches_of
from consumer.pipeline.reporter import Reporter
from consumer.records import (
    Answer,
    EventRequest,
    Failure,
    Mapped,
    OrderClass,
    Outcome,
    Partition,
    Reason,
    Record,
    Redelivery,
    Reject,
    Send,
    Skip,
    Stage,
)
from consumer.telemetry.health import Health
from consumer.telemetry.metrics import CacheName, Metrics, StopCause
from consumer.telemetry.stopwatch import Stopwatch
from tests.support.configs import SOUND

HOME = Partition("shop.orders", 3)
NOW = 1_800_000_000.0


@dataclass
class Registry:
    """A schema registry as the reporter sees it."""

    outage: str | None = None
    key_outage: str | None = None

    def __init__(self) -> None:
        self.unknown_ids: dict[SchemaId, str] = {}


@dataclass
class Tokens:
    """What gets tokens for Kafka, as the reporter sees it."""

    failure: str = ""
    expired: str = ""


@dataclass
class Desk:
    """A reporter, and all that it reports to."""

    prometheus: CollectorRegistry = field(default_factory=CollectorRegistry)
    registry: Registry = field(default_factory=Registry)
    tokens: Tokens = field(default_factory=Tokens)
    waiting: dict[str, int] = field(default_factory=dict)
    engine: Engine = field(default_factory=lambda: Engine(DeliveryPolicy.from_config(Config.model_validate(SOUND))))
    health: Health = field(default_factory=lambda: Health(lambda: NOW))

    def __post_init__(self) -> None:
        metrics = Metrics(self.prometheus, self.engine.destinations)
        watch = Stopwatch(lambda: NOW, metrics.loop_seconds)
        self.reporter = Reporter(
            metrics,
            self.health,
            watch,
            self.engine,
            self.registry,
            intake=self,
            tokens=self.tokens,
            name_of=lambda customer: f"{len(customer)} letters",
        )

    def oldest(self) -> dict[str, int]:
        """As of an intake whose records wait for a schema."""
        return self.waiting

    def value(self, name: str, **labels: str) -> float | None:
        return self.prometheus.get_sample_value(f"bluecore_consumer_{name}", labels)


@pytest.fixture
def group() -> Desk:
    """Of a group with two brands beside that of `bluecore`."""
    brands = {"acme": {"namespace": "a"}, "zeta": {"namespace": "z"}}
    policy = DeliveryPolicy.from_config(Config.model_validate({**SOUND, "destinations": brands}))
    desk = Desk(engine=Engine(policy))
    desk.engine.partitions.assign(HOME, None, "", destinations=("acme", "zeta"))
    return desk


@pytest.fixture
def desk() -> Desk:
    structlog.reset_defaults()
    return Desk()


def record(offset: int = 0, *, age: float = 0.0) -> Record:
    return Record(HOME, offset, key=b"k", value=b"v", timestamp_ms=int((NOW - age) * 1000))


def to(*destinations: str) -> Send:
    return Send(tuple(EventRequest("purchase", b"{}", "jane", destination=each) for each in destinations))


def send(*events: str) -> Send:
    return Send(tuple(EventRequest(event, b"{}", "jane") for event in events))


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


def test_a_request_without_an_answer_is_told_with_why(desk: Desk) -> None:
    """There is no status that would say it."""
    failure = Failure(Outcome.RETRY, Reason.RETRIES_EXHAUSTED, Stage.DELIVER, "no answer: timeout")
    with capture_logs() as logs:
        desk.reporter.settled([Settlement(record(), Outcome.RETRY, ("purchase",), 0, failure)], NOW)
    assert [(line["status"], line["why"]) for line in logs] == [(None, "no answer: timeout")]


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


def test_an_outage_of_bluecore_is_one_line_when_it_begins_and_one_when_it_ends(desk: Desk) -> None:
    desk.engine.partitions.assign(HOME, None, "")
    desk.engine.take(record(), send("purchase"), NOW)
    ((ticket, _),) = desk.engine.decide(NOW).sends
    with capture_logs() as logs:
        desk.engine.answered(ticket, Answer(401), NOW)
        desk.reporter.state(NOW, joined=True)
        desk.reporter.state(NOW + 1, joined=True)
        assert desk.value("circuit_open") == 1
        ((ticket, _),) = desk.engine.decide(NOW + 100).sends
        desk.engine.answered(ticket, Answer(202), NOW + 100)
        desk.reporter.state(NOW + 100, joined=True)
    assert desk.value("circuit_open") == 0
    assert [line["log_level"] for line in logs] == ["error", "info"]
    assert "paused" in logs[0]["event"]


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


def test_failures_of_one_kind_are_one_line_a_minute_with_the_customers_hash(desk: Desk) -> None:
    """The record's place and a name for the customer that says nothing; what failed stands in the topic."""
    failure = Failure(Outcome.DEAD_LETTER, Reason.REJECTED, Stage.DELIVER, "jane is no address", 422)
    settlements = [
        Settlement(record(n), Outcome.DEAD_LETTER, ("purchase",), 0, failure, "jane@example.com") for n in range(3)
    ]
    with capture_logs() as logs:
        desk.reporter.settled(settlements, NOW)
        desk.reporter.settled(settlements[:1], NOW + 61)
    assert [line["suppressed"] for line in logs] == [0, 2]
    assert (logs[0]["topic"], logs[0]["partition"], logs[0]["offset"]) == ("shop.orders", 3, 0)
    assert (logs[0]["customer"], logs[0]["status"]) == ("16 letters", 422)
    assert "jane" not in str(logs)


def letters(reason: Reason, count: int) -> list[Settlement]:
    failure = Failure(Outcome.DEAD_LETTER, reason, Stage.MAP, "no", None)
    return [Settlement(record(n), Outcome.DEAD_LETTER, ("",), 0, failure) for n in range(count)]


def told(logs: Sequence[Mapping[str, Any]]) -> int:
    """Of how many records the log tells."""
    return sum(line.get("records", 0) + ("suppressed" in line) + line.get("suppressed", 0) for line in logs)


def test_the_log_tells_of_each_dead_letter_though_no_more_of_its_kind_follow(desk: Desk) -> None:
    """A flood ends when its route is held: there is no next line that could say how many were not told of."""
    reasons = [Reason.MISSING_FIELD, Reason.INVALID_FIELD, Reason.UNDECODABLE]
    with capture_logs() as logs:
        for reason in reasons:
            desk.reporter.settled(letters(reason, 33), NOW)
        desk.reporter.state(NOW + 59, joined=True)
        assert (len(logs), told(logs)) == (3, 3)
        desk.reporter.state(NOW + 60, joined=True)
        desk.reporter.state(NOW + 200, joined=True)
    assert told(logs) == 99
    assert [(line["event"], line["reason"], line["records"]) for line in logs[3:]] == [
        ("more records failed in the same way", reason, 32) for reason in reasons
    ]


@pytest.mark.parametrize(
    ("mapped", "records", "why"),
    [
        (
            Reject(Reason.MISSING_FIELD, Stage.MAP, "email: missing", "email", "optin"),
            "not to be mapped",
            "email: missing",
        ),
        (send("optin"), "refused by Bluecore", "HTTP 422"),
    ],
)
def test_why_a_route_is_held_is_told_though_no_dead_letter_shows_it(
    desk: Desk, mapped: Mapped, records: str, why: str
) -> None:
    """All of a flood may have been read before the first of it could be written."""
    engine = desk.engine
    engine.partitions.assign(HOME, None, "")
    with capture_logs() as logs:
        for number in range(300):
            engine.take(record(number), mapped, NOW)
        while (decided := engine.decide(NOW)).sends or decided.writes:
            for ticket, _ in decided.sends:
                engine.answered(ticket, Answer(422, text="jane is no address", seconds=0.1), NOW)
            for ticket, _ in decided.writes:
                engine.written(ticket, None, NOW)
        desk.reporter.state(NOW, joined=True)
    (line,) = [each for each in logs if "held" in each["event"]]
    assert (line["log_level"], line["records"], line["why"]) == ("error", records, why)


def test_what_the_log_has_not_told_of_is_told_at_the_end(desk: Desk) -> None:
    with capture_logs() as logs:
        desk.reporter.settled(letters(Reason.TOO_OLD, 50), NOW)
        desk.reporter.flush()
        desk.reporter.flush()
    assert (len(logs), told(logs)) == (2, 50)


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


def test_one_record_that_is_refused_among_others_is_no_outage(desk: Desk) -> None:
    """401 for one record, and the probe, another key's, passes at once."""
    breaker = desk.engine.gates.breaker
    breaker.passed(1, "other", NOW)
    with capture_logs() as logs:
        breaker.refused(2, NOW, "http_401")
        desk.reporter.state(NOW, joined=True)
        assert desk.value("circuit_open") == 1
        breaker.probing(3)
        breaker.passed(3, "another", NOW)
        desk.reporter.state(NOW + 1, joined=True)
    assert logs == []
    assert desk.value("circuit_open") == 0


def test_a_probe_that_fails_makes_it_one(desk: Desk) -> None:
    breaker = desk.engine.gates.breaker
    breaker.passed(1, "other", NOW)
    with capture_logs() as logs:
        breaker.refused(2, NOW, "http_401")
        breaker.probing(3)
        breaker.refused(3, NOW, "http_401")
        desk.reporter.state(NOW, joined=True)
        breaker.probing(4)
        breaker.passed(4, "another", NOW + 5)
        desk.reporter.state(NOW + 5, joined=True)
    said = [line["event"] for line in logs]
    assert said == ["Bluecore is unavailable: sending is paused and probed", "Bluecore accepts events again"]


def test_a_held_route_of_a_destination_is_told_with_its_name(group: Desk) -> None:
    reject = Reject(Reason.MISSING_FIELD, Stage.MAP, "total: is missing", "total", "purchase", destination="acme")
    for offset in range(300):
        group.engine.take(record(offset), reject, NOW)
    group.engine.decide(NOW)
    group.reporter.state(NOW, joined=True)
    held = {"topic": HOME.topic, "event_type": "purchase", "field": "total"}
    assert group.value("route_held", destination="acme", **held) == 1
    assert group.value("route_held", destination="zeta", **held) is None
    assert group.health.readiness().body["details"]["held"] == "shop.orders (purchase for acme): total: is missing"  # type: ignore[index]


def test_a_held_route_is_told_with_its_field(desk: Desk) -> None:
    desk.engine.partitions.assign(HOME, None, "")
    reject = Reject(Reason.MISSING_FIELD, Stage.MAP, "products[1].id: is missing", "products[1].id", "purchase")
    for offset in range(300):
        desk.engine.take(record(offset), reject, NOW)
    desk.engine.decide(NOW)
    desk.reporter.state(NOW, joined=True)
    held = {"topic": HOME.topic, "event_type": "purchase", "field": "products.id"}
    assert desk.value("route_held", **held) == 1
    assert desk.health.readiness().body["details"]["held"] == "shop.orders (purchase): products[1].id: is missing"  # type: ignore[index]
    for offset in range(300, 400):
        desk.engine.take(record(offset), send("purchase"), NOW)
    desk.reporter.state(NOW + 1, joined=True)
    assert desk.value("route_held", **held) is None
    assert desk.value("route_held", topic=HOME.topic, event_type="", field="") == 0
    assert desk.health.readiness().body["details"]["held"] == "ok"  # type: ignore[index]


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


@pytest.mark.parametrize(("removed", "told"), [("sold", "sold"), ("", "bluecore")])
def test_records_for_a_destination_that_is_gone_are_told(removed: str, told: str) -> None:
    policy = replace(DeliveryPolicy.from_config(Config.model_validate(SOUND)), rates={"acme": None})
    desk = Desk(engine=Engine(policy))
    retry = Partition(policy.retry_topic, 0)
    desk.engine.partitions.assign(retry, None, "")
    past = Redelivery(HOME, 7, destination=removed)

    with capture_logs() as logs:
        desk.engine.take(Record(retry, 0, b"k", b"v", redelivery=past), Send(()), NOW)
        desk.reporter.state(NOW, joined=True)

    assert [each["destination"] for each in logs if "destination" in each] == [told]
    details = desk.health.readiness().body["details"]
    assert isinstance(details, dict)
    assert details["removed_destinations"] == told
    assert desk.value("destination_removed_records", destination=removed) == 1
