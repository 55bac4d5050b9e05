"""The table has a row for each fault, and what went wrong stands in it."""

from __future__ import annotations

from tests.incidents.catalogue import FAULTS
from tests.incidents.incident import Outcome
from tests.incidents.report import BEGIN, PAGE, table
from tests.operations.files import ALERTS


def test_a_row_says_what_came_and_when() -> None:
    outcome = Outcome(
        "bluecore_down",
        "Bluecore is down",
        "BluecoreOutage",
        12.4,
        {"BluecoreLagGrows": 40.2},
        ["BluecoreLagGrows"],
        {"Unavailable": "a 1"},
        31.0,
    )
    row = table([outcome]).splitlines()[-1]
    cells = "`BluecoreOutage` | 12 | `BluecoreLagGrows` 40, silenced | Unavailable: a 1 | 31 |"
    assert row == f"| Bluecore is down | {cells}"


def test_what_went_wrong_is_not_hidden() -> None:
    row = table([Outcome("x", "a fault", wrong="no alert")]).splitlines()[-1]
    assert row.startswith("| a fault **no alert** | none |")


def test_the_page_has_the_table() -> None:
    assert BEGIN in PAGE.read_text(encoding="utf-8")


def test_there_are_at_least_sixteen_faults_and_their_alerts_are_there() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 16
    assert {name for fault in FAULTS for name in (*fault.alerts, *fault.also)} <= ALERTS.keys()
