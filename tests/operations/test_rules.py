"""Every alert fires for what it is about, and is silent for what looks like it; promtool is the judge."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.process_collector import ProcessCollector

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
OMITTED, READ = (f'fields_{what}_total{{event_type="optin",field="phone"}}' for what in ("omitted", "read"))
UNREAD, REFUSED = 'unread_records{topic="shop.orders"}', 'http_requests_total{status="401"}'
STILL, ON, OFF = "5x60", "1x60", "0x60"
CAUSES = {
    "circuit_open": ON,
    'intake_stopped{cause="dead_letters"}': ON,
    'intake_stopped{cause="receipts"}': ON,
    "kafka_up": OFF,
    "registry_up": OFF,
}

PAUSED = 'topic_paused{topic="shop.orders"}'
LAG, LOST = 'consumer_lag{topic="shop.orders"}', 'records_lost_total{topic="shop.orders"}'
HELD_ROUTE = 'route_held{topic="shop.orders",event_type="purchase",field="order_id"}'
FLOODED = {HELD_ROUTE: "0x90 1x10 0x900"}
OF_ORDERS, OF_CARTS = (f'events_total{{{{topic="shop.{topic}",outcome="{{}}"}}}}' for topic in ("orders", "carts"))
TOO_OLD = 'dead_letters_total{reason="too_old"}'
STARTED = ':process_start_time_seconds{instance="a"}'
TOPIC_HAS, SHARED = 'topic_partitions{topic="shop.orders"}', 'consumer_lag{topic="shop.orders",partition="'
CONSUMED, BACKDATED = (f'{what}_total{{topic="shop.orders"}}' for what in ("events_consumed", "records_backdated"))
HOURS_OLD = 'oldest_undelivered_age_seconds{topic="shop.orders"}'


FALLS_BEHIND = {LAG: "2000+60x60"}
ACME, ACME_HOLDS = {"destination": "acme"}, {'endpoint_held_seconds_total{destination="acme"}': "0+30x60"}
HELD = {"endpoint_held_seconds_total": "0+30x60"}


TWO_AT_THREE_FIFTHS = {'delivery_setting{setting="rate_limit_per_second"}': "10x60"} | {
    f'http_requests_total{{destination="{name}",status="202"}}': "0+360x60" for name in ("acme", "zeta")
}


def answers(seconds: float) -> Series:
    """Six thousand a minute, each so slow."""
    spent, counted = (f"http_request_duration_seconds_{what}" for what in ("sum", "count"))
    return {spent: f"0+{6000 * seconds:g}x60", counted: "0+6000x60"}


def in_flight(count: int, *, of: int, at_most: int) -> Series:
    """So many requests, `of` the limit of now, which may rise to `at_most`."""
    limit = 'delivery_setting{setting="max_in_flight"}'
    return {"http_in_flight": f"{count}x60", "concurrency_limit": f"{of}x60", limit: f"{at_most}x60"}


def first_start(minutes: int) -> Series:
    """A backlog of the last 8 hours, 300 events a second, 50 of them new; then 50 a second, all of them in time."""
    ripples = " ".join(str(20 * (minute % 2)) for minute in range(100))
    return {
        ALL: f"0+18000x{minutes} {18000 * minutes + 3000}+3000x100",
        DELIVERED: f"0+18000x{minutes} {18000 * minutes + 3000}+3000x100",
        IN_TIME: f"0x{minutes} 3000+3000x100",
        LAG: f"{15000 * minutes}-15000x{minutes} {ripples}",
        HOURS_OLD: f"28800-{28800 // minutes}x{minutes} 0x100",
    }


CASES = {
    # 2 % are dead letters, over 14.4 times the budget of 0.1 %; or 0.5 %, which is below 6 times.
    "BluecoreEventsFailFast": replace(
        share(DEAD, DELIVERED, 20, 5, at="2h"),
        # One of three at night is a large share, and no reason to wake anybody.
        silent_too=(
            {DEAD: "0x117 1x10", DELIVERED: "0x117 2x10"},
            # What a flood held is let go, after it has paged.
            {OF_ORDERS.format("dead_letter"): "0+20x1000", OF_ORDERS.format("delivered"): "0+1000x1000", **FLOODED},
            # A backfill of old events: refused as soon as they are read.
            {DEAD: "0+20x1000", DELIVERED: "0+1000x1000", TOO_OLD: "0+20x1000", BACKDATED: "0+20x1000"},
        ),
    ),
    "BluecoreEventsFailSlowly": share(DEAD, DELIVERED, 4, 0.5, at="73h", every="10m"),
    "BluecoreEventsLateFast": replace(
        share(IN_TIME, ALL, 800, 960, at="2h"),
        silent_too=(
            {IN_TIME: "0x117 2x10", ALL: "0x117 3x10"},
            first_start(200),
            # Not through us: they were old when they were written.
            {IN_TIME: "0+800x1000", ALL: "0+1000x1000", BACKDATED: "0+200x1000"},
        ),
    ),
    "BluecoreEventsLateSlowly": share(IN_TIME, ALL, 960, 995, at="73h", every="10m"),
    # Pods that fail at every start are scraped now and then.
    "BluecoreConsumerAbsent": Case({"build_info": ON, "concurrency_limit": OFF}, {"concurrency_limit": ON}),
    # Its loop stands and its page answers. One that hangs as a whole: `test_one_of_two_instances_stops`.
    "BluecoreConsumerStalled": Case(
        {'loop_seconds_total{state="polling",instance="a"}': STILL, 'concurrency_limit{instance="a"}': "16x60"},
        {'loop_seconds_total{instance="a"}': "0+60x60", 'concurrency_limit{instance="a"}': "16x60"},
        # It still connects to Kafka: its loop has not begun.
        silent_too=({'loop_seconds_total{instance="a"}': OFF, 'concurrency_limit{instance="a"}': OFF},),
    ),
    "BluecoreReadsNothing": Case(
        {'reading_stands_seconds{instance="a"}': "0x50 60+60x10"},
        # Just before it would be unready, it reads again.
        {'reading_stands_seconds{instance="a"}': "0x50 60 120 0x10"},
    ),
    "BluecoreRestarts": Case(
        {STARTED: "1000x50 2000x3 3000x3 4000x10", 'build_info{instance="a"}': ON},
        # A rollout.
        {STARTED: "1000x50 2000x20", 'build_info{instance="a"}': ON},
        # Somebody else's process.
        silent_too=({STARTED: "1000x50 2000x3 3000x3 4000x10"},),
    ),
    "BluecorePartitionsElsewhere": Case(
        {TOPIC_HAS: "12x60", **{f'{SHARED}{number}"}}': ON for number in range(6)}},
        {TOPIC_HAS: "6x60", **{f'{SHARED}{number}"}}': ON for number in range(6)}},
        silent_too=(
            # Half of the instances do not answer: that has an alert of its own.
            {TOPIC_HAS: "12x60", **{f'{SHARED}{number}"}}': ON for number in range(6)}, ":up": OFF},
            # A rebalance.
            {TOPIC_HAS: "2x60", f'{SHARED}0"}}': ON, f'{SHARED}1"}}': "1x54 _x3 1x10"},
        ),
    ),
    "BluecoreTopicQuiet": Case(
        {CONSUMED: "0+20x400 8000x100", UNREAD: "0x500"},
        {CONSUMED: "0+20x500", UNREAD: "0x500"},
        "440m",
        silent_too=(
            # It waits, and we do not read it.
            {CONSUMED: "0+20x400 8000x100", UNREAD: "5x500"},
            {CONSUMED: "0+20x400 8000x100", UNREAD: "0x500", PAUSED: "1x500"},
            # A topic to which somebody writes now and then.
            {CONSUMED: "0+1x400 400x100", UNREAD: "0x500"},
        ),
    ),
    "BluecoreAnswersSlowly": Case(
        FALLS_BEHIND | answers(2.0),
        FALLS_BEHIND | answers(0.1),
        silent_too=(answers(2.0), FALLS_BEHIND | answers(2.0) | HELD),
    ),
    "BluecoreQuotaTooLow": Case(FALLS_BEHIND | HELD, HELD, silent_too=(FALLS_BEHIND,)),
    "BluecoreLimitBinds": Case(
        FALLS_BEHIND | answers(0.1) | in_flight(8, of=8, at_most=8),
        # The limit could rise yet; there is room below it; Bluecore is slow.
        FALLS_BEHIND | answers(0.1) | in_flight(8, of=8, at_most=64),
        silent_too=(
            FALLS_BEHIND | answers(0.1) | in_flight(2, of=8, at_most=8),
            FALLS_BEHIND | answers(2.0) | in_flight(8, of=8, at_most=8),
            answers(0.1) | in_flight(8, of=8, at_most=8),
            # Two destinations, each well below its own limit.
            FALLS_BEHIND | answers(0.1) | TWO_AT_THREE_FIFTHS,
        ),
    ),
    "BluecoreHotKey": Case(
        {"longest_lane_records": "500x60"} | in_flight(2, of=16, at_most=64),
        {"longest_lane_records": "20x60"} | in_flight(2, of=16, at_most=64),
        silent_too=(
            # All keys wait: what binds is the limit, or an outage.
            {"longest_lane_records": "500x60"} | in_flight(16, of=16, at_most=64),
            {"longest_lane_records": "500x60", "circuit_open": ON} | in_flight(1, of=16, at_most=64),
        ),
    ),
    "BluecoreEventsArriveOld": Case({BACKDATED: "0x30 100x30"}, {BACKDATED: "0x30 3x30"}),
    "BluecoreSchemaUnknown": Case({"unknown_schemas": "0x50 1x20"}, {"unknown_schemas": "0x59 1x2"}),
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
                LAG: ON,
                UNREAD: OFF,
                DELIVERED: STILL,
            },
            # A producer has left its transaction open: a ticket.
            {UNREAD: ON, 'open_transaction_seconds{topic="shop.orders"}': "0+60x60", DELIVERED: STILL},
            # The topic is not read on purpose.
            {UNREAD: ON, PAUSED: ON, DELIVERED: STILL},
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
        {'unreadable_partitions{topic="shop.orders"}': OFF, 'topic_missing{topic="shop.orders"}': ON},
        {'unreadable_partitions{topic="shop.orders"}': "0x50 1x5 0x5"},
    ),
    "BluecoreRecordsLost": Case(
        {LOST: "0x170 40x10"},
        {LOST: "0x180"},
        "3h",
        silent_too=({LOST: "0x60 40x120"},),
    ),
    "BluecoreOpenTransaction": Case(
        {'open_transaction_seconds{topic="shop.orders"}': "0x50 60+60x10"},
        # A producer that commits every five minutes.
        {'open_transaction_seconds{topic="shop.orders"}': "0 60 120 180 240 300 0 60 120 180 240 300 0x50"},
    ),
    "BluecoreLagGrows": Case(
        {"consumer_lag": "2000+10x90"},
        {"consumer_lag": "2000-10x90"},
        "80m",
        silent_too=({"consumer_lag": "2000+10x90", "circuit_open": "1x90"}, {LAG: "2000+10x90", PAUSED: "1x90"}),
    ),
    "BluecoreEventsGrowOld": Case(
        {HOURS_OLD: "22000+60x60", LAG: "5000+60x60"},
        {HOURS_OLD: "16000+60x60"},
        # A backfill of a day ago has not waited, and has an alert of its own.
        silent_too=(first_start(200), {HOURS_OLD: "90000x60", BACKDATED: "0+100x60"}),
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
        {HELD_ROUTE: ON},
        {HELD_ROUTE: OFF, 'intake_stopped{cause="memory"}': ON},
        "10m",
    ),
    "BluecoreDeadLetters": Case(
        {'dead_letters_total{reason="rejected"}': "0x50 1x10"},
        {'dead_letters_total{reason="rejected"}': STILL, 'dead_letters_total{reason="undecodable"}': "0+1x60"},
    ),
    "BluecoreFieldsOmitted": Case(
        {OMITTED: "0+6x90", READ: "0+100x90"},
        {OMITTED: "0+4x90", READ: "0+100x90"},
        "80m",
        # A handful of values is no share of anything.
        silent_too=({OMITTED: "0x60 5x30", READ: "0x60 5x30"},),
    ),
    "BluecoreConsentNotApplied": Case(
        {'consent_verified_total{result="not_known"}': "0x50 1x10"},
        {'consent_verified_total{result="differs"}': STILL, 'consent_verified_total{result="applied"}': "0+1x60"},
        # What somebody has said since is theirs.
        silent_too=({'consent_verified_total{result="superseded"}': "0+1x60"},),
    ),
    "BluecoreConsentsUnverified": Case(
        {'consent_verified_total{result="unavailable"}': "0+1x150"},
        {'consent_verified_total{result="unavailable"}': "5x150"},
        "140m",
        # Others could be read.
        silent_too=(
            {
                'consent_verified_total{result="unavailable"}': "0+1x150",
                'consent_verified_total{result="applied"}': "0+1x150",
            },
        ),
    ),
    "BluecoreUndecodable": Case(
        {'dead_letters_total{reason="undecodable"}': "0x50 1x10"},
        {'dead_letters_total{reason="undecodable"}': OFF, 'dead_letters_total{reason="rejected"}': "0+1x60"},
    ),
    "BluecoreDeadLettersNotWritten": Case(
        {"dead_letter_rewrite_failures_total": "0+1x60"},
        {"dead_letter_rewrite_failures_total": STILL},
        # Writes that were repeated with success; brokers that are away, which has an alert of its own.
        silent_too=(
            {"dead_letter_produce_failures_total": "0+1x60"},
            {"dead_letter_rewrite_failures_total": "0+1x60", "kafka_up": OFF},
        ),
    ),
    "BluecoreReceiptsNotWritten": Case(
        {"receipt_produce_failures_total": "0+1x60"},
        {"receipt_produce_failures_total": STILL},
        # One write that was repeated at once.
        silent_too=tuple({"receipt_produce_failures_total": f"0x{60 - ago} 1x{ago}"} for ago in range(1, 9)),
    ),
    "BluecoreRegistryDown": Case({"registry_up": OFF}, {"registry_up": "1x50 0x3 1x10"}),
    "BluecoreKafkaTokenNotRenewed": Case({"kafka_token_up": OFF}, {"kafka_token_up": "1x50 0x3 1x10"}),
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
    judged(promtool, tmp_path, [alert], tests, case.every)


@pytest.mark.parametrize("minutes", [5, 40, 200])
def test_a_first_start_on_a_backlog_wakes_nobody(minutes: int, promtool: Path, tmp_path: Path) -> None:
    """At no minute of those that it takes, nor of the hour after them."""
    at = [f"{minute}m" for minute in range(1, minutes + 90)]
    slow = ("BluecoreEventsLateFast", "BluecoreEventsGrowOld", "BluecoreNoProgress", "BluecoreLagGrows")
    judged(promtool, tmp_path, slow, [_course(first_start(minutes), at, _firing(alert), None) for alert in slow])


@pytest.mark.parametrize("lag", ["50000+600x240", "50000x240", "0x60 600+600x180"], ids=["grows", "stays", "begins"])
@pytest.mark.parametrize("alert", ["BluecoreEventsLateFast", "BluecoreEventsGrowOld"])
def test_who_falls_behind_is_told_of_as_soon_as_if_there_were_no_lag(
    alert: str, lag: str, promtool: Path, tmp_path: Path
) -> None:
    """Two jobs with one history, late from the second hour on: only one of them has its lag in it."""
    late = {ALL: "0+600x240", IN_TIME: "0+600x60 36000x180", HOURS_OLD: "0x60 21000+60x180"}
    series = {f"{_with(name, job)}": values for name, values in late.items() for job in ("blind", "sees")}
    series[_with(LAG, "sees")] = lag

    def fires(job: str) -> str:
        return f'(count(ALERTS{{alertname="{alert}",alertstate="firing",job="{job}"}}) or vector(0))'

    at = [f"{minute}m" for minute in range(1, 240)]
    never_later = _course(series, at, f"{fires('blind')} - {fires('sees')}", 0)
    in_the_end = _course(series, ["240m"], fires("sees"), 1)
    judged(promtool, tmp_path, [alert], [never_later, in_the_end])


@pytest.mark.parametrize("behaves", ["as a whole", "its loop"])
def test_one_of_two_instances_stops(behaves: str, promtool: Path, tmp_path: Path) -> None:
    """Within five minutes somebody is told, and until it goes on; its partitions are then somebody else's."""
    works, limit = 'loop_seconds_total{state="polling",instance="%s"}', 'concurrency_limit{instance="%s"}'
    stands = "1200x35" if behaves == "its loop" else "_x35"
    history = {
        works % "a": f"0+60x20 {stands}",
        limit % "a": "16x20 " + ("16x35" if behaves == "its loop" else "_x35"),
        ':up{instance="a"}': "1x20 " + ("1x35" if behaves == "its loop" else "0x35"),
        works % "b": "0+60x55",
        limit % "b": "16x55",
        ':up{instance="b"}': "1x55",
    }
    firing = _firing("BluecoreConsumerStalled")
    told = [f"{minute}m" for minute in range(26, 32)]
    tests = [_course(history, told, firing, 1), _course(history, ["10m", "20m"], firing, None)]
    judged(promtool, tmp_path, ["BluecoreConsumerStalled"], tests)


