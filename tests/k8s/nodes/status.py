"""What is told of a pod, in the form that the API server has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from tests.k8s.nodes.api import Object


def now() -> str:
    """The time as Kubernetes writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def phase_of(containers: Sequence[Object], *, ending: bool) -> str:
    """`Pending`, `Running`, `Succeeded` or `Failed`, by the statuses of the containers."""
    ended = [each["state"].get("terminated") for each in containers]
    if not ending and all(ended):
        return "Failed" if any(each["exitCode"] for each in ended if each) else "Succeeded"
    begun = any("running" in each["state"] or each["restartCount"] for each in containers)
    return "Running" if begun or ending or any(ended) else "Pending"


class Conditions:
    """Keeps since when each holds."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[bool, str]] = {}

    def told(self, *, ready: bool) -> list[Object]:
        """All of a pod that is bound."""
        wanted = {"PodScheduled": True, "Initialized": True, "ContainersReady": ready, "Ready": ready}
        for kind, value in wanted.items():
            if self._since.get(kind, (None,))[0] != value:
                self._since[kind] = (value, now())
        return [
            {"type": kind, "status": str(value), "lastTransitionTime": since}
            for kind, (value, since) in self._since.items()
        ]
