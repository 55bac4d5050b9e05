"""One cause, one page: the example for Alertmanager is what Alertmanager takes, and names alerts that there are."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.operations.files import ALERTS, CHART
from tests.operations.prometheus import PrometheusUnavailableError, program
from tests.support.pages import ROOT

FILE: Final = ROOT / "examples" / "alertmanager" / "alertmanager.yml"
RULES: Final[list[dict[str, Any]]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["inhibit_rules"]


def test_alertmanager_takes_it() -> None:
    try:
        amtool: Path = program("amtool")
    except PrometheusUnavailableError as reason:
        pytest.skip(str(reason))
    done = subprocess.run([amtool, "check-config", FILE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(RULES)} inhibit rules" in done.stdout


def test_the_alerts_that_it_names_are_there() -> None:
    for matcher in (each for rule in RULES for side in ("source", "target") for each in rule[f"{side}_matchers"]):
        if "alertname" in matcher:
            pattern = matcher.partition("=")[2].lstrip("~").strip().strip('"')
            beginning, _, names = pattern.partition("(")
            assert {f"{beginning}{name}" for name in names.rstrip(")").split("|")} <= ALERTS.keys()


@pytest.mark.parametrize("alert", ALERTS)
def test_a_symptom_pages_alone_only_without_a_cause_that_pages(alert: str) -> None:
    """All are of one namespace and job: without these labels no rule would match."""
    expression = ALERTS[alert]["expr"]
    assert "namespace, job" in expression or "absent(" in expression or "bluecore_consumer:" in expression
    assert all(rule["equal"] == ["namespace", "job"] for rule in RULES)


def test_the_charts_page_shows_where_it_is() -> None:
    assert re.search(r"\(\.\./\.\./examples/alertmanager/alertmanager\.yml\)", (CHART / "README.md").read_text())
