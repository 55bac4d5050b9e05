"""What the instances' own words mean."""

from __future__ import annotations

import pytest

from consumer.commands.doctor.finding import Severity
from consumer.commands.status.instance import Instance
from consumer.commands.status.instances import instance_findings, version_findings
from consumer.commands.status.snapshot import Snapshot

WELL = {
    "circuit": "closed",
    "held": "ok",
    "reading": "ok",
    "registry": "ok",
    "kafka": "ok",
    "answers": "ok: 0.05 s in the mean, usually 0.05 s",
    "hot_key": "ok",
    "throttled": "ok",
    "failed_records": "written",
}


def said(**details: str) -> list[tuple[Severity, str]]:
    found = instance_findings(Instance("pod:8000", details=WELL | details))
    return [(each.severity, each.message) for each in found]


def test_one_that_is_well_says_nothing() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("details", "severity", "message"),
    [
        ({"circuit": "http_503"}, Severity.ERROR, "pod:8000: it only probes Bluecore: http_503"),
        ({"answers": "slow: 2 s"}, Severity.ERROR, "pod:8000: Bluecore answers slowly: slow: 2 s"),
        (
            {"reading": "paused: settled_map"},
            Severity.WARNING,
            "pod:8000 has stopped reading for now (paused: settled_map)",
        ),
        (
            {"reading": "paused: memory, route_rate"},
            Severity.OK,
            "pod:8000 reads no more until some of what it has is sent (paused: memory, route_rate)",
        ),
        (
            {"reading": "paused: registry", "registry": "nothing accepts connections"},
            Severity.ERROR,
            "pod:8000: the registry fails it: nothing accepts connections",
        ),
        (
            {"reading": "paused: unknown_schema", "registry": "schema 7 is unknown to the registry: not found"},
            Severity.ERROR,
            "pod:8000: records wait for a schema: schema 7 is unknown to the registry: not found",
        ),
        ({"reading": "shop.orders: no"}, Severity.ERROR, "pod:8000: it does not read everything: shop.orders: no"),
        (
            {"quota": "/eligibility: 20 a minute, 3 left"},
            Severity.WARNING,
            "pod:8000: Bluecore's quota holds it back: /eligibility: 20 a minute, 3 left",
        ),
        ({"hot_key": "150 records"}, Severity.ERROR, "pod:8000: one key holds others up: 150 records"),
        (
            {"circuit": "dead_letter_flood", "held": "shop.orders (purchase): order_id: missing"},
            Severity.ERROR,
            "pod:8000: it holds a route back: shop.orders (purchase): order_id: missing",
        ),
    ],
)
def test_what_is_held_is_told_with_why(details: dict[str, str], severity: Severity, message: str) -> None:
    assert said(**details) == [(severity, message)]


def test_one_that_does_not_answer_or_stands_is_an_error() -> None:
    silent, stands = Instance("a:8000", "no answer within 3 s"), Instance("b:8000", stalled="the main loop has stood")
    for each in (silent, stands):
        assert [finding.severity for finding in instance_findings(each)] == [Severity.ERROR]


def test_versions_and_settings_that_differ_are_told() -> None:
    """As in the middle of a rollout."""

    def runs(address: str, version: str, limit: float) -> Instance:
        return Instance(
            address,
            samples={
                "build_info": [({"version": version}, 1.0)],
                "delivery_setting": [({"setting": "max_in_flight"}, limit)],
                "process_start_time_seconds": [({}, 1000.0)],
            },
        )

    seen = Snapshot(1100.0, 5.0, instances=(runs("a:1", "1.0", 64), runs("b:1", "1.1", 1)))
    told = [each.message for each in version_findings(seen)]
    assert "different versions run: a:1 runs 1.0; b:1 runs 1.1" in told
    assert "delivery.max_in_flight differs: 1 at b:1; 64 at a:1" in told
    assert any(each.endswith("100 seconds ago") for each in told)
