"""One pod, from its binding to its end, in a thread of its own."""

from __future__ import annotations

import shutil
import signal
import threading
import time
from pathlib import Path
from typing import Final

from tests.k8s.nodes.api import STRATEGIC, Api, Object
from tests.k8s.nodes.container import ENTRYPOINT, Container
from tests.k8s.nodes.environment import environment, mounts
from tests.k8s.nodes.process import Image, Process
from tests.k8s.nodes.status import Conditions, now, phase_of

_TICK_SECONDS: Final = 0.3
_GRACE_SECONDS: Final = 30
_HOST: Final = "BLUECORE_CONSUMER__TELEMETRY__HOST"


class Pod:
    """Begins at once, and tells the API server what becomes of it."""

    def __init__(self, api: Api, image: Image, folder: Path, manifest: Object, ip: str) -> None:
        """Begin.

        Args:
            api: knows its ConfigMaps and Secrets, and takes its status.
            image: what its containers run.
            folder: its own.
            manifest: what the scheduler has bound.
            ip: its address.
        """
        self._api, self._image, self._folder, self.ip = api, image, folder, ip
        self._meta, self._spec = manifest["metadata"], manifest["spec"]
        self.uid = str(self._meta["uid"])
        self._path = f"/api/v1/namespaces/{self._meta['namespace']}/pods/{self._meta['name']}"
        self._began, self._conditions = now(), Conditions()
        self._grace = float(self._spec.get("terminationGracePeriodSeconds", _GRACE_SECONDS))
        policy = self._spec.get("restartPolicy", "Always")
        self._containers = [
            Container(each, ip, folder / each["name"], policy, self._begin) for each in self._spec["containers"]
        ]
        self._kill_at: float | None = None
        self._forgotten = False
        self._written: Object = {}
        self.gone = False
        """It has ended, and its address is free."""
        self._say("bound")
        threading.Thread(target=self._run, daemon=True).start()

    def end(self, seconds: float) -> None:
        """SIGTERM now, SIGKILL after so many seconds."""
        if self._kill_at is None:
            self._kill_at = time.monotonic() + seconds
            self._say(f"is to end within {seconds:g} s")
            self._send(signal.SIGTERM)

    def forget(self) -> None:
        """It is not there any more: whatever still runs is killed."""
        self._forgotten = True

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _run(self) -> None:
        while not self._forgotten:
            ending = self._kill_at is not None
            for each in self._containers:
                if failed := each.tick(self._grace, ending=ending):
                    self._say(f"its {failed} probe has failed: it is ended")
            if self._kill_at is not None:
                if not any(each.running for each in self._containers):
                    break
                if time.monotonic() > self._kill_at:
                    self._say("its grace period is over: it is killed")
                    self.kill()
            self._report()
            time.sleep(_TICK_SECONDS)
        if self._forgotten:
            self.kill()
        else:
            self._report()
        now_gone = {"gracePeriodSeconds": 0, "preconditions": {"uid": self.uid}}
        self._api.call("DELETE", self._path, now_gone)
        self._say(f"is gone, exit codes {[each.exit_code for each in self._containers]}")
        shutil.rmtree(self._folder / "volumes", ignore_errors=True)
        self.gone = True

    def _begin(self, spec: Object, folder: Path) -> Process:
        fields = {
            "metadata.name": self._meta["name"],
            "metadata.namespace": self._meta["namespace"],
            "metadata.uid": self.uid,
            "spec.nodeName": self._spec["nodeName"],
            "status.podIP": self.ip,
        }
        # In place of a network of the pod's own.
        variables = {_HOST: self.ip} | environment(spec, fields, self._look)
        arguments = [each.replace("0.0.0.0", self.ip) for each in spec.get("args", [])]  # noqa: S104 - is taken away
        return Process(
            self._image,
            folder,
            command=[*(spec.get("command") or ENTRYPOINT), *arguments],
            environment=variables,
            mounts=mounts(self._spec, spec, self._folder, self._look),
            log=folder / "log",
            workdir=spec.get("workingDir", "/"),
            first=not self._spec.get("shareProcessNamespace", False),
        )

    def _look(self, plural: str, name: str) -> Object | None:
        answer = self._api.call("GET", f"/api/v1/namespaces/{self._meta['namespace']}/{plural}/{name}")
        return answer.body if answer.status < 300 else None

    def _report(self) -> None:
        states = [each.status() for each in self._containers]
        ending = self._kill_at is not None
        ready = not ending and all(each["ready"] for each in states)
        status = {
            "phase": phase_of(states, ending=ending),
            "conditions": self._conditions.told(ready=ready),
            "hostIP": "127.0.0.1",
            "podIP": self.ip,
            "podIPs": [{"ip": self.ip}],
            "startTime": self._began,
            "containerStatuses": states,
        }
        if status == self._written:
            return
        body = {"metadata": {"uid": self.uid}, "status": status}
        answer = self._api.call("PATCH", f"{self._path}/status", body, STRATEGIC)
        if answer.status < 300:
            self._written = status
        elif answer.status == 404:
            self.forget()
        else:
            self._say(f"its status is refused: {answer.body.get('message')}")

    def _send(self, number: signal.Signals) -> None:
        for each in self._containers:
            each.send(number)

    def _say(self, what: str) -> None:
        print(f"{now()} {self._meta['namespace']}/{self._meta['name']} {what}", flush=True)  # noqa: T201 - its log
