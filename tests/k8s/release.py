"""A release of the chart in a namespace of its own, by one of the two Helms."""

from __future__ import annotations

import json
import os
import subprocess
import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.helm.documents import CHART
from tests.k8s.control_plane import ControlPlane
from tests.k8s.nodes.api import MERGE, Object
from tests.support.waiting import eventually

RESTRICTED: Final = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
SELECTOR: Final = "labelSelector=app.kubernetes.io/name%3Dbluecore-consumer"
_HELM_SECONDS: Final = 600
_READY_SECONDS: Final = 300.0
Values = Mapping[str, Any]


class HelmFailedError(AssertionError):
    """Helm has ended with another code than 0; its words are the message."""


@dataclass
class Release:
    """Of a name in a namespace.

    Attributes:
        helm: the program.
        helms: what it has said, a part for each command.
    """

    plane: ControlPlane
    helm: Path
    namespace: str
    name: str = "events"
    said: list[str] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        return f"{self.name}-bluecore-consumer"

    def prepare(self, secrets: Mapping[str, str]) -> None:
        """Its namespace, which takes restricted pods alone, and the Secret `bluecore`."""
        create_namespace(self.plane, self.namespace)
        data = {key: b64encode(value.encode()).decode() for key, value in secrets.items()}
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "bluecore"}, "data": data}
        answer = self.plane.api.call("POST", f"/api/v1/namespaces/{self.namespace}/secrets", secret)
        assert answer.status < 300, answer.body

    def run(self, *arguments: str, values: Values | None = None, files: Sequence[Path] = ()) -> str:
        """One command of Helm's.

        Raises:
            HelmFailedError: it has failed.
        """
        command = [str(self.helm), *arguments, "--namespace", self.namespace]
        for file in files:
            command += ["--values", str(file)]
        if values is not None:
            command += ["--values", "-"]
        done = subprocess.run(
            command,
            input=json.dumps(dict(values or {})),
            env={**os.environ, "KUBECONFIG": str(self.plane.kubeconfig)},
            capture_output=True,
            text=True,
            check=False,
            timeout=_HELM_SECONDS,
        )
        self.said.append(done.stdout + done.stderr)
        if done.returncode:
            raise HelmFailedError(f"helm {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout + done.stderr

    def install(self, *more: str, values: Values | None = None, files: Sequence[Path] = ()) -> float:
        """Install it and wait; the seconds until all is ready."""
        began = time.monotonic()
        self.run("install", self.name, str(CHART), "--wait", "--timeout", "5m", *more, values=values, files=files)
        return time.monotonic() - began

    def upgrade(self, *more: str, values: Values | None = None, files: Sequence[Path] = ()) -> float:
        """The same of an upgrade."""
        began = time.monotonic()
        self.run("upgrade", self.name, str(CHART), "--wait", "--timeout", "5m", *more, values=values, files=files)
        return time.monotonic() - began

    def rollback(self, *more: str) -> float:
        """The same of a rollback to the revision before."""
        began = time.monotonic()
        self.run("rollback", self.name, "--wait", "--timeout", "5m", *more)
        return time.monotonic() - began

    def uninstall(self) -> None:
        self.run("uninstall", self.name, "--wait")

    def get(self, kind: str, name: str = "") -> Object:
        """One of its objects, by the path of its kind, such as `apps/v1/deployments`."""
        return self.plane.api.get(f"{self._path(kind)}/{name or self.full_name}")

    def all(self, kind: str) -> list[Object]:
        """All objects of a kind in its namespace."""
        return self.plane.objects(self._path(kind))

    def patch(self, kind: str, body: Object, name: str = "") -> None:
        answer = self.plane.api.call("PATCH", f"{self._path(kind)}/{name or self.full_name}", body, MERGE)
        assert answer.status < 300, answer.body.get("message")

    def delete(self, kind: str, name: str) -> None:
        answer = self.plane.api.call("DELETE", f"{self._path(kind)}/{name}")
        assert answer.status < 300, answer.body.get("message")

    def create(self, kind: str, body: Object) -> None:
        answer = self.plane.api.call("POST", self._path(kind), body)
        assert answer.status < 300, answer.body.get("message")

    def evict(self, pod: str) -> None:
        """As `kubectl drain` does: again and again, until the budget lets it go."""
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod}}
        path = f"{self._path('v1/pods')}/{pod}/eviction"
        eventually(lambda: self.plane.api.call("POST", path, body).status != 429, 120, f"{pod} to be let go")

    def pods(self) -> list[Object]:
        """Its workers that are not to end."""
        items = self.plane.objects(f"{self._path('v1/pods')}?{SELECTOR}%2Capp.kubernetes.io/instance%3D{self.name}")
        return [each for each in items if "deletionTimestamp" not in each["metadata"]]

    def ready(self) -> list[str]:
        """The names of those that are ready."""
        return sorted(each["metadata"]["name"] for each in self.pods() if is_ready(each))

    def wait_ready(self, count: int, seconds: float = _READY_SECONDS) -> list[str]:
        """Return when so many pods are there, and all are ready."""
        what = f"{count} pods of {self.namespace}/{self.name} to be ready"
        return (
            eventually(lambda: len(self.pods()) == count == len(self.ready()) and self.ready(), seconds, what) or []
        )

    def log(self, pod: str, container: str = "consumer") -> str:
        return self.plane.api.text(f"{self._path('v1/pods')}/{pod}/log?container={container}")

    def _path(self, kind: str) -> str:
        group, _, plural = kind.rpartition("/")
        return f"/{'api' if group == 'v1' else 'apis'}/{group}/namespaces/{self.namespace}/{plural}"


def create_namespace(plane: ControlPlane, name: str) -> None:
    """One that takes restricted pods alone; returns when pods can be made in it."""
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": RESTRICTED}}
    answer = plane.api.call("POST", "/api/v1/namespaces", body)
    assert answer.status < 300, answer.body.get("message")
    account = f"/api/v1/namespaces/{name}/serviceaccounts/default"
    eventually(lambda: plane.api.call("GET", account).status == 200, 60, f"{name} to have a service account")


def is_ready(pod: Object) -> bool:
    conditions = {each["type"]: each["status"] for each in pod.get("status", {}).get("conditions", [])}
    return conditions.get("Ready") == "True"


def restarts(pod: Object) -> int:
    """How often its container was started anew."""
    return sum(each["restartCount"] for each in pod.get("status", {}).get("containerStatuses", []))
