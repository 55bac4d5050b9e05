"""The alert rules, the dashboard and the runbook, read once, and the queries in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from tests.support.markdown import sections
from tests.support.pages import ROOT

CHART: Final = ROOT / "helm" / "bluecore-consumer"
RULES_FILE: Final[Path] = CHART / "files" / "rules.yaml"
GROUPS: Final[list[dict[str, Any]]] = yaml.safe_load(RULES_FILE.read_text(encoding="utf-8"))["groups"]
RULES: Final[list[dict[str, Any]]] = [rule for group in GROUPS for rule in group["rules"]]
ALERTS: Final = {rule["alert"]: rule for rule in RULES if "alert" in rule}
RECORDED: Final = {rule["record"]: rule for rule in RULES if "record" in rule}
DASHBOARD: Final[dict[str, Any]] = json.loads((CHART / "files" / "dashboard.json").read_text(encoding="utf-8"))
PANELS: Final[dict[str, dict[str, Any]]] = {
    panel["title"]: panel for panel in DASHBOARD["panels"] if panel["type"] != "row"
}
RUNBOOK: Final = (CHART / "RUNBOOK.md").read_text(encoding="utf-8")
RUNBOOK_SECTIONS: Final = sections(RUNBOOK)


def queries(panel: dict[str, Any], interval: str = "1m", span: str = "1h") -> Iterator[str]:
    """The panel's queries, with a value for each of Grafana's variables."""
    for target in panel["targets"]:
        text = target["expr"].replace("$__rate_interval", interval).replace("$__range", span)
        yield re.sub(r"\$(job|instance|destination)\b", ".*", text)


def metrics_in(query: str) -> set[str]:
    """The names of our metrics in a query, and of those of the process; recorded ones have a colon."""
    return set(re.findall(r"\b(?:bluecore_consumer[a-z_:0-9]+|process_[a-z_]+)", query))
