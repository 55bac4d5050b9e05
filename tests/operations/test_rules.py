"""Every alert fires for what it is about, and is silent for what looks like it; promtool is the judge."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from consumer.telemetry.metrics import PREFIX, Metrics
from tests.operations.files import ALERTS, GROUPS, RECORDED, RULES, RULES_FILE, RUNBOOK_SECTIONS, metrics_in
from tests.operations.prometheus import PrometheusUnavailableError, program

Series = dict[str, str]


@dataclass(frozen=True)
class Case:
    """Histories of the same metrics, in promtool's notation, and when they are looked at.

    `silent` and those of `silent_too` look alike, and are not what the alert is about.
    """

    fires: Series
    silent: Series
    at: str = "1h"
    every: str = "1m"
    silent_too: tuple[Series, ...] = ()


def share(part: str, whole: str, over: float, below: float, at: str, every: str = "1m") -> Case:  # noqa: PLR0913, PLR0917 - a row of a table
    """So many of a thousand each time: over what the objective bears, and below it."""
    steady = {whole: "0+1000x1000"}
    return Case({part: f"0+{over}x1000"} | steady, {part: f"0+{below}x1000"} | steady, at, every)


DEAD, DELIVERED = 'events_total{outcome="dead_letter"}', 'events_total{outcome="delivered"}'
IN_TIME, ALL = 'event_age_seconds_bucket{stage="delivered",le="300.0"}', 'event_age_seconds_count{stage="delivered"}'
UNREAD, REFUSED = 'unread_records{topic="shop.orders"}', 'http_requests_total{status="401"}'
STILL, ON, OFF = "5x60", "1x60", "0x60"
CAUSES = {
    "circuit_open": ON,
    'intake_stopped{cause="dead_letters"}': ON,
    "kafka_up": OFF,
    "registry_up": OFF,
}

CASES = {
    # 2 % are dead letters, over 14.4 times the budget of 0.1 %; or 0.5 %, which is below 6 times.
    "BluecoreEventsFailFast": replace(
        share(DEAD, DELIVERED, 20, 5, at="2h"),
        # One of three at night is a large share, and no reason to wake anybody.
        silent_too=({DEAD: "0x117 1x10", DELIVERED: "0x117 2x10"},),
    ),
    "BluecoreEventsFailSlowly": share(DEAD, DELIVERED, 4, 0.5, at="73h", every="10m"),
    "BluecoreEventsLateFast": replace(
        share(IN_TIME, ALL, 800, 960, at="2h"), silent_too=({IN_TIME: "0x117 2x10", ALL: "0x117 3x10"},)
    ),
    "BluecoreEventsLateSlowly": share(IN_TIME, ALL, 960, 995, at="73h", every="10m"),
    # Pods that fail at every start are scraped now and then.
    "BluecoreConsumerAbsent": Case({"build_info": ON, "concurrency_limit": OFF}, {"concurrency_limit": ON}),
    "BluecoreConsumerStalled": Case(
        {'loop_seconds_total{state="polling"}': STILL}, {"loop_seconds_total": "0+60x60"}
    ),
    "BluecoreNoProgress": Case(
        {UNREAD: ON, DELIVERED: STILL},
        {UNREAD: ON, DELIVERED: "0+1x60"},
        silent_too=(
            # Each of these has an alert of its own that says why.
            *({UNREAD: ON, DELIVERED: STILL, cause: value} for cause, value in CAUSES.items()),
            # A quiet night: one record waits for its redelivery, and a transaction ends in a marker.
            {
                'unread_records{topic="bluecore-consumer.retry"}': ON,
                'oldest_undelivered_age_seconds{topic="bluecore-consumer.retry"}': "0+60x60",
                'consumer_lag{topic="shop.orders"}': ON,
                UNREAD: OFF,
                DELIVERED: STILL,
            },
        ),
    ),
    "BluecoreNoPartitions": Case(
        {'assigned_partitions{instance="a"}': OFF, 'assigned_partitions{instance="b"}': OFF, "kafka_up": ON},
        # More instances than partitions.
        {'assigned_partitions{instance="a"}': OFF, 'assigned_partitions{instance="b"}': ON},
        # A deployment that has just begun; and what has an alert of its own.
        silent_too=({"assigned_partitions": "0x5"}, {"assigned_partitions": OFF, "kafka_up": OFF}),
    ),
    "BluecoreTopicUnreadable": Case(
        {'unreadable_partitions{topic="shop.orders"}': ON},
        {'unreadable_partitions{topic="shop.orders"}': "0x50 1x5 0x5"},
    ),
    "BluecoreLagGrows": Case({"consumer_lag": "2000+10x90"}, {"consumer_lag": "2000-10x90"}, "80m"),
    "BluecoreEventsGrowOld": Case(
        {"oldest_undelivered_age_seconds": "22000+60x60"}, {"oldest_undelivered_age_seconds": "16000+60x60"}
    ),
    "BluecoreOutage": Case(
        {"circuit_open": ON, REFUSED: STILL},
        {"circuit_open": "0x50 1x3 0x10"},
        # The credentials have an alert of their own.
        silent_too=({"circuit_open": ON, REFUSED: "0+1x60"},),
    ),
    "BluecoreCredentialsRefused": Case(
        {"circuit_open": ON, REFUSED: "0+1x60"},
        {"circuit_open": ON, REFUSED: STILL, 'http_requests_total{status="500"}': "0+1x60"},
        # One refusal that the next probe has healed.
        silent_too=({"circuit_open": "0x56 1 0x10", REFUSED: "0x56 1x10"},),
    ),
    "BluecoreThrottles": Case({"endpoint_held_seconds_total": "0+20x60"}, {"endpoint_held_seconds_total": "0+5x60"}),
    "BluecoreDeadLetterFlood": Case(
        {'intake_stopped{cause="dead_letters"}': ON},
        {'intake_stopped{cause="dead_letters"}': OFF, 'intake_stopped{cause="memory"}': ON},
        "10m",
    ),
    "BluecoreDeadLetters": Case(
        {'dead_letters_total{reason="rejected"}': "0x50 1x10"},
        {'dead_letters_total{reason="rejected"}': STILL, 'dead_letters_total{reason="undecodable"}': "0+1x60"},
    ),
    "BluecoreUndecodable": Case(
        {'dead_letters_total{reason="undecodable"}': "0x50 1x10"},
        {'dead_letters_total{reason="undecodable"}': OFF, 'dead_letters_total{reason="rejected"}': "0+1x60"},
    ),
    "BluecoreDeadLettersNotWritten": Case(
        {"dead_letter_produce_failures_total": "0+1x60"},
        {"dead_letter_produce_failures_total": STILL},
        # One write that was repeated at once.
        silent_too=tuple({"dead_letter_produce_failures_total": f"0x{60 - ago} 1x{ago}"} for ago in range(1, 9)),
    ),
    "BluecoreRegistryDown": Case({"registry_up": OFF}, {"registry_up": "1x50 0x3 1x10"}),
    "BluecoreKafkaDown": Case(
        {'kafka_up{instance="a"}': OFF, 'kafka_up{instance="b"}': OFF},
        {'kafka_up{instance="a"}': OFF, 'kafka_up{instance="b"}': ON},
    ),
    "BluecoreBrokerDown": Case(
        {'kafka_broker_up{broker="1",instance="a"}': OFF, 'kafka_broker_up{broker="1",instance="b"}': OFF},
        {'kafka_broker_up{broker="1",instance="a"}': OFF, 'kafka_broker_up{broker="1",instance="b"}': ON},
    ),
    "BluecoreCommitsFail": Case(
        {'commits_total{outcome="failed"}': "0+1x60"}, {'commits_total{outcome="ok"}': "0+1x60"}
    ),
    "BluecoreRebalances": Case(
        {'rebalances_total{kind="revoked"}': "0+1x60"}, {'rebalances_total{kind="revoked"}': "0x30 1x30"}
    ),
    "BluecoreIntakeStopped": Case(
        {'intake_stopped{cause="settled_map"}': ON}, {'intake_stopped{cause="settled_map"}': "0x40 1x20"}
    ),
}


@pytest.fixture(scope="session")
def promtool() -> Path:
    try:
        return program("promtool")
    except PrometheusUnavailableError as reason:
        pytest.skip(str(reason))


def test_the_rules_are_rules(promtool: Path) -> None:
    done = subprocess.run(
        [promtool, "check", "rules", "--lint=all", "--lint-fatal", RULES_FILE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alert", CASES)
def test_it_fires_for_its_cause_and_not_for_another(alert: str, promtool: Path, tmp_path: Path) -> None:
    case = CASES[alert]
    silent = (case.silent, *case.silent_too)
    tests = [_history(case, case.fires, alert, 1), *(_history(case, each, alert, None) for each in silent)]
    rules, file = tmp_path / "rules.yaml", tmp_path / "tests.yaml"
    rules.write_text(json.dumps(_with_what_it_is_made_of(alert)))
    file.write_text(json.dumps({"rule_files": [str(rules)], "evaluation_interval": case.every, "tests": tests}))
    done = subprocess.run([promtool, "test", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_its_case() -> None:
    assert CASES.keys() == ALERTS.keys()


def test_every_metric_of_a_rule_is_one_that_the_service_has() -> None:
    registry = CollectorRegistry()
    Metrics(registry)
    known = {
        f"{family.name}{suffix}" for family in registry.collect() for suffix in ("", "_total", "_bucket", "_count")
    }
    used = {name for rule in RULES for name in metrics_in(rule["expr"])}
    assert used - known - RECORDED.keys() == set()
    assert len(used) > 15


@pytest.mark.parametrize("alert", ALERTS)
def test_whoever_is_woken_reads_what_it_is_and_where_to_look(alert: str) -> None:
    """A severity, a summary, labels that the expression has, and a section of the runbook that says four things."""
    rule = ALERTS[alert]
    notes = rule["annotations"]
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert notes["summary"]
    assert notes["runbook_url"] == f"RUNBOOK#{alert.lower()}"
    assert alert in RUNBOOK_SECTIONS
    for label in re.findall(r"\$labels\.(\w+)", notes["description"]):
        assert re.search(rf"by \([^)]*\b{label}\b", _unfolded(rule["expr"])), label


def _unfolded(expression: str) -> str:
    """With the expressions of the recorded rules in it."""
    return expression + "".join(rule["expr"] for name, rule in RECORDED.items() if name in expression)


def _with_what_it_is_made_of(alert: str) -> dict[str, Any]:
    """The groups with nothing but this alert and what is recorded for it: promtool would compute all of them.

    Hours of history, and each minute of them: that is most of its time.
    """
    needed = {alert, *(name for name in RECORDED if name in ALERTS[alert]["expr"])}
    groups = [
        {**group, "rules": [rule for rule in group["rules"] if rule.get("alert", rule.get("record")) in needed]}
        for group in GROUPS
    ]
    return {"groups": [group for group in groups if group["rules"]]}


def _history(case: Case, series: dict[str, str], alert: str, count: int | None) -> dict[str, Any]:
    """A test of promtool's: how many of this alert fire at that time. It needs no annotations spelt out."""
    firing = f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})'
    return {
        "interval": case.every,
        "input_series": [{"series": _named(name), "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": firing,
                "eval_time": case.at,
                "exp_samples": [{"labels": "{}", "value": count}] if count else [],
            }
        ],
    }


def _named(series: str) -> str:
    name, _, labels = series.rstrip("}").partition("{")
    return f'{PREFIX}_{name}{{job="bluecore-consumer",{labels}}}'
