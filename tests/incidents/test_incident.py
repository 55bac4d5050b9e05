"""When an incident counts as told: the first page names the cause, and no other page follows."""

from __future__ import annotations

import pytest

from tests.incidents.catalogue import Fault
from tests.incidents.incident import Outcome, judge

FAULT = Fault("x", "a fault", ("Cause",), lambda _: lambda: None, also=("True",), labels={"topic": "a"})
PAGE, TICKET = {"severity": "page", "topic": "a"}, {"severity": "ticket"}


@pytest.mark.parametrize(
    ("seen", "told", "wrong"),
    [
        pytest.param({}, {}, "no alert", id="nobody is told"),
        pytest.param({"Cause": 9}, {"Cause": PAGE}, "", id="the cause"),
        pytest.param({"Cause": 9, "Late": 40}, {"Cause": PAGE}, "", id="what comes of it is silenced"),
        pytest.param(
            {"Cause": 9, "Late": 40}, {"Cause": PAGE, "Late": PAGE}, "Late paged too", id="what comes of it pages"
        ),
        pytest.param(
            {"Late": 5, "Cause": 9},
            {"Late": PAGE, "Cause": PAGE},
            "Late came first, and does not name the cause",
            id="what comes of it is first",
        ),
        pytest.param({"True": 5, "Cause": 9}, {"True": TICKET, "Cause": PAGE}, "", id="a true ticket is first"),
        pytest.param(
            {"True": 5, "Cause": 9},
            {"True": PAGE, "Cause": PAGE},
            "True paged first, and does not name the cause",
            id="another page is first",
        ),
        pytest.param(
            {"Cause": 9}, {"Cause": PAGE | {"topic": "b"}}, "Cause does not name {'topic': 'a'}", id="another place"
        ),
        pytest.param({"Late": 9, "Cause": 9}, {"Cause": PAGE}, "", id="both by one look"),
    ],
)
def test_the_first_page_names_the_cause(seen: dict[str, float], told: dict[str, dict[str, str]], wrong: str) -> None:
    outcome = Outcome("x", "a fault")
    judge(FAULT, outcome, seen, told)
    assert outcome.wrong == wrong
    if seen and not wrong.startswith("Late came"):
        assert outcome.first == "Cause"
