"""What the chart says of itself is what it is: schema, table of values, versions."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

import consumer
from tests.helm.chart import RELEASE, Chart
from tests.helm.documents import CHART, SECTIONS, documented_values, readme, written_schema
from tests.helm.kubernetes import OLDEST

WRITE = "run `python -m tests.helm.documents`"
FEATURES = Path(__file__).with_name("features.md")
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

    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    repository = yaml.safe_load((CHART / "values.yaml").read_text())["image"]["repository"]
    (image,) = yaml.safe_load(chart["annotations"]["artifacthub.io/images"])
    assert chart["appVersion"] == version
    assert image["image"] == f"{repository}:{version}"
    assert f'org.opencontainers.image.version="{version}"' in (ROOT / "Dockerfile").read_text()
    assert consumer.__version__ == version


def test_older_clusters_are_refused(chart: Chart) -> None:
    """The least version is the one that the objects are checked against."""
    oldest = [f"--kube-version={OLDEST}"]
    older = [f"--kube-version=1.{int(OLDEST.removeprefix('1.')) - 1}"]

    assert chart.run("template", RELEASE, str(chart.folder), *oldest).returncode == 0
    refused = chart.run("template", RELEASE, str(chart.folder), *older)
    assert (refused.returncode, "requires kubeVersion" in refused.stderr) == (1, True)


def test_what_is_said_to_be_tested_is() -> None:
    """Each row of the list of features names its tests, and they are there."""
    rows = [line for line in FEATURES.read_text().splitlines() if line.startswith("|")][2:]

    for row in rows:
        named = re.findall(r"`(tests/\S+?)::(test_\w+)`", row)
        assert named, row
        assert [test for file, test in named if f"def {test}(" not in (ROOT / file).read_text()] == []


def _leaves(values: dict[str, Any], path: str = "") -> list[str]:
    found = []
    for key, value in values.items():
        below = f"{path}.{key}" if path else key
        found += _leaves(value, below) if isinstance(value, dict) and value else [below]
    return found
