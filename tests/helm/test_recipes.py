"""What the chart's guide tells to type works as it is written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

from tests.helm.chart import Chart
from tests.helm.documents import CHART
from tests.helm.test_examples import ENVIRONMENT
from tests.support.markdown import Block, Section, sections
from tests.support.pages import CONFIGURATION, ROOT, page

GUIDE = sections((CHART / "README.md").read_text())
INSTALL = GUIDE["Install"]


def test_the_secret_has_every_variable_of_the_configuration() -> None:
    """In both documents, so that the pods of the documented configuration start."""
    wanted = set(re.findall(r"\$\{(\w+)\}", CONFIGURATION))

    for section in (INSTALL, page("docs/operations.md")["Kubernetes"]):
        (command,) = [block.text for block in _commands(section) if "create secret" in block.text]
        assert set(re.findall(r"--from-literal=(\w+)=", command)) == wanted


def test_what_the_pods_would_get_is_checked_before_an_upgrade(chart: Chart, tmp_path: Path) -> None:
    """One fault that Helm does not see, and the same file without it."""
    good, taken = _checked(chart, tmp_path / "good", CONFIGURATION)
    bad, refused = _checked(chart, tmp_path / "bad", CONFIGURATION.replace("event: add_to_cart", "event: ''"))
    worse, told = _checked(chart, tmp_path / "worse", CONFIGURATION.replace("SCRAM-SHA-512", "SCRAM-SHA-1024"))

    assert good == 0, taken
    assert (bad, "routes[1].event" in refused) == (2, True), refused
    assert (worse, "kafka.options" in told) == (2, True), told


def test_the_commands_name_the_objects_of_the_release(chart: Chart) -> None:
    """The guide's release is `events`; what it restarts is there."""
    done = chart.run("template", "events", str(chart.folder))
    names = {f"{each['kind'].lower()}/{each['metadata']['name']}" for each in yaml.safe_load_all(done.stdout) if each}
    commands = "".join(block.text for section in GUIDE.values() for block in _commands(section))

    assert set(re.findall(r"deployment/\S+", commands)) <= names
    assert set(re.findall(r"^helm \w+ (\w+)", commands, re.MULTILINE)) == {"events"}


def test_kafkas_own_tool_is_told_where_the_brokers_are() -> None:
    """Without it the tool ends with its usage."""
    commands = [block.text for section in GUIDE.values() for block in _commands(section)]
    of_kafka = [each for text in commands for each in re.findall(r"^kafka-(?:.*\\\n)*.*", text, re.MULTILINE)]

    assert len(of_kafka) >= 2
    assert [each for each in of_kafka if "--bootstrap-server " not in each or "--group " not in each] == []


def _commands(section: Section) -> list[Block]:
    return [block for block in section.blocks if block.language == "sh"]


def _checked(chart: Chart, folder: Path, configuration: str) -> tuple[int, str]:
    """The exit code of the guide's recipe on this configuration, and what it wrote."""
    (block,) = _commands(GUIDE["Check it first"])
    folder.mkdir()
    (folder / "bluecore-consumer.yaml").write_text(configuration)
    for name in ("helm", "schemas"):
        (folder / name).symlink_to(ROOT / name)
    path = [chart.helm.parent, Path(sys.executable).parent, os.environ["PATH"]]
    done = subprocess.run(
        ["bash", "-o", "errexit", "-o", "pipefail", "-c", block.text],
        cwd=folder,
        env={**os.environ, **ENVIRONMENT, "PATH": os.pathsep.join(map(str, path))},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr
