"""Windows are divided, thresholds stay; and promtool takes what comes of it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.incidents.scaling import scaled
from tests.operations.files import GROUPS
from tests.operations.prometheus import PrometheusUnavailableError, program

RULE = {
    "alert": "A",
    "expr": 'rate(x{le="300.0"}[1h]) > 3600 and y offset 1d and z[1m] > 5',
    "for": "5m",
    "labels": {"severity": "page"},
}


def test_ranges_offsets_and_for_are_shorter() -> None:
    (rule,) = scaled([{"name": "g", "rules": [RULE]}], 30)["groups"][0]["rules"]
    assert rule["expr"] == 'rate(x{le="15.0"}[120000ms]) > 3600 and y offset 2880000ms and z[3000ms] > 5'
    assert rule["for"] == "10000ms"
    assert rule["labels"] == RULE["labels"]


def test_what_fires_at_once_still_does() -> None:
    (rule,) = scaled([{"name": "g", "rules": [RULE | {"for": "0m"}]}], 30)["groups"][0]["rules"]
    assert rule["for"] == "0ms"


def test_what_waits_for_a_start_waits_for_one_in_the_lab_too() -> None:
    """An instance does not start faster there."""
    (rule,) = scaled([{"name": "g", "rules": [RULE | {"expr": "up == 0", "for": "2m"}]}], 30)["groups"][0]["rules"]
    assert rule["for"] == "15000ms"


def test_the_shipped_rules_are_rules_when_they_are_scaled(tmp_path: Path) -> None:
    try:
        promtool = program("promtool")
    except PrometheusUnavailableError as reason:
        pytest.skip(str(reason))
    file = tmp_path / "rules.yaml"
    file.write_text(json.dumps(scaled(GROUPS, 30)))
    done = subprocess.run([promtool, "check", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
