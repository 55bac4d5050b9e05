"""Waits that end as soon as they can, and say what they waited for when they cannot; and ports to wait at."""

from __future__ import annotations

import fcntl
import functools
import os
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")

_POLL_SECONDS = 0.05
_PORTS: Final = range(15_000, 32_000)
"""Below those that a system hands out by itself, to outgoing connections and to whoever asks for port 0."""
_untried = iter(_PORTS)


def eventually(condition: Callable[[], T], seconds: float, what: str) -> T:
    """Ask until the answer is true, and give that answer.

    Raises:
        AssertionError: `what` did not come about within `seconds`; with the last answer.
    """
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise AssertionError(f"waited {seconds:g} s for {what}; the last answer was {answer!r}")
        time.sleep(_POLL_SECONDS)  # what is waited for is in another process, which tells nobody


def free_port() -> int:
    """A port of the loopback interface on which nothing listens, and which no other test will be given.

    Tests run beside each other, in one session and in several: until this process ends, it alone has the lock on the
    byte of a file that stands for the port. The kernel takes the lock away with the process, however that ends.

    Raises:
        AssertionError: all are in use.
    """
    for port in _untried:
        if _locked(port) and _bound(port):
            return port
    raise AssertionError(f"all of the ports from {_PORTS.start} to {_PORTS.stop - 1} are in use")


def _locked(port: int) -> bool:
    try:
        fcntl.lockf(_locks(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


@functools.cache
def _locks() -> int:
    """Stays open: to close it anywhere in this process would give up all its locks."""
    file = Path(tempfile.gettempdir()) / f"bluecore-consumer-ports-{os.getuid()}"
    return os.open(file, os.O_RDWR | os.O_CREAT, 0o600)


def _bound(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
