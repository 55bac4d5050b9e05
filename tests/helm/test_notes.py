"""What is said after an install: the next commands, and what is not yet settled."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from consumer.cli import main
from tests.helm.chart import EXAMPLES, NAME, RELEASE, Chart


def test_the_notes_say_what_to_do_next(helm_4: Chart) -> None:
    """With commands for this very release, and what is not yet settled."""
    notes = _notes(helm_4, {"keda": {"enabled": True}})

    assert f"kubectl -n default rollout status deployment/{NAME}" in notes
    assert "helm -n default test shop --logs" in notes
    assert "Set releaseRateLimitPerSecond" in notes
    assert "There can be 4 pods" in notes
    assert "Nothing scrapes the metrics yet" in notes
    assert "${" not in notes


def test_the_notes_of_a_settled_release_are_short(helm_4: Chart) -> None:
    """And name each pod's share of the rate."""
    notes = _notes(
        helm_4, {"partitions": 8, "releaseRateLimitPerSecond": 100, "podMonitor": {"enabled": True}, "replicas": 2}
    )

    assert "each of at most 3 pods may send 33.33" in notes
    assert "There can be" not in notes
    assert "Nothing scrapes" not in notes


@pytest.mark.parametrize(
    ("limit", "buffered", "told"),
    [
        ("512Mi", 64 << 20, False),
        ("512Mi", 65 << 20, True),
        ("1Gi", 128 << 20, False),
        ("600M", 128 << 20, True),
        (536_870_912, 64 << 20, False),
    ],
)
def test_a_limit_below_what_a_pod_may_buffer_is_told(
    helm_4: Chart, limit: str | int, buffered: int, *, told: bool
) -> None:
    """By the guide's rule: three times as much as `max_buffered_bytes` is raised."""
    notes = _notes(helm_4, {"resources": {"limits": {"memory": limit}}, "delivery": {"max_buffered_bytes": buffered}})

    assert (f"may need {320 + 3 * (buffered >> 20)}Mi, and resources.limits.memory is" in notes) is told


@pytest.mark.parametrize("name", ["OTEL_EXPORTER_OTLP_ENDPOINT", "HTTPS_PROXY", "https_proxy"])
def test_a_way_that_the_fence_does_not_know_is_told(helm_4: Chart, name: str) -> None:
    """A collector or a proxy is known to the environment only."""
    values: dict[str, object] = {"extraEnv": [{"name": name, "value": "http://there:4318"}]}

    assert f"does not look at {name} in extraEnv" in _notes(helm_4, values | {"networkPolicy": {"enabled": True}})
    opened = {"enabled": True, "extraEgress": [{"ports": [{"port": 4318}]}]}
    assert name not in _notes(helm_4, values | {"networkPolicy": opened})
    assert name not in _notes(helm_4, values)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_commands_of_the_notes_exist(helm_4: Chart, example: Path) -> None:
    """What they run in a pod is a command of the service; what they select is the release's own."""
    notes = _notes(helm_4.of(example), {})

    (inside,) = re.findall(r"exec \S+ -- bluecore-consumer (.*)", notes)
    group, command, *options = inside.split()
    commands = main.commands[group]
    assert isinstance(commands, click.Group)
    known = {option for each in commands.commands[command].params for option in each.opts}
    assert {each for each in options if each.startswith("--")} <= known
    (kind,) = re.findall(rf"rollout status (\w+)/{NAME}\n", notes)
    workload = helm_4.of(example).render().one({"deployment": "Deployment", "statefulset": "StatefulSet"}[kind])
    (selected,) = re.findall(r"--selector (\S+)", notes)
    assert dict(each.split("=") for each in selected.split(",")) == workload["spec"]["selector"]["matchLabels"]


def _notes(chart: Chart, values: dict[str, object]) -> str:
    done = chart.run("install", RELEASE, str(chart.folder), "--dry-run=client", values=values)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("NOTES:")[1]
