"""What cannot be had here, so that the table says it too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.k8s.check import Bench, Check, NotToBeHad


def _because(reason: str) -> Callable[[Bench], str]:
    def run(_: Bench) -> str:
        raise NotToBeHad(reason)

    return run


CHECKS: Final = (
    Check("fence", "a NetworkPolicy is enforced", _because("pods have no network of their own: it is only accepted")),
    Check("memory", "a pod over its memory limit is ended", _because("the nodes set no limits of memory and CPU")),
    Check("cpu", "the autoscaler follows the CPU", _because("there is no metrics-server: it holds its least number")),
    Check("clouds", "the examples of three clouds run", _because("their Kafka is not here")),
    Check("grafana", "the dashboard in Grafana", _because("a script draws its queries instead")),
)
