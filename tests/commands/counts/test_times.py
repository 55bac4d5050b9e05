"""Numbers since 1970, by names, documentation and values."""

from __future__ import annotations

import pytest
import yaml

from consumer.commands.counts.times import as_a_time, names_a_moment, said_unit, unit_of_values


@pytest.mark.parametrize(
    ("name", "doc", "unit"),
    [
        ("created_at_s", "", "seconds"),
        ("laatstGezienSeconden", "", "seconds"),
        ("seen_epoch", "", "seconds"),
        ("unix_ts", "", "seconds"),
        ("created_ms", "", "milliseconds"),
        ("epochDay", "", "days"),
        ("geboortedag", "", ""),
        ("geboren_dagen", "", "days"),
        ("session_seconds", "", ""),
        ("age_days", "", ""),
        ("besteldatum", "", ""),
        ("x", "Unix timestamp", "seconds"),
        ("x", "seconds since 1970", "seconds"),
        ("x", "dagen sinds 1-1-1970", "days"),
        ("x", "microseconds since the epoch", "microseconds"),
        ("x", "length of the visit in seconds", ""),
        ("x", "The order's time, in milliseconds since the epoch", "milliseconds"),
        ("x", "tells us when: days since 1970", "days"),
        ("x", "Days since the last order", ""),
        ("days_since_last_order", "", ""),
        ("seconden_sinds_laatste_bezoek", "", ""),
        ("orders_last_30_days", "", ""),
        ("day_of_birth", "", ""),
        ("last_tag_id", "", ""),
        ("dateOfBirthDays", "", "days"),
        ("member_since_ms", "", "milliseconds"),
        ("days_since_1970", "", "days"),
    ],
)
def test_what_is_said(name: str, doc: str, unit: str) -> None:
    said, why = said_unit(name, doc)
    assert said == unit
    assert bool(why) is bool(unit)


def test_a_moment_has_a_name() -> None:
    assert all(map(names_a_moment, ["created_at", "besteldatum", "Geburtsdatum", "lastSeen", "orderDate"]))
    others = ["total", "points", "dwell_time", "update_count", "mandate", "candidate", "orders_last_30_days"]
    assert not any(map(names_a_moment, others))


@pytest.mark.parametrize(
    ("values", "unit"),
    [
        ([1_700_000_000, 1_800_000_000], "seconds"),
        ([1_700_000_000_000], "milliseconds"),
        ([1_700_000_000_000_000], "microseconds"),
        ([1_700_000_000_000_000_000], "nanoseconds"),
        ([19_000, -3_000], "days"),
        ([200_000], ""),
        ([0, 3, 12, 1_800], ""),
    ],
)
def test_numbers_of_one_size_are_times_of_one_unit(values: list[int], unit: str) -> None:
    assert unit_of_values(values) == unit


def test_a_day_may_be_long_ago() -> None:
    assert unit_of_values([2_500], day=True) == "days"


def test_the_setting_is_written() -> None:
    assert as_a_time("born", "days") == "{path: born, as: date, unit: days}"
    assert as_a_time("seen[0].at", "days") == "{path: 'seen[0].at', as: date, unit: days}"
    assert yaml.safe_load(as_a_time("x['a', b]", "days"))["path"] == "x['a', b]"
    assert as_a_time("seen", "seconds") == "{path: seen, as: datetime, unit: seconds}"
    assert as_a_time("born", "seconds", day=True) == "{path: born, as: date, unit: seconds}"
