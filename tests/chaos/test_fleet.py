"""Instances are ended and come back, each life under a name of its own; on a stand-in for the service."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import pytest

from tests.chaos.fleet import Ended, Fleet, Start
from tests.chaos.plan import Fault, What
from tests.support.processes import ServiceProcess
from tests.support.waiting import eventually

WAITS = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("up", flush=True)
time.sleep(600)
"""
ENDS = "import sys; sys.exit('no broker')"


@pytest.fixture
def started() -> list[str]:
    """The names of the processes that were started, in order."""
    return []


@pytest.fixture
def start(tmp_path: Path, started: list[str]) -> Start:
    """Starts a process that waits for SIGTERM; the second life of instance 1 ends at once."""

    def start(number: int, name: str) -> ServiceProcess:
        assert name.startswith(f"{number}-")
        started.append(name)
        script = ENDS if name == "1-2" else WAITS
        process = ServiceProcess(tmp_path / f"{name}.yaml", 0, command=(sys.executable, "-c", script))
        if script is WAITS:
            eventually(process.stdout.read_text, 10, "the process to be up")
        return process

    return start


def test_a_kill_and_an_orderly_end_are_told_apart(start: Start, started: list[str]) -> None:
    """Only a kill excuses duplicates; only SIGTERM must end in 0."""
    with (fleet := Fleet(start, 2, print)).running():
        fleet.carry_out(Fault(What.KILL, 0, which=0), threading.Event())
        fleet.carry_out(Fault(What.TERMINATE, 0, which=0), threading.Event())
        fleet.stop()

    assert started == ["0-1", "1-1", "0-2", "0-3"]
    assert list(fleet.killed) == ["0-1"]
    assert [(each.name, each.code, each.asked) for each in fleet.ended] == [
        ("0-2", 0, True),
        ("0-3", 0, True),
        ("1-1", 0, True),
    ]


def test_an_end_before_anything_was_said_is_orderly() -> None:
    """SIGTERM in the first moments of a process meets Python, which ends by it; later it must meet the service."""
    killed = -signal.SIGTERM
    assert Ended("0-1", 0, 0, asked=True, begun=True).orderly
    assert Ended("0-1", killed, 0, asked=True, begun=False).orderly
    assert not Ended("0-1", killed, 0, asked=True, begun=True).orderly
    assert not Ended("0-1", 1, 0, asked=True, begun=False).orderly


def test_what_ends_by_itself_is_started_again(start: Start, started: list[str]) -> None:
    """As an orchestrator does; that it happened is noted, and told with its last words."""
    told: list[str] = []

    def noted() -> bool:
        fleet.supervise()
        return bool(fleet.ended)

    with (fleet := Fleet(start, 2, told.append)).running():
        fleet.carry_out(Fault(What.KILL, 0, which=1), threading.Event())
        eventually(noted, 10, "the end of 1-2 to be noted")

    assert started[-1] == "1-3"
    assert [(each.name, each.code, each.asked) for each in fleet.ended] == [("1-2", 1, False)]
    assert told == ["instance: 1-2 ended by itself with 1: no broker"]
