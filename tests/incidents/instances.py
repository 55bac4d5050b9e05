"""The two instances, as an orchestrator runs them; their loop can be made to stand while their page answers."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from tests.support.processes import ServiceProcess
from tests.support.settings import write_settings

COUNT: Final = 2
_STANDS: Final = """
import pathlib, sys, time
from consumer.pipeline.service import Service

mark, step = pathlib.Path(sys.argv.pop(1)), Service.step

def standing(self):
    while mark.exists():
        time.sleep(0.2)
    step(self)

Service.step = standing
from consumer.cli import main
main()
"""
"""The service with a fault of its own: its loop stands for as long as a file is there."""


class Instances:
    """`settings` are the usual ones, `ports` those of their pages, which they keep."""

    def __init__(self, folder: Path, settings: Mapping[str, Any], ports: list[int]) -> None:
        self._folder = folder
        self.settings = settings
        self.ports = ports
        self._running: list[ServiceProcess] = []

    @property
    def targets(self) -> Path:
        """Where Prometheus reads which instances there are."""
        return self._folder / "targets.json"

    def _tell_prometheus(self, ports: list[int]) -> None:
        """As an orchestrator does: one that is stopped on purpose is no target any more."""
        found = [{"targets": [f"127.0.0.1:{port}" for port in ports], "labels": {"namespace": "lab"}}]
        written = self.targets.with_suffix(".new")
        written.write_text(json.dumps(found))
        written.rename(self.targets)

    def start(self) -> None:
        """Start both."""
        self._running = [self._start(number, self.settings) for number in range(COUNT)]
        for each in self._running:
            each.wait_ready(240)
        self._tell_prometheus(self.ports)

    def stop(self) -> None:
        self._tell_prometheus([])
        for each in self._running:
            if each.exit_code is None:
                with suppress(AssertionError):
                    each.send(signal.SIGCONT)
                    each.terminate(40)
            if each.exit_code is None:
                each.kill()

    def roll_out(self, **sections: Any) -> None:
        """One after the other, as an orchestrator does, with these sections in place of the usual ones."""
        for number, each in enumerate(self._running):
            self._tell_prometheus([port for port in self.ports if port != self.ports[number]])
            each.terminate(40)
            self._running[number] = self._start(number, {**self.settings, **sections})
            self._running[number].wait_ready(240)
            self._tell_prometheus(self.ports)

    def freeze(self, number: int) -> None:
        self._running[number].send(signal.SIGSTOP)

    def thaw(self, number: int) -> None:
        self._running[number].send(signal.SIGCONT)

    def stand(self, number: int) -> None:
        self._mark(number).touch()

    def go_on(self, number: int) -> None:
        self._mark(number).unlink(missing_ok=True)

    def ready(self, number: int) -> bool:
        """Whether the group has taken it in."""
        return self._running[number].ready

    def kill(self, number: int) -> None:
        """As the kernel does where memory has run out, and the orchestrator then."""
        self._running[number].kill()
        self._running[number] = self._start(number, self.settings)

    def revive(self) -> None:
        """Whatever is not running, is started."""
        for number, each in enumerate(self._running):
            if each.exit_code is not None:
                self._running[number] = self._start(number, self.settings)

    def _mark(self, number: int) -> Path:
        return self._folder / f"instance-{number}" / "stands"

    def _start(self, number: int, settings: Mapping[str, Any]) -> ServiceProcess:
        own = self._folder / f"instance-{number}"
        own.mkdir(exist_ok=True)
        settings = {**settings, "telemetry": {"host": "127.0.0.1", "port": self.ports[number]}}
        command = (sys.executable, "-c", _STANDS, str(self._mark(number)))
        return ServiceProcess(write_settings(own, settings), self.ports[number], command=command)
