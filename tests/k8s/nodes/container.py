"""One container of a pod: its process, its probes, its state."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import requests

from tests.k8s.nodes.api import Object
from tests.k8s.nodes.environment import Missing
from tests.k8s.nodes.probes import Probes
from tests.k8s.nodes.process import Process
from tests.k8s.nodes.status import now

ENTRYPOINT: Final = ("/opt/bluecore-consumer/bin/python3", "/opt/bluecore-consumer/bin/bluecore-consumer")
_BACK_OFF: Final = (10.0, 300.0)
_MISSING_SECONDS: Final = 2.0
Begin = Callable[[Object, Path], Process]
"""Begins the container of a spec, with a folder of its own."""


class Container:
    """Ticked again and again by its pod."""

    def __init__(self, spec: Object, ip: str, folder: Path, restarts: str, begin: Begin) -> None:
        """Begin with nothing running.

        Args:
            spec: the container's.
            ip: where its probes are.
            folder: for what its process needs.
            restarts: the pod's `restartPolicy`.
            begin: starts its process; raises `Missing` where that cannot be yet.
        """
        self._spec, self._ip, self._folder, self._policy, self._begin = spec, ip, folder, restarts, begin
        self._process: Process | None = None
        self._probes: Probes | None = None
        self._restarts, self._back_off, self._start_at, self._kill_at = 0, _BACK_OFF[0], 0.0, float("inf")
        self._state: Object = {"waiting": {"reason": "ContainerCreating"}}
        self._last: Object = {}

    @property
    def running(self) -> bool:
        return self._process is not None

    @property
    def exit_code(self) -> int | None:
        """Of its end, once that is final."""
        code: int | None = self._state.get("terminated", {}).get("exitCode")
        return code

    def tick(self, grace: float, *, ending: bool) -> str:
        """Goes on; the name of a probe for which it is ended now.

        Args:
            grace: seconds from SIGTERM to SIGKILL.
            ending: the pod is to go: nothing is started any more.
        """
        at = time.monotonic()
        if self._process is None:
            if not ending and at >= self._start_at and "terminated" not in self._state:
                self._launch(at)
            return ""
        if (code := self._process.poll()) is not None:
            self._ended(code, at, ending=ending)
            return ""
        if at >= self._kill_at:
            self.send(signal.SIGKILL)
        if ending or self._probes is None or self._kill_at < float("inf"):
            return ""
        if failed := self._probes.look(at, self._ask):
            self.send(signal.SIGTERM)
            self._kill_at = at + grace
        return failed

    def send(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send(number)

    def status(self) -> Object:
        probes = self._probes if self._process is not None else None
        return {
            "name": self._spec["name"],
            "image": self._spec["image"],
            "imageID": "",
            "ready": probes is not None and probes.ready,
            "started": probes is not None and probes.started,
            "restartCount": self._restarts,
            "state": self._state,
            "lastState": self._last,
        }

    def _launch(self, at: float) -> None:
        try:
            self._process = self._begin(self._spec, self._folder)
        except Missing as missing:
            self._state = {"waiting": {"reason": "CreateContainerConfigError", "message": str(missing)}}
            self._start_at = at + _MISSING_SECONDS
            return
        self._state = {"running": {"startedAt": now()}}
        self._probes, self._kill_at = Probes(self._spec, at), float("inf")

    def _ended(self, code: int, at: float, *, ending: bool) -> None:
        self._process = None
        reason = "Error" if code else "Completed"
        done = {"terminated": {"exitCode": code, "finishedAt": now(), "reason": reason}}
        if ending or self._policy == "Never" or (self._policy == "OnFailure" and not code):
            self._state = done
            return
        self._last, self._state = done, {"waiting": {"reason": "CrashLoopBackOff"}}
        self._restarts += 1
        self._start_at, self._back_off = at + self._back_off, min(_BACK_OFF[1], self._back_off * 2)

    def _ask(self, probe: Object) -> bool:
        get = probe["httpGet"]
        ports = {each.get("name"): each["containerPort"] for each in self._spec.get("ports", [])}
        url = f"http://{self._ip}:{ports.get(get['port'], get['port'])}{get.get('path', '/')}"
        with suppress(requests.RequestException):
            return requests.get(url, timeout=probe.get("timeoutSeconds", 1)).ok
        return False
