"""What befalls one request, decided by a plan, a seed and a clock."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from consumer.sandbox.faults import Api, FaultPlan, RateLimitPlan, make_plan
from consumer.sandbox.injector import UNDISTURBED, FaultInjector


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


def faults(clock: Clock | None = None, **plan: Any) -> FaultInjector:
    return FaultInjector(make_plan(plan), clock=clock or Clock(), wall=lambda: 0.0)


def test_without_a_plan_nothing_happens() -> None:
    assert faults().next("jane", "key") == UNDISTURBED


def test_a_script_is_followed_attempt_by_attempt_and_then_all_is_well() -> None:
    scripted = faults(scripts={"distinct_id": {"jane": [503, "reset", "pass", "hang"]}})
    assert [scripted.next("jane", "").step for _ in range(5)] == [503, "reset", None, "hang", None]
    assert scripted.next("omar", "").step is None


def test_a_script_of_an_idempotency_key_goes_before_one_of_its_customer() -> None:
    scripted = faults(scripts={"distinct_id": {"jane": [500]}, "idempotency_key": {"t:0:1": [429]}})
    assert [scripted.next("jane", "t:0:1").step for _ in range(3)] == [429, 500, None]


def test_shares_come_out_as_asked_and_the_same_for_the_same_seed() -> None:
    def steps(seed: int) -> list[object]:
        drawn = faults(seed=seed, rates={503: 0.2, "reset": 0.1})
        return [drawn.next("jane", "").step for _ in range(2_000)]

    assert steps(1) == steps(1) != steps(2)
    counts = Counter(steps(1))
    assert 340 < counts[503] < 460
    assert 150 < counts["reset"] < 250


def test_a_script_does_not_shift_the_chances_of_the_others() -> None:
    plain = faults(rates={503: 0.5})
    scripted = faults(rates={503: 0.5}, scripts={"distinct_id": {"jane": [400]}})
    without = [plain.next("omar", "").step for _ in range(20)]
    scripted.next("jane", "")
    assert [scripted.next("omar", "").step for _ in range(19)] == without[1:]


def test_an_outage_lasts_its_seconds_and_goes_before_everything() -> None:
    clock = Clock()
    out = faults(clock, outage={"seconds": 30, "step": 502}, scripts={"distinct_id": {"jane": [400]}})
    assert out.next("jane", "").step == 502
    clock.now += 29.9
    assert out.next("omar", "").step == 502
    assert out.in_force.outage
    clock.now += 0.2
    assert out.in_force.outage is None
    assert [out.next("jane", "").step for _ in range(2)] == [400, None]


def test_an_outage_counts_from_when_it_is_applied() -> None:
    clock = Clock()
    calm = faults(clock)
    clock.now += 100
    calm.apply(FaultPlan.model_validate({"outage": {"seconds": 10}}))
    assert calm.outage_seconds_left == 10
    calm.clear()
    assert calm.next("jane", "") == UNDISTURBED


def test_retry_after_is_sent_with_429_and_503_as_seconds_or_as_a_date() -> None:
    rude = faults(retry_after_seconds=5, scripts={"distinct_id": {"jane": [429, 503, 500]}})
    assert [rude.next("jane", "").headers for _ in range(3)] == [
        ((b"retry-after", b"5"),),
        ((b"retry-after", b"5"),),
        (),
    ]
    dated = faults(retry_after_seconds=5, retry_after_as="date", rates={429: 1})
    assert dated.next("jane", "").headers == ((b"retry-after", b"Thu, 01 Jan 1970 00:00:05 GMT"),)


def test_over_the_rate_limit_the_answer_is_429_with_headers_that_say_when() -> None:
    clock = Clock()
    limited = faults(clock, rate_limit={"per_second": 2, "per_minute": 1000})
    first, second, third = (limited.next("jane", "") for _ in range(3))
    assert [first.step, second.step, third.step] == [None, None, 429]
    assert dict(second.headers) == {
        b"ratelimit-limit": b"2",
        b"ratelimit-remaining": b"0",
        b"ratelimit-reset": b"1",
    }
    assert dict(third.headers)[b"retry-after"] == b"1"
    clock.now += 1
    assert limited.next("jane", "").step is None


def test_a_namespace_may_have_faults_of_its_own_in_place_of_those_of_all() -> None:
    own = faults(outage={"seconds": 30}, namespaces={"acme": {"scripts": {"distinct_id": {"jane": [429]}}}, "z": {}})

    assert own.next("jane", "", "acme").step == 429
    assert own.next("jane", "", "acme").step is None
    assert own.next("jane", "", "z").step is None
    assert own.next("jane", "", "other").step == 503


def test_an_outage_of_one_namespace_ends_by_itself() -> None:
    clock = Clock()
    own = faults(clock, namespaces={"acme": {"outage": 30}})
    assert own.next("jane", "", "acme").step == 503
    assert own.describe() == ["for namespace 1 of the plan: an outage, every event: answered 503"]
    clock.now += 31

    assert own.next("jane", "", "acme").step is None
    assert own.describe() == []


QUOTA = RateLimitPlan(per_second=2, per_minute=0)


def test_an_api_has_faults_of_its_own_or_those_of_all() -> None:
    own = faults(rates={503: 1}, apis={"token": {"rates": {429: 1}}, "customers": {}})
    apis: tuple[Api, ...] = ("events", "eligibility", "token", "customers")
    assert [own.of(api).next("jane", "").step for api in apis] == [503, 503, 429, None]


def test_an_outage_of_one_api_ends_by_itself() -> None:
    clock = Clock()
    own = faults(clock, apis={"token": {"outage": 30}})
    clock.now += 20
    outage = own.in_force.apis["token"].outage
    assert outage
    assert outage.seconds == 10
    clock.now += 10
    assert (own.of("token").next("jane", "").step, own.describe()) == (None, [])


def test_a_quota_holds_until_a_plan_says_another_and_in_every_namespace() -> None:
    def limits(plan: dict[str, Any]) -> list[bytes]:
        own = FaultInjector(make_plan(plan), clock=Clock(), quotas={"eligibility": QUOTA})
        taken = [own.of("eligibility").next("jane", "", name) for name in ("", "acme")]
        return [dict(each.headers)[b"x-ratelimit-limit"] for each in taken]

    assert limits({}) == [b"2;w=1", b"2;w=1"]
    assert limits({"rate_limit": "7/0"}) == [b"7;w=1", b"7;w=1"]
    assert limits({"apis": {"eligibility": {"rate_limit": "3/9"}}}) == [b"9;w=60;burst=3;w=1"] * 2
    assert limits({"namespaces": {"acme": {"rate_limit": "0/5"}}}) == [b"2;w=1", b"5;w=60"]
