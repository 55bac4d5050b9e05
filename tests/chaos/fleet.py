"""The service's instances, as an orchestrator runs them: killed or told to end, and started again."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.chaos.plan import Fault, What
from tests.chaos.spans import now_ms
from tests.support.processes import ServiceProcess

Start = Callable[[int, str], ServiceProcess]
"""Starts a process of the service: the instance's number, and a name that goes into each of its requests."""

_GRACE_SECONDS = 45.0
_MOST_WORDS = 500


@dataclass(slots=True)
class _Instance:
    number: int
    process: ServiceProcess
    name: str
    lives: int = 1
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that ended: its name, its exit code, and when, in ms since the epoch.

    `asked`: by SIGTERM. `begun`: it had said something by then; before that, Python itself takes the signal.
    """

    name: str
    code: int
    at_ms: int
    asked: bool
    begun: bool

    @property
    def orderly(self) -> bool:
        """Whether it ended as one that was asked must."""
        return self.code == 0 or (self.code == -signal.SIGTERM and not self.begun)


class Fleet:
    """So many instances; `tell` hears of those that end by themselves.

    `killed` has the names of those ended by kill -9, and when, in ms since the epoch.
    """

    def __init__(self, start: Start, count: int, tell: Callable[[str], None]) -> None:
        self._start = start
        self._tell = tell
        self.killed: dict[str, int] = {}
        self.ended: list[Ended] = []
        self._instances: list[_Instance] = []
        for number in range(count):
            name = f"{number}-1"
            self._instances.append(_Instance(number, start(number, name), name))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Kill whatever still runs when the block ends."""
        try:
            yield
        finally:
            for instance in self._instances:
                if instance.process.exit_code is None:
                    instance.process.kill()

    def wait_ready(self) -> None:
        for instance in self._instances:
            instance.process.wait_ready(60)

    @property
    def ready(self) -> bool:
        """Whether the group has taken all of them in, and none is stopping."""
        return all(instance.process.ready for instance in self._instances)

    def carry_out(self, fault: Fault, stopped: threading.Event) -> None:
        """End one instance, and start it again after the fault's seconds."""
        instance = self._instances[fault.which % len(self._instances)]
        with instance.lock:
            if fault.what is What.KILL:
                self._kill(instance)
            else:
                self._terminate(instance)
            stopped.wait(fault.seconds)
            self._restart(instance)

    def supervise(self) -> None:
        """Start again what has ended by itself, and tell of it."""
        for instance in self._instances:
            if instance.lock.acquire(blocking=False):
                try:
                    if (code := instance.process.exit_code) is not None:
                        self._tell(f"instance: {instance.name} ended by itself with {code}: {_last_words(instance)}")
                        self._note(instance, code, asked=False)
                        self._restart(instance)
                finally:
                    instance.lock.release()

    def stop(self) -> None:
        """End all of them, in order; their exit codes are in `ended`."""
        for instance in self._instances:
            self._terminate(instance)

    def _kill(self, instance: _Instance) -> None:
        # The time before it: what the process does until the signal is there counts as cut off.
        self.killed[instance.name] = now_ms()
        instance.process.kill()

    def _terminate(self, instance: _Instance) -> None:
        try:
            self._note(instance, instance.process.terminate(_GRACE_SECONDS), asked=True)
        except AssertionError:
            # What an orchestrator does when the grace period is over.
            self._kill(instance)
            self._note(instance, instance.process.wait(), asked=True)

    def _note(self, instance: _Instance, code: int, *, asked: bool) -> None:
        begun = bool(instance.process.stderr.read_bytes())
        self.ended.append(Ended(instance.name, code, now_ms(), asked, begun))

    def _restart(self, instance: _Instance) -> None:
        instance.lives += 1
        instance.name = f"{instance.number}-{instance.lives}"
        instance.process = self._start(instance.number, instance.name)


def _last_words(instance: _Instance) -> str:
    lines = instance.process.stderr.read_text().splitlines()
    return lines[-1][:_MOST_WORDS] if lines else "it said nothing"