def test_a_flood_of_a_route_pages_within_two_minutes(promtool: Path, tmp_path: Path) -> None:
    """Seen by a scrape a minute, and judged once a minute."""
    firing = f"{_firing('BluecoreDeadLetterFlood')}"
    history = {HELD_ROUTE: "0x10 1x10"}
    judged(promtool, tmp_path, ["BluecoreDeadLetterFlood"], [_course(history, ["13m"], firing, 1)])


def test_after_a_flood_of_one_topic_the_others_are_watched_as_ever(promtool: Path, tmp_path: Path) -> None:
    """Its own dead letters are known; those of another topic wake somebody."""
    orders = {OF_ORDERS.format("dead_letter"): "0+20x200", OF_ORDERS.format("delivered"): "0+1000x200"}
    carts = {OF_CARTS.format("dead_letter"): "0+20x200", OF_CARTS.format("delivered"): "0+1000x200"}
    firing = _firing("BluecoreEventsFailFast")
    tests = [
        _course(orders | carts | FLOODED, ["2h"], firing, 1),
        _course(orders | {OF_CARTS.format("delivered"): "0+1000x200"} | FLOODED, ["2h"], firing, None),
    ]
    judged(promtool, tmp_path, ["BluecoreEventsFailFast"], tests)


@pytest.mark.parametrize(
    ("alert", "series", "labels", "since"),
    [
        pytest.param("BluecoreKafkaDown", {"kafka_up": OFF}, {}, "00:00", id="Kafka"),
        pytest.param("BluecoreOutage", {"circuit_open": ON}, {}, "00:00", id="the only destination"),
        pytest.param("BluecoreOutage", {'circuit_open{destination="acme"}': ON}, ACME, "00:00", id="one of several"),
        pytest.param("BluecoreThrottles", ACME_HOLDS, ACME, "00:05", id="one that holds us back"),
    ],
)
def test_the_text_says_which_and_since_when(  # noqa: PLR0913, PLR0917 - a row, and what judges it
    alert: str, series: Series, labels: dict[str, str], since: str, promtool: Path, tmp_path: Path
) -> None:
    rule = ALERTS[alert]
    text = _filled(rule["annotations"]["description"], {"job": "bluecore-consumer", **labels}, since)
    fired = {
        "exp_labels": {**rule["labels"], "job": "bluecore-consumer", **labels},
        "exp_annotations": {**rule["annotations"], "description": text},
    }
    course = _course(series, [], "", None)
    test = {key: course[key] for key in ("interval", "input_series")}
    test["alert_rule_test"] = [{"eval_time": "20m", "alertname": alert, "exp_alerts": [fired]}]
    judged(promtool, tmp_path, [alert], [test])


