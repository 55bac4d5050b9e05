"""What a topic's lag means beside what the instances say."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.commands.doctor.finding import Finding, Severity
from consumer.commands.status.instance import Instance
from consumer.commands.status.lag import TopicLag
from consumer.commands.status.lagging import age_limit, lag_findings
from consumer.commands.status.snapshot import Snapshot
from consumer.config.model import Config
from consumer.kafka.group import Member
from consumer.records import Partition
from tests.support.configs import SOUND

DAY = 86_400
TOPIC = "shop.orders"
WELL = Instance("pod:8000", details={"circuit": "closed", "reading": "paused: route_rate"})
MEMBER = Member("10.0.0.1", "bluecore-consumer", frozenset({Partition(TOPIC, 1), Partition(TOPIC, 2)}))


def lag(records: int, *, falls: float = 0, settled: float = 0, standing: frozenset[int] = frozenset()) -> TopicLag:
    return TopicLag(TOPIC, records, -falls, settled, standing, 1, 0.5, 1_000_000)


def judge(
    found: TopicLag, *instances: Instance, rate: float = 0, delivery: float = 0, alone: bool = False
) -> Finding:
    """The one thing that is said of the lag."""
    route = {"topic": TOPIC, "event": "customer_patch", "rate_limit_per_second": rate}
    settings = {**SOUND, "routes": [route], "delivery": {"rate_limit_per_second": delivery}}
    seen = Snapshot(1003.0, 5.0, group=() if alone else (MEMBER,), instances=instances)
    (finding,) = lag_findings(Config.model_validate(settings), seen, found)
    return finding


@pytest.mark.parametrize(
    ("routes", "limit"),
    [
        ([{}], DAY),
        ([{"max_event_age_seconds": 0}], 0),
        ([{"max_event_age_seconds": 0}, {"event": "optin"}], DAY),
        ([{"max_event_age_seconds": 60}, {"event": "optin"}], 60),
        ([{"event_time": "placed_at"}], 0),
        ([{"topic": "shop.others"}], DAY),
    ],
)
def test_the_shortest_limit_of_a_topic_s_routes_counts(routes: list[dict[str, Any]], limit: float) -> None:
    """Of events that say themselves when they were, the brokers do not know it."""
    each = [{"topic": TOPIC, "event": "customer_patch", **route} for route in routes]
    assert age_limit(Config.model_validate({**SOUND, "routes": each}), TOPIC) == limit


def test_a_route_s_own_rate_is_what_binds_and_nothing_is_wrong() -> None:
    found = judge(lag(1800, falls=20, settled=20), WELL, rate=20)
    assert found.severity is Severity.OK
    assert found.message.endswith("; held to 20 a second by its own rate; gone in about 90 seconds")


def test_the_rate_is_that_of_all_instances_less_what_comes() -> None:
    """Of 40 a second 10 go for what comes: it falls by 30."""
    found = judge(lag(3600, falls=30, settled=40), WELL, WELL, rate=20)
    assert "held to 40 a second by its own rate; gone in about 2 minutes" in found.message


def test_what_comes_faster_than_a_route_s_own_rate_is_said_and_no_fault() -> None:
    found = judge(lag(5000, falls=-15, settled=20), WELL, rate=20)
    assert found.severity is Severity.OK
    assert found.message.endswith("held to 20 a second by its own rate, and as many or more come")


def test_a_rate_so_low_that_the_look_saw_none_go_out_is_no_standstill() -> None:
    found = judge(lag(10, standing=frozenset({1})), WELL, rate=0.1)
    assert found.severity is Severity.OK
    assert "held to 0.1 a second by its own rate; gone in about 100 seconds" in found.message


def test_the_rate_of_all_is_named_as_the_setting_that_it_is() -> None:
    found = judge(lag(1800, falls=20, settled=20), WELL, delivery=20)
    assert found.severity is Severity.OK
    assert "held to 20 a second by delivery.rate_limit_per_second" in found.message


def test_a_lag_that_grows_below_the_rate_is_told() -> None:
    """The rate is not what binds."""
    assert judge(lag(5000, falls=-15, settled=2), WELL, rate=20).severity is Severity.WARNING


@pytest.mark.parametrize(
    "details",
    [
        {"registry": "nothing accepts connections there"},
        {"circuit": "http_503"},
        {"held": f"{TOPIC} (purchase): order_id: missing"},
        {"reading": f"{TOPIC}[1]: not allowed"},
    ],
)
def test_what_an_instance_says_already_is_told_once(details: dict[str, str]) -> None:
    found = judge(lag(40, standing=frozenset({1, 2})), Instance("pod:8000", details=details))
    assert found.severity is Severity.OK
    waits = "the oldest is 3 seconds old; they wait for what is told above"
    assert found.message == f"40 records of {TOPIC} are not settled; {waits}"


def test_so_it_is_where_nobody_is_in_the_group() -> None:
    found = judge(lag(1, standing=frozenset({1})), alone=True)
    assert (found.severity, found.message.startswith(f"1 record of {TOPIC} is not settled")) == (Severity.OK, True)
    assert found.message.endswith("; it waits for what is told above")


def test_what_is_held_of_another_topic_explains_nothing() -> None:
    other = Instance("pod:8000", details={"held": "shop.carts (add_to_cart): product: missing"})
    assert judge(lag(40, standing=frozenset({1})), other).severity is Severity.ERROR


def test_nothing_that_moves_and_nobody_who_says_why_is_an_error() -> None:
    found = judge(lag(40, standing=frozenset({1, 2})), Instance("pod:8000"))
    assert found.severity is Severity.ERROR
    assert found.message.startswith(f"partitions 1, 2 of {TOPIC} stand still: nothing was settled in 5 s")
    assert "They are those of 10.0.0.1 (bluecore-consumer)." in found.message
    assert "hangs" not in found.advice


def test_only_one_that_does_not_answer_hangs() -> None:
    """A rate of the route is no reason then."""
    found = judge(lag(40, standing=frozenset({1})), Instance("pod:8000", "no answer within 3 s"), rate=20)
    assert found.message.startswith(f"partition 1 of {TOPIC} stands still")
    assert "one without an answer hangs" in found.advice


def test_what_is_less_than_one_a_second_is_told_by_the_minute() -> None:
    found = lag(400, falls=0.4, settled=0.4)
    assert "; 24 fewer each minute: gone in " in judge(found, WELL).message
