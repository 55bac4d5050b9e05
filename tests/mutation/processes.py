"""Runs functions in forked processes of their own, some at a time, each with its limits of time and memory.

Nothing that such a process does is left behind in this one.
"""

from __future__ import annotations

import math
import os
import pickle
import resource
import signal
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO, NoReturn, TypeVar, cast

# Bytes: what fills the memory ends before it has all of it.
MEMORY = 6 << 30
_LATE = {signal.SIGXCPU, signal.SIGALRM}
_SAID = b"said "
T = TypeVar("T")


@dataclass(frozen=True)
class End:
    """How a process ended.

    Attributes:
        said: What its function returned, or by what it ended instead.
        late: Whether it was ended since it had used up the time that it was allowed.
    """

    said: str
    late: bool = False


Steps = Generator[Callable[[], str], End, None]
"""Gives functions to run, one after the other, and is sent how each ended."""


@dataclass(frozen=True)
class _Child:
    steps: Steps
    file: BinaryIO


def allow(seconds: float, share: float = 1.0) -> None:
    """From here on this process may take some time more: a multiple of what is expected, or a share of that.

    Time of the processor counts, of which a busy machine takes no more, and the clock where it waits for ever.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime + (10 + 5 * seconds) * share)
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, (120 + 20 * seconds) * share)


def end_as(status: int) -> None:
    """Ends this process as one that it has started, if that had used up its time."""
    if -status in _LATE:
        os.kill(os.getpid(), -status)


def returned(run: Callable[[], T]) -> T:
    """What a function returns that runs in a process of its own.

    Raises:
        EOFError: It raised; its traceback is printed.
    """
    with TemporaryFile() as file:
        process = os.fork()
        if not process:
            _run(lambda: os.write(file.fileno(), pickle.dumps(run())))
        try:
            os.waitpid(process, 0)
        except BaseException:
            os.kill(process, signal.SIGKILL)
            raise
        file.seek(0)
        return cast("T", pickle.load(file))  # noqa: S301 - written by this program


def drive(every: Iterator[Steps], at_a_time: int) -> None:
    """Runs what these ask for.

    Raises:
        RuntimeError: A function raised; its traceback is printed.
    """
    running: dict[int, _Child] = {}
    try:
        while True:
            while len(running) < at_a_time and (steps := next(every, None)) is not None:
                _go_on(running, steps, None)
            if not running:
                return
            process, status = os.wait()
            _kill(process)  # what it has started ends with it
            child = running.pop(process)
            _go_on(running, child.steps, _end_of(child, os.waitstatus_to_exitcode(status)))
    finally:
        for process in running:
            _kill(process)


def _go_on(running: dict[int, _Child], steps: Steps, end: End | None) -> None:
    try:
        run = next(steps) if end is None else steps.send(end)
    except StopIteration:
        return
    file = TemporaryFile()  # noqa: SIM115 - it is closed where the end is heard
    process = os.fork()
    if not process:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        _run(lambda: os.write(file.fileno(), _SAID + run().encode(errors="replace")))
    running[process] = _Child(steps, file)


def _end_of(child: _Child, status: int) -> End:
    with child.file as file:
        file.seek(0)
        said = file.read()
    if status > 0:
        raise RuntimeError("what was to be run could not be; the lines above say why")
    if said.startswith(_SAID):
        return End(said.removeprefix(_SAID).decode(errors="replace"))
    return End(f"it ended by itself, with {status}", late=-status in _LATE)


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _run(run: Callable[[], object]) -> NoReturn:
    """The end of a forked process: nothing that pytest or the interpreter does at their ends."""
    status = 1
    try:
        run()
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it is, only its process ends
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(status)