def _filled(text: str, labels: dict[str, str], since: str) -> str:
    """As Prometheus fills it in at half of the time, and where no other query has an answer."""
    text = re.sub(
        r"\{\{ with printf \"ALERTS.*?\{\{ end \}\}\{\{ end \}\}", f"Since 1970-01-01 {since}:00 +0000 UTC.", text
    )
    text = text.replace("{{ $value | humanizePercentage }}", "50%")
    text = re.sub(r"\{\{ with printf \"topk.*?\{\{ end \}\}\{\{ end \}\}", "", text)
    text = re.sub(
        r"\{\{ with \$labels\.(\w+) \}\}(.*?)\{\{ end \}\}",
        lambda found: found[2].replace("{{ . }}", labels[found[1]]) if found[1] in labels else "",
        text,
    )
    return re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: labels[found[1]], text)


@pytest.mark.parametrize("alert", ["BluecoreQuotaTooLow", "BluecoreLimitBinds"])
def test_of_several_destinations_the_one_that_holds_up_is_named(alert: str, promtool: Path, tmp_path: Path) -> None:
    limited = {
        'http_requests_total{destination="acme",status="202"}': "0+600x60",
        'http_requests_total{destination="zeta",status="202"}': "0+100x60",
        'delivery_setting{setting="rate_limit_per_second"}': "10x60",
    }
    history = FALLS_BEHIND | (ACME_HOLDS if alert == "BluecoreQuotaTooLow" else limited)
    named = f'count by (destination) (ALERTS{{alertname="{alert}",alertstate="firing"}})'
    test = _course(history, ["30m"], named, 1)
    test["promql_expr_test"][0]["exp_samples"] = [{"labels": '{destination="acme"}', "value": 1}]
    judged(promtool, tmp_path, [alert], [test])


