"""Runs the mutants of a folder in a process of its own, which has imported neither its code nor its tests."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from multiprocessing.connection import Connection

from cosmic_ray.work_item import WorkResult

from tests.mutation.running import Running, Work


class TestsFailError(Exception):
    """The tests do not pass with nothing planted, and so say nothing of mutants; the message is what they print."""

    __test__ = False


def results(work: Work) -> Iterator[tuple[str, WorkResult]]:
    """Tries the mutants in a process of its own, and gives each one's id and result as soon as it is there.

    Raises:
        TestsFailError: The tests do not pass with nothing planted; none was tried.
        EOFError: The process has ended before its time.
    """
    fresh = multiprocessing.get_context("spawn")
    heard, said = fresh.Pipe(duplex=False)
    process = fresh.Process(target=_run, args=(work, said))
    process.start()
    said.close()  # so that its end is heard, however it ends
    try:
        while not isinstance(result := heard.recv(), str):
            yield result
    finally:
        process.terminate()
        process.join()
    if result:
        raise TestsFailError(result)


def _run(work: Work, said: Connection) -> None:
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)  # what pytest prints of thousands of runs
    os.chdir(work.root)
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(work.copies)
    said.send(Running(work, lambda name, result: said.send((name, result))).run())
