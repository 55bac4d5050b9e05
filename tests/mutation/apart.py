"""Runs the mutants of a folder in a process of its own, which has imported neither its code nor its tests."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from cosmic_ray.work_item import WorkResult

from tests.mutation.running import Running, Work

_TOLD = 4000


class TestsFailError(Exception):
    """The tests do not pass with nothing planted, and so say nothing of mutants; the message is what they print."""

    __test__ = False


def results(work: Work, seconds: float | None = None) -> Iterator[tuple[str, WorkResult]]:
    """Tries the mutants in a process of its own, and gives each one's id and result as soon as it is there.

    Args:
        work: What is to be tried.
        seconds: After so long it ends, with what has been tried by then; None: when all has.

    Raises:
        TestsFailError: The tests do not pass with nothing planted; none was tried.
        RuntimeError: The process could not go on; the message has what it printed last.
    """
    ends = None if seconds is None else time.monotonic() + seconds
    fresh = multiprocessing.get_context("spawn")
    heard, said = fresh.Pipe(duplex=False)
    process = fresh.Process(target=_run, args=(work, said))
    process.start()
    said.close()  # so that its end is heard, however it ends
    failure = ""
    try:
        while heard.poll(None if ends is None else max(0.0, ends - time.monotonic())):
            if isinstance(told := heard.recv(), str):
                failure = told
                break
            yield told
    except EOFError:
        raise RuntimeError(f"the mutants of {work.folder} cannot be tried:\n{_printed(work)[-_TOLD:]}") from None
    finally:
        process.terminate()
        process.join()
    if failure:
        raise TestsFailError(failure)


def _run(work: Work, said: Connection) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # so that the forks end with it
    for stream in (1, 2):  # what pytest prints of thousands of runs
        os.dup2(os.open(_output(work), os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
    os.chdir(work.root)
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(work.temporary)
    said.send(Running(work, lambda name, result: said.send((name, result))).run())


def _output(work: Work) -> Path:
    return work.temporary / f"{work.folder}.txt"


def _printed(work: Work) -> str:
    return _output(work).read_text(errors="replace")
