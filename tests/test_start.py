"""Where the process begins: SIGTERM is heard from the first moment on, also by process 1."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.configs import text
from tests.support.waiting import eventually, free_port

ALONE = ("unshare", "--pid", "--fork", "--kill-child")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Of brokers that are not there: the start would go on for long."""
    file = tmp_path / "config.yaml"
    file.write_text(text(kafka={"bootstrap_servers": f"127.0.0.1:{free_port()}"}, telemetry={"port": 0}))
    return file


def hears(pid: int) -> bool:
    """Whether the process has a handler for SIGTERM."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def test_nothing_of_the_program_is_imported_before_signals_are_heard() -> None:
    """What comes first is Python's own, and takes milliseconds."""
    script = "import sys, consumer.start; print(*{each.partition('.')[0] for each in sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(done.stdout.split()) - sys.stdlib_module_names
    assert "consumer" in loaded
    assert not loaded & {"click", "structlog", "pydantic", "confluent_kafka", "requests", "fastavro"}
    assert "importlib.metadata" not in done.stdout


def child(pid: int) -> int | None:
    """The first process that this one has started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else None


@pytest.mark.parametrize("first", [False, True], ids=["a process", "process 1"])
def test_sigterm_ends_a_start_in_order_from_the_first_moment_on(config: Path, first: bool) -> None:  # noqa: FBT001 - a parameter
    """The handler is there long before the program is; without one, process 1 would not even notice."""
    command = [sys.executable, "-m", "consumer", "run", "--config", str(config)]
    if first:
        if subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode:
            pytest.skip("no process can be made the first here: that takes root")
        command = [*ALONE, *command]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as started:
        pid = eventually(lambda: child(started.pid) if first else started.pid, 30, "the process")
        assert pid is not None
        eventually(lambda: hears(pid), 30, "the handler")
        os.kill(pid, signal.SIGTERM)
        _, log = started.communicate(timeout=60)
    assert (started.returncode, log) == (0, b"")
