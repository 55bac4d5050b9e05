"""The nodes: registered once, and given the pods that the scheduler binds to them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.k8s.nodes.api import MERGE, STRATEGIC, Api, Object
from tests.k8s.nodes.pod import Pod
from tests.k8s.nodes.process import Image
from tests.k8s.nodes.status import now

LOGS_PORT: Final = 10250
_LOOK_SECONDS: Final = 0.4
_ADDRESSES: Final = range(10, 250)
_SIZE: Final = {"cpu": "16", "memory": "32Gi", "pods": "110", "ephemeral-storage": "100Gi"}
_UNTOLD: Final = ("machineID", "systemUUID", "bootID", "kernelVersion", "osImage")


class Nodes:
    """Follows the API server until the process ends."""

    def __init__(self, api: Api, folder: Path, image: Image, names: Sequence[str]) -> None:
        self._api, self._folder, self._image, self._names = api, folder, image, names
        self._pods: dict[str, Pod] = {}

    def register(self) -> None:
        """Each in a zone of its own, and ready for ever: no lease is renewed."""
        for number, name in enumerate(self._names, start=1):
            labels = {
                "kubernetes.io/hostname": name,
                "topology.kubernetes.io/zone": f"zone-{number}",
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
            }
            node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}
            self._api.call("POST", "/api/v1/nodes", node)
            # It is born with a taint, which a controller would take away that is not run here.
            self._api.call("PATCH", f"/api/v1/nodes/{name}", {"spec": {"taints": None}}, MERGE)
            answer = self._api.call("PATCH", f"/api/v1/nodes/{name}/status", {"status": _status()}, STRATEGIC)
            assert answer.status < 300, answer.body.get("message")

    def follow(self) -> None:
        """Starts and ends pods, for ever."""
        while True:
            answer = self._api.call("GET", "/api/v1/pods?resourceVersion=0")
            if answer.status < 300:
                self.look(answer.body["items"])
            time.sleep(_LOOK_SECONDS)

    def look(self, manifests: Sequence[Object]) -> None:
        """These are all pods that there are."""
        self._pods = {uid: pod for uid, pod in self._pods.items() if not pod.gone}
        seen = set()
        for manifest in manifests:
            if manifest["spec"].get("nodeName") in self._names:
                seen.add(manifest["metadata"]["uid"])
                self._compare(manifest)
        for uid, pod in self._pods.items():
            if uid not in seen:
                pod.forget()

    def kill(self) -> None:
        """All that runs."""
        for pod in self._pods.values():
            pod.kill()

    def _compare(self, manifest: Object) -> None:
        meta = manifest["metadata"]
        pod, deleted = self._pods.get(meta["uid"]), "deletionTimestamp" in meta
        if pod is not None and deleted:
            pod.end(meta.get("deletionGracePeriodSeconds", 30))
        elif pod is None and deleted:
            path = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}"
            self._api.call("DELETE", path, {"gracePeriodSeconds": 0, "preconditions": {"uid": meta["uid"]}})
        elif pod is None and manifest.get("status", {}).get("phase", "Pending") == "Pending":
            folder = self._folder / f"{meta['namespace']}_{meta['name']}_{meta['uid'][:8]}"
            folder.mkdir(parents=True, exist_ok=True)
            self._pods[meta["uid"]] = Pod(self._api, self._image, folder, manifest, self._address())

    def _address(self) -> str:
        used = {pod.ip for pod in self._pods.values()}
        return next(ip for number in _ADDRESSES if (ip := f"127.1.0.{number}") not in used)


def _status() -> dict[str, Any]:
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": ""}
    info = dict.fromkeys(_UNTOLD, "") | {"kubeletVersion": "v1.37.2", "kubeProxyVersion": ""}
    info |= {"architecture": "amd64", "operatingSystem": "linux", "containerRuntimeVersion": "processes://1"}
    return {
        "capacity": _SIZE,
        "allocatable": _SIZE,
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": LOGS_PORT}},
        "conditions": [ready | {"lastHeartbeatTime": now(), "lastTransitionTime": now()}],
        "nodeInfo": info,
    }
