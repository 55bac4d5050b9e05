"""The example's inhibit rules, as Alertmanager reads them."""

from __future__ import annotations

import pytest

from tests.incidents.inhibition import not_inhibited

OURS = {"namespace": "shop", "job": "shop/events"}


def alert(name: str, kind: str, severity: str, **labels: str) -> dict[str, str]:
    return {"alertname": name, "kind": kind, "severity": severity, **OURS, **labels}


OUTAGE = alert("BluecoreOutage", "cause", "page")
LATE = alert("BluecoreEventsLateFast", "symptom", "page")
GROWS = alert("BluecoreLagGrows", "symptom", "ticket")
LETTERS = alert("BluecoreDeadLetters", "cause", "ticket")
THROTTLES = alert("BluecoreThrottles", "cause", "ticket")


@pytest.mark.parametrize(
    ("firing", "left"),
    [
        pytest.param([OUTAGE, LATE, GROWS], [OUTAGE], id="a cause that pages silences its symptoms"),
        pytest.param([LETTERS, LATE, GROWS], [LETTERS, LATE], id="a ticket wakes nobody in a page's place"),
        pytest.param([OUTAGE | {"job": "other"}, LATE], [OUTAGE | {"job": "other"}, LATE], id="of another release"),
        pytest.param([OUTAGE, THROTTLES, LETTERS], [OUTAGE, LETTERS], id="what follows from another cause"),
        pytest.param([LATE, GROWS], [LATE, GROWS], id="without a cause a symptom is told"),
    ],
)
def test_one_cause_one_page(firing: list[dict[str, str]], left: list[dict[str, str]]) -> None:
    assert not_inhibited(firing) == left
