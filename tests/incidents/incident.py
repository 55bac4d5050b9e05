"""One fault, from a calm lab to a calm lab: which alerts fire, when, and whether the first page names the cause."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from tests.incidents.catalogue import Fault, made
from tests.incidents.inhibition import not_inhibited
from tests.incidents.lab import CALM_LAG, Lab
from tests.operations.files import PANELS, RUNBOOK, queries

_LOOK_SECONDS: Final = 0.5
_CALM_SECONDS: Final = 300.0
_FIRST_SECONDS: Final = 240.0
_AFTERWARDS_SECONDS: Final = 15.0
"""For as long the fault goes on once its alert fires: long enough for a wrong page to follow."""
_RECOVERY_SECONDS: Final = 300.0
_LASTS_SECONDS: Final = 15.0
"""For so long it is to stay calm: about an instance that just starts, no alert can say anything."""
_MOST_PANELS: Final = 2
Tell = Callable[[str], None]


@dataclass
class Outcome:
    """What came of one fault; times in seconds.

    Attributes:
        first: the first alert.
        after: from the fault to it.
        others: all other alerts, in the order in which they came, with the seconds.
        silenced: those of them that the inhibit rules silence for as long as they fired.
        panels: what the first panels of the alert's section of the runbook showed then.
        recovery: from the end of the fault until no alert that pages fires and the lag is small.
        wrong: why it failed; empty where it did not.
    """

    name: str
    what: str
    first: str = ""
    after: float = 0.0
    others: dict[str, float] = field(default_factory=dict)
    silenced: list[str] = field(default_factory=list)
    panels: dict[str, str] = field(default_factory=dict)
    recovery: float = 0.0
    wrong: str = ""

    def document(self) -> dict[str, Any]:
        return asdict(self)


class _Watcher:
    """Notes when each alert fired first, and which ones paged in spite of the inhibit rules."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._began = time.monotonic()
        self.seen: dict[str, float] = {}
        self.told: dict[str, dict[str, str]] = {}

    def look(self) -> list[dict[str, str]]:
        """What fires now."""
        firing = self._lab.prometheus.firing()
        for labels in firing:
            self.seen.setdefault(labels["alertname"], round(time.monotonic() - self._began, 1))
        for told in not_inhibited(firing):
            self.told.setdefault(told["alertname"], dict(told))
        return firing


def run(fault: Fault, lab: Lab, tell: Tell) -> Outcome:
    """Make the fault, watch, take it back, and wait until all is calm."""
    outcome = Outcome(fault.name, fault.what)
    if not _calm(lab, _CALM_SECONDS):
        outcome.wrong = f"the lab was not calm before it: {_names(lab)}, lag {lab.lag():.0f}"
        return outcome
    with made(fault, lab):
        watcher = _Watcher(lab)
        deadline = time.monotonic() + _FIRST_SECONDS
        while time.monotonic() < deadline and not set(fault.alerts) & watcher.seen.keys():
            watcher.look()
            time.sleep(_LOOK_SECONDS)  # Prometheus tells nobody by itself
        tell(f"{fault.name}: {watcher.seen}")
        outcome.panels = _panels(fault, lab)
        deadline = time.monotonic() + _AFTERWARDS_SECONDS
        while time.monotonic() < deadline:
            watcher.look()
            time.sleep(_LOOK_SECONDS)
    over = time.monotonic()
    calm = _calm(lab, _RECOVERY_SECONDS, watcher, _LASTS_SECONDS)
    outcome.recovery = round(time.monotonic() - over - (_LASTS_SECONDS if calm else 0), 1)
    judge(fault, outcome, watcher.seen, watcher.told)
    if not calm and not outcome.wrong:
        outcome.wrong = f"it stays: {_names(lab)}, lag {lab.lag():.0f}"
    return outcome


def judge(fault: Fault, outcome: Outcome, seen: Mapping[str, float], told: Mapping[str, Mapping[str, str]]) -> None:
    """Fill in what came, and what was wrong with it.

    Args:
        fault: what was made.
        outcome: takes it.
        seen: by alert, when it fired first.
        told: the labels of those that no other one silenced.
    """
    if not seen:
        outcome.wrong = "no alert"
        return
    # What is true beside the cause may come before it. Those that one look finds came together: Alertmanager waits
    # longer than that before it tells.
    order = sorted(seen, key=lambda name: (name in fault.also, seen[name], name not in fault.alerts))
    outcome.first = order[0]
    outcome.after = seen[outcome.first]
    outcome.others = {name: seen[name] for name in sorted(seen, key=lambda name: seen[name]) if name != outcome.first}
    outcome.silenced = sorted(seen.keys() - told.keys())
    pages = [name for name in told if told[name]["severity"] == "page"]
    pages.sort(key=lambda name: (seen[name], name not in fault.alerts))
    wrong = [name for name in pages if name not in (*fault.alerts, *fault.also)]
    if outcome.first not in fault.alerts:
        outcome.wrong = f"{outcome.first} came first, and does not name the cause"
    elif pages and pages[0] not in fault.alerts:
        outcome.wrong = f"{pages[0]} paged first, and does not name the cause"
    elif wrong:
        outcome.wrong = f"{', '.join(wrong)} paged too"
    elif unsaid := dict(fault.labels.items() - told.get(outcome.first, {}).items()):
        outcome.wrong = f"{outcome.first} does not name {unsaid}"


def _calm(lab: Lab, seconds: float, watcher: _Watcher | None = None, lasts: float = 0.0) -> bool:
    """Whether within this time no alert fires and the lag is small, and it stays so for as long as it `lasts`."""
    deadline = time.monotonic() + seconds
    began: float | None = None
    while (now := time.monotonic()) < deadline:
        firing = watcher.look() if watcher is not None else lab.prometheus.firing()
        if firing or lab.lag() >= CALM_LAG:
            began = None
        else:
            began = now if began is None else began
            if now - began >= lasts:
                return True
        time.sleep(_LOOK_SECONDS)
    return False


def _names(lab: Lab) -> str:
    return ", ".join(sorted({labels["alertname"] for labels in lab.prometheus.firing()})) or "no alert"


def _panels(fault: Fault, lab: Lab) -> dict[str, str]:
    section = RUNBOOK.split(f"## {fault.alerts[0]}\n")[1].split("\n## ")[0]
    titles = [" ".join(title.split()) for title in re.findall(r'"([A-Z][^"]+)"', section)]
    shown: dict[str, str] = {}
    for title in [title for title in dict.fromkeys(titles) if title in PANELS][:_MOST_PANELS]:
        values = [
            " ".join([*_label(sample["metric"]), f"{float(sample['value'][1]):.3g}"])
            for query in queries(PANELS[title], interval="10s")
            for sample in lab.prometheus.query(query)
            if float(sample["value"][1]) > 0
        ]
        shown[title] = ", ".join(values[:4]) or "nothing"
    return shown


def _label(metric: dict[str, str]) -> list[str]:
    return [value.rpartition(":")[2] for name, value in metric.items() if not name.startswith("__") and value]
