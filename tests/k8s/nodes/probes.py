"""The three probes of a container: when each is due, and what follows from its answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.k8s.nodes.api import Object

STARTUP, LIVENESS, READINESS = "startup", "liveness", "readiness"
_ALL: Final = (STARTUP, LIVENESS, READINESS)
Ask = Callable[[Object], bool]
"""Puts a probe's question, and says whether the answer was good."""


class Probes:
    """Those of one life of a container, which has begun just now.

    Attributes:
        started: it has answered for the first time.
        ready: it is to get traffic, and counts as one that is there.
    """

    def __init__(self, spec: Object, now: float) -> None:
        self._wanted: dict[str, Object] = {name: spec[f"{name}Probe"] for name in _ALL if f"{name}Probe" in spec}
        self._failures = dict.fromkeys(_ALL, 0)
        self._due = {name: now + probe.get("initialDelaySeconds", 0) for name, probe in self._wanted.items()}
        self.started = STARTUP not in self._wanted
        self.ready = self.started and READINESS not in self._wanted

    def look(self, now: float, ask: Ask) -> str:
        """Puts those questions that are due; the name of the probe for which the container is to be ended."""
        for name, probe in self._wanted.items():
            if now < self._due[name] or (name == STARTUP) == self.started:
                continue
            self._due[name] = now + probe.get("periodSeconds", 10)
            good = ask(probe)
            self._failures[name] = 0 if good else self._failures[name] + 1
            over = self._failures[name] >= probe.get("failureThreshold", 3)
            if name == STARTUP and good:
                self.started = True
                self.ready = self.ready or READINESS not in self._wanted
            elif name == READINESS:
                self.ready = good or (self.ready and not over)
            elif over:
                return name
        return ""
