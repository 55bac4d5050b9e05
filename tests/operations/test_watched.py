"""A real Prometheus watches the real service through a run with faults: every panel has something to show."""

from __future__ import annotations

import math
from typing import Any, get_args

import pytest

from consumer.sandbox.faults import FaultPlan, OutagePlan, RateLimitPlan, Scripts
from consumer.telemetry.metrics import PREFIX, LoopState
from tests.operations.files import PANELS, RECORDED, RULES, RULES_FILE, queries
from tests.operations.prometheus import Prometheus, PrometheusUnavailableError, program, scraping
from tests.support.brokers import Message
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

REFUSED, UNLUCKY = "refused@example.com", "unlucky@example.com"
SETTINGS: dict[str, dict[str, Any]] = {
    "delivery": {
        "breaker": {"failures": 3, "initial_seconds": 0.3, "max_seconds": 0.5},
        "retry": {"attempts": 3, "initial_seconds": 0.2, "max_seconds": 0.4},
    },
    "dead_letters": {"delays_seconds": [1]},
}


@pytest.fixture
def _prometheus_is_to_be_had() -> None:
    try:
        program("prometheus")
    except PrometheusUnavailableError as reason:
        pytest.skip(str(reason))


def with_faults(pipeline: Pipeline, topic: str) -> None:
    """A refusal, bad luck, garbage, a rate limit and an outage, each survived."""
    faults = pipeline.sandbox.faults
    scripts = Scripts(distinct_id={REFUSED: (422,), UNLUCKY: (500,) * 4})
    faults.apply(FaultPlan(scripts=scripts))
    pipeline.produce(topic, "search", ["jane@example.com", REFUSED, UNLUCKY, "ali@example.com"])
    pipeline.broker.produce(topic, [Message(b"garbage", b"garbage")])
    # It waits in the retry topic for a destination that the configuration does not have any more.
    left = [("__connect.errors.topic", topic.encode()), ("bluecore.destination", b"sold")]
    left += [(f"__connect.errors.{part}", b"0") for part in ("partition", "offset")]
    pipeline.broker.produce(pipeline.retry_topic, [Message(b"sold", b"sold", tuple(left))])
    pipeline.accepted(3)
    faults.apply(FaultPlan(rate_limit=RateLimitPlan(per_second=5), retry_after_seconds=1))
    pipeline.produce(topic, "search", [f"customer-{number}@example.com" for number in range(20)])
    pipeline.accepted(23)
    faults.apply(FaultPlan(outage=OutagePlan(seconds=3)))
    pipeline.produce(topic, "search", [f"later-{number}@example.com" for number in range(20)])
    pipeline.accepted(43)
    pipeline.committed_to_the_end(topic)


@pytest.mark.usefixtures("_prometheus_is_to_be_had")
@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
def test_every_panel_has_data_and_every_rule_is_evaluated(pipeline: Pipeline) -> None:
    topic, paused = pipeline.broker.topic(4), pipeline.broker.topic(4)
    # No search term is a number: a field is left out of each event.
    dirty = {"client": {"path": "search_term", "as": "integer"}}
    routes: list[dict[str, Any]] = [
        {"topic": topic, "event": "search", "fields": dirty},
        {"topic": paused, "event": "search", "paused": True},
    ]
    with pipeline.service(routes, **SETTINGS) as service:
        service.wait_ready()
        with scraping(service.port, RULES_FILE, pipeline.folder) as prometheus:
            eventually(lambda: prometheus.query(f"{PREFIX}_build_info"), 20, "the first scrape")
            with_faults(pipeline, topic)
            # librdkafka's statistics come every 5 s, the rules' windows need two scrapes.
            eventually(lambda: not empty_panels(prometheus), 30, "data in every panel")
            eventually(lambda: set(prometheus.rules()) >= set(RECORDED), 20, "the rules")

            assert empty_panels(prometheus) == []
            assert set(prometheus.rules().values()) == {"ok"}
            assert len(prometheus.rules()) == len(RULES)
            assert_it_tells_what_happened(prometheus)
            assert_the_loops_time_adds_up(prometheus)


def empty_panels(prometheus: Prometheus) -> list[str]:
    """The panels with a query that gives nothing, or nothing but NaN."""
    return [
        f"{title}: {query}"
        for title, panel in PANELS.items()
        for query in queries(panel)
        if not any(not math.isnan(float(sample["value"][1])) for sample in prometheus.query(query))
    ]


def assert_it_tells_what_happened(prometheus: Prometheus) -> None:
    """The faults of the run, by the figures that a person on call would read."""

    def value(expression: str) -> float:
        return sum(float(sample["value"][1]) for sample in prometheus.query(f"sum({PREFIX}_{expression})"))

    eventually(lambda: value('events_total{outcome="delivered"}') == 43, 20, "all deliveries to be scraped")
    assert value('dead_letters_total{reason="rejected"}') == 1
    assert value('dead_letters_total{reason="undecodable"}') == 1
    assert value('events_total{outcome="retry"}') == 1
    assert value('http_requests_total{status="429"}') > 0
    assert value('http_requests_total{status="503"}') >= 3
    assert value("http_retries_total") > 5
    assert value("endpoint_held_seconds_total") >= 1
    eventually(lambda: value("circuit_open") == 0, 20, "the end of the outage to be scraped")
    assert prometheus.query(f"max_over_time({PREFIX}_circuit_open[5m])")[0]["value"][1] == "1"


def assert_the_loops_time_adds_up(prometheus: Prometheus) -> None:
    """A second of the loop's states a second of the clock; every state that this run leads into has its share."""
    loop = f"{PREFIX}_loop_seconds_total"
    ((_, rate),) = [sample["value"] for sample in prometheus.query(f"sum(rate({loop}[6s]))")]
    assert float(rate) == pytest.approx(1, abs=0.1)
    spent = {sample["metric"]["state"] for sample in prometheus.query(f"{loop} > 0")}
    assert spent >= set(get_args(LoopState)) - {"paused"}
