"""A container's process is alone, is nobody in particular, and ends as it is told."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.k8s.nodes.environment import Mount
from tests.k8s.nodes.process import Image, Process
from tests.support.waiting import eventually

ENDS = "trap 'exit 7' TERM; echo begun; while :; do sleep 0.1; done"
Start = Callable[..., Process]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def start(tmp_path: Path, log: Path) -> Start:
    """Begins a shell's script as a container."""
    if subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no namespaces can be made here: that takes root")
    hosts, config = tmp_path / "hosts", tmp_path / "config"
    hosts.write_text("127.2.0.1 kafka\n")
    config.mkdir()
    (config / "config.yaml").write_text("kafka: {}\n")
    image = Image(Path(sys.prefix), hosts)
    mounts = [Mount(config, "/etc/bluecore-consumer", writable=False)]

    def begin(script: str, *, first: bool = True) -> Process:
        command = ["/bin/sh", "-c", script]
        return Process(
            image,
            tmp_path / "root",
            command=command,
            environment={"TOKEN": "shop"},
            mounts=mounts,
            log=log,
            first=first,
        )

    return begin


def ended(process: Process) -> int:
    """Its exit code, once it has one."""
    return eventually(lambda: (code := process.poll()) is not None and (code,), 30, "the end")[0]  # type: ignore[index]


def test_it_is_process_one_of_a_user_without_rights_on_a_root_that_cannot_be_written(start: Start, log: Path) -> None:
    script = "echo $$ $(id -u) $TOKEN; cat /etc/bluecore-consumer/config.yaml /etc/hosts; touch /etc/mine || exit 3"
    assert ended(start(script)) == 3
    assert log.read_text().splitlines()[:3] == ["1 10001 shop", "kafka: {}", "127.2.0.1 kafka"]


def test_without_a_handler_process_one_does_not_hear_sigterm_and_another_does(start: Start, log: Path) -> None:
    """Which is why the chart has the pod's pause process be it."""
    for first in (True, False):
        log.unlink(missing_ok=True)
        process = start("echo begun; while :; do sleep 0.1; done", first=first)
        eventually(lambda: log.exists() and "begun" in log.read_text(), 30, "it to begin")
        process.send(signal.SIGTERM)
        if first:
            assert process.poll() is None
            process.send(signal.SIGKILL)
        assert ended(process) == (137 if first else 143)


def test_it_hears_sigterm(start: Start, log: Path) -> None:
    process = start(ENDS)
    eventually(lambda: log.exists() and "begun" in log.read_text(), 30, "its handler")
    process.send(signal.SIGTERM)
    assert ended(process) == 7


def test_sigkill_leaves_nothing_of_it(start: Start, log: Path) -> None:
    process = start("trap '' TERM; echo begun; while :; do sleep 0.1; done")
    eventually(lambda: log.exists() and "begun" in log.read_text(), 30, "it to begin")
    process.send(signal.SIGTERM)
    assert process.poll() is None
    process.send(signal.SIGKILL)
    assert ended(process) == 137
