"""What the chart says of itself is what it is: schema, table of values, versions."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import yaml

import consumer
from tests.helm.documents import CHART, SECTIONS, documented_values, readme, written_schema

WRITE = "run `python -m tests.helm.documents`"
ROOT = CHART.parents[1]


def test_the_schema_has_the_services_settings() -> None:
    """A setting that the service gains or loses is one that the chart takes or refuses."""
    assert (CHART / "values.schema.json").read_text() == written_schema(), WRITE


def test_the_readme_has_the_present_values() -> None:
    """The table is made of the comments in `values.yaml`."""
    assert (CHART / "README.md").read_text() == readme(), WRITE


def test_every_value_is_documented_and_in_the_schema() -> None:
    """Each key has a comment, its own or that of the section that it is a part of."""
    schema = json.loads((CHART / "values.schema.json").read_text())
    documented = [path for path, _ in documented_values()]
    values = yaml.safe_load((CHART / "values.yaml").read_text())

    assert [
        path for path in _leaves(values) if not any(path == d or path.startswith(f"{d}.") for d in documented)
    ] == []
    assert set(schema["properties"]) - {"global"} == {path.split(".")[0] for path in documented}
    assert set(SECTIONS) < set(schema["properties"])


def test_the_versions_agree() -> None:
    """The image's tag and label, the chart's version of the application and `build_info` are one."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"] == version
    assert f"ARG VERSION={version}\n" in (ROOT / "Dockerfile").read_text()
    assert consumer.__version__ == version


def _leaves(values: dict[str, Any], path: str = "") -> list[str]:
    found = []
    for key, value in values.items():
        below = f"{path}.{key}" if path else key
        found += _leaves(value, below) if isinstance(value, dict) and value else [below]
    return found
