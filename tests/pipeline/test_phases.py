"""A phase of 429s or of slow answers begins and ends with a line, and is shown meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from consumer.delivery.quota_windows import HeldBy
from consumer.pipeline.phases import HeldByQuota, SlowAnswers, Throttled
from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics

NOW = 1_800_000_000.0


def shown(health: Health, name: str) -> str:
    return cast("dict[str, str]", health.readiness().body["details"])[name]


def test_a_phase_of_429s_begins_and_ends() -> None:
    health = Health(lambda: NOW)
    throttled = Throttled(health)
    held, told, details = 0.0, [], []
    for second in range(0, 300, 5):
        held += 3.0 if 50 <= second < 150 else 0.0
        with capture_logs() as logs:
            throttled.look(held, NOW + second)
        told += [(line["event"], second) for line in logs]
        details.append(shown(health, "throttled"))
    (begins, begun), (ends, ended) = told
    assert begins.startswith("Bluecore holds us back (429")
    assert 50 <= begun < 80
    assert ends == "Bluecore holds us back no longer"
    assert 200 <= ended < 240
    assert details[0] == details[-1] == "ok"
    assert "of the last" in details[25]


def test_one_short_wait_is_no_phase() -> None:
    throttled = Throttled(Health(lambda: NOW))
    with capture_logs() as logs:
        for second in range(0, 120, 10):
            throttled.look(1.0 if second >= 60 else 0.0, NOW + second)
    assert logs == []


def looks(latency: Callable[[int], float]) -> tuple[list[str], list[str]]:
    """What is told and what is shown, over looks ten seconds apart; `latency` by the number of the look."""
    health, metrics = Health(lambda: NOW), Metrics(CollectorRegistry())
    slow = SlowAnswers(metrics, health)
    details = []
    with capture_logs() as logs:
        for number in range(60):
            metrics.http_request_duration.observe_many([latency(number)] * 20)
            slow.look(NOW + 10 * number)
            details.append(shown(health, "answers"))
    return [line["event"] for line in logs], details


def test_slow_answers_are_told_beside_what_is_usual_however_long_they_last() -> None:
    told, details = looks(lambda number: 2.0 if 10 <= number < 50 else 0.05)
    assert told == ["Bluecore answers slowly", "Bluecore answers as fast as usual again"]
    assert details[9] == "ok: 0.05 s in the mean, usually 0.05 s"
    assert details[49] == "slow: 2 s in the mean, usually 0.05 s"
    assert details[-1].startswith("ok: 0.05 s")


def test_who_is_always_slow_is_not_slow() -> None:
    told, details = looks(lambda _: 1.0)
    assert told == []
    assert details[-1] == "ok: 1 s in the mean, usually 1 s"


def test_without_answers_nothing_is_concluded() -> None:
    health = Health(lambda: NOW)
    SlowAnswers(Metrics(CollectorRegistry()), health).look(NOW)
    assert shown(health, "answers") == "ok: none yet"


def test_a_quota_that_holds_records_back_is_told_once_and_shown_meanwhile() -> None:
    health = Health(lambda: NOW)
    quota = HeldByQuota(health)
    details = []
    with capture_logs() as logs:
        for second in range(300):
            held = {"/eligibility": HeldBy(20, 60, 3)} if 50 <= second < 150 else {}
            quota.look(held, NOW + second)
            details.append(shown(health, "quota"))
    assert [line["event"] for line in logs] == [
        "Bluecore's quota holds us back: events wait",
        "Bluecore's quota holds us back no longer",
    ]
    assert logs[0]["quota"] == details[100] == "/eligibility: 20 a minute, 3 left"
    assert details[52] == details[-1] == "ok"
