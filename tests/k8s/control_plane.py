"""A control plane with two nodes, from its start to its end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.k8s.nodes.api import Api, Object
from tests.k8s.programs import RECIPE, home
from tests.support.pages import ROOT
from tests.support.waiting import eventually

SERVER: Final = "https://127.0.0.1:16443"
_NODES_SECONDS: Final = 60


@dataclass(frozen=True)
class ControlPlane:
    """One that runs.

    Attributes:
        folder: where its keys, its logs and the pods are.
        api: its server.
        seconds: from its start until pods can be bound.
    """

    folder: Path
    api: Api
    seconds: float

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    @property
    def nodes_log(self) -> str:
        """What became of each pod, a line each."""
        return (self.folder / "logs" / "nodes.log").read_text()

    def start_operators(self) -> None:
        """KEDA and the Prometheus operator, beside it; they end with it.

        Raises:
            subprocess.CalledProcessError: they cannot be installed.
        """
        subprocess.run([RECIPE / "operators.sh", self.folder], check=True, stdout=subprocess.DEVNULL)

    def objects(self, path: str) -> list[Object]:
        """A list of objects, such as `/api/v1/namespaces/shop/pods`."""
        found: list[Object] = self.api.get(path)["items"]
        return found


@contextmanager
def running(folder: Path, image: Path, hosts: str) -> Iterator[ControlPlane]:
    """One on loopback, which keeps all in `folder`; its pods run `image`, and look names up in `hosts`."""
    (folder / "bin").symlink_to(home() / "bin")
    (folder / "pods").mkdir()
    (folder / "hosts").write_text(hosts)
    began = time.monotonic()
    try:
        subprocess.run([RECIPE / "up.sh", folder], check=True, stdout=subprocess.DEVNULL)
        api = Api(SERVER, (folder / "pki" / "token").read_text().strip(), folder / "pki" / "ca.crt")
        with _nodes(folder, image):
            eventually(lambda: _bindable(api), _NODES_SECONDS, "two nodes and the default service account")
            yield ControlPlane(folder, api, time.monotonic() - began)
    finally:
        subprocess.run([RECIPE / "down.sh", folder], check=False, stdout=subprocess.DEVNULL)


@contextmanager
def _nodes(folder: Path, image: Path) -> Iterator[None]:
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "tests.k8s.nodes",
        "--server",
        SERVER,
        "--keys",
        folder / "pki",
    ]
    command += ["--folder", folder / "pods", "--image", image, "--hosts", folder / "hosts"]
    with (folder / "logs" / "nodes.log").open("wb") as log:
        # Its own limits are those of pods: nothing of the tests' environment is to reach them.
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)


def _bindable(api: Api) -> bool:
    if api.call("GET", "/api/v1/namespaces/default/serviceaccounts/default").status != 200:
        return False
    nodes = api.call("GET", "/api/v1/nodes").body.get("items", [])
    return len(nodes) == 2 and all(each.get("status", {}).get("conditions") for each in nodes)