@pytest.mark.parametrize(
    ("alert", "series", "values"),
    [("BluecoreDeadLetterFlood", HELD_ROUTE, ON), ("BluecoreEventsGrowOld", HOURS_OLD, "30000+60x60")],
)
def test_each_destination_is_told_of_by_its_name(
    alert: str, series: str, values: str, promtool: Path, tmp_path: Path
) -> None:
    history = {series.replace("}", f',destination="{each}"}}'): values for each in ("acme", "zeta")}
    firing = f"count(count by (destination) ({_firing(alert).removeprefix('count(')})"
    judged(promtool, tmp_path, [alert], [_course(history, ["30m"], firing, 2)])


def test_a_loss_that_was_counted_before_the_first_scrape_wakes_somebody(promtool: Path, tmp_path: Path) -> None:
    """For an hour: no increase of it was ever seen."""
    history = {LOST: "_x30 40x200"}
    firing = _firing("BluecoreRecordsLost")
    tests = [_course(history, ["31m", "85m"], firing, 1), _course(history, ["95m"], firing, None)]
    judged(promtool, tmp_path, ["BluecoreRecordsLost"], tests)


def judged(
    promtool: Path, folder: Path, alerts: Sequence[str], tests: list[dict[str, Any]], every: str = "1m"
) -> None:
    """Let promtool have these tests of these alerts.

    Raises:
        AssertionError: one is not as it should be; with what promtool says.
    """
    rules, file = folder / "rules.yaml", folder / "tests.yaml"
    rules.write_text(json.dumps(_with_what_they_are_made_of(alerts)))
    file.write_text(json.dumps({"rule_files": [str(rules)], "evaluation_interval": every, "tests": tests}))
    done = subprocess.run([promtool, "test", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_its_case() -> None:
    assert CASES.keys() == ALERTS.keys()


def test_every_metric_of_a_rule_is_one_that_the_service_has() -> None:
    registry = CollectorRegistry()
    Metrics(registry)
    ProcessCollector(registry=registry)
    known = {
        f"{family.name}{suffix}"
        for family in registry.collect()
        for suffix in ("", "_total", "_bucket", "_count", "_sum")
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
    assert rule["labels"]["kind"] in {"cause", "symptom"}
    assert notes["summary"]
    assert notes["runbook_url"] == f"RUNBOOK#{alert.lower()}"
    assert alert in RUNBOOK_SECTIONS
    for label in re.findall(r"\$labels\.(\w+)", notes["description"]):
        assert re.search(rf"by \([^)]*\b{label}\b", _unfolded(rule["expr"])), label


def _unfolded(expression: str) -> str:
    """With the expressions of the recorded rules in it."""
    used = [rule["expr"] for name, rule in RECORDED.items() if name in expression]
    return expression + "".join(map(_unfolded, used))


def _expression(name: str) -> str:
    text: str = (ALERTS.get(name) or RECORDED[name])["expr"]
    return text


def _with_what_they_are_made_of(alerts: Sequence[str]) -> dict[str, Any]:
    """The groups with nothing but these alerts and what is recorded for them: promtool would compute all of them.

    Hours of history, and each minute of them: that is most of its time.
    """
    needed = {*alerts}
    while more := {name for name in RECORDED if any(name in _expression(each) for each in needed)} - needed:
        needed |= more
    groups = [
        {**group, "rules": [rule for rule in group["rules"] if rule.get("alert", rule.get("record")) in needed]}
        for group in GROUPS
    ]
    return {"groups": [group for group in groups if group["rules"]]}


def _history(case: Case, series: dict[str, str], alert: str, count: int | None) -> dict[str, Any]:
    """A test of promtool's: how many of this alert fire at that time. It needs no annotations spelt out."""
    return _course(series, [case.at], _firing(alert), count, case.every)


def _course(
    series: dict[str, str], at: Sequence[str], expression: str, value: int | None, every: str = "1m"
) -> dict[str, Any]:
    """A test of promtool's: the expression has this value, or None, at each of these times."""
    expected = [] if value is None else [{"labels": "{}", "value": value}]
    return {
        "interval": every,
        "input_series": [{"series": _named(name), "values": values} for name, values in series.items()],
        "promql_expr_test": [{"expr": expression, "eval_time": time, "exp_samples": expected} for time in at],
    }


def _firing(alert: str) -> str:
    return f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})'


def _with(series: str, job: str) -> str:
    """The same series of another job."""
    name, _, labels = series.rstrip("}").partition("{")
    return f'{name}{{{labels}{"," if labels else ""}job="{job}"}}'


def _named(series: str) -> str:
    name, _, labels = series.rstrip("}").partition("{")
    job = "" if "job=" in labels else 'job="bluecore-consumer",'
    # Those that are not ours begin with a colon.
    full = name.removeprefix(":") if name.startswith(":") else f"{PREFIX}_{name}"
    return f"{full}{{{job}{labels}}}"
