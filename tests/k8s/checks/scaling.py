"""Scaling by the real KEDA, and the objects of the Prometheus operator."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from tests.k8s.check import Bench, Check
from tests.k8s.nodes.api import Object
from tests.k8s.release import HelmFailedError, Release
from tests.k8s.shop import BROKERS, accepted
from tests.support.brokers import Message
from tests.support.waiting import eventually

_OFF: Final = {"check": {"enabled": False}}
_BACKLOG: Final = 6_000
_SCALED: Final = "keda.sh/v1alpha1/scaledobjects"


def _values(bench: Bench, topic: str, **more: Any) -> dict[str, Any]:
    """KEDA runs beside the pods, and looks up other names."""
    values = dict(bench.values(topic, **_OFF, **more))
    return values | {"kafka": {"bootstrap_servers": BROKERS, "group_id": topic}}


def _keda(**more: Any) -> dict[str, Any]:
    return {"keda": {"enabled": True, "minReplicas": 1, "maxReplicas": 6, "pollingInterval": 5, **more}}


def _condition(release: Release, kind: str) -> Object:
    conditions = release.get(_SCALED).get("status", {}).get("conditions", [])
    found: Object = next((each for each in conditions if each["type"] == kind), {})
    return found


def _desired(release: Release) -> int:
    return int(release.get("apps/v1/deployments")["spec"]["replicas"])


def one_to_six(bench: Bench) -> str:
    """By the lag; and down again, slowly."""
    topic = bench.topic()
    release = bench.release()
    # So slow that the lag stays while there are few pods.
    slow = {"delivery": {"rate_limit_per_second": 10}}
    release.install(values=_values(bench, topic, **slow, **_keda(lagThreshold=100)))
    eventually(lambda: _condition(release, "Ready").get("status") == "True", 120, "KEDA to be ready")
    event = bench.beside.shop.event
    emails = [f"customer-{number}@example.com" for number in range(_BACKLOG)]
    messages = [Message(email.encode(), event("search", email)) for email in emails]
    bench.beside.broker.produce(topic, messages)
    began = time.monotonic()
    eventually(lambda: _desired(release) == 6, 180, "KEDA to ask for six pods")
    asked = time.monotonic() - began
    release.wait_ready(6)
    up = time.monotonic() - began
    # Ten minutes would be the chart's: the behaviour is KEDA's own affair, and is shortened.
    release.patch(_SCALED, {"spec": {"advanced": {"horizontalPodAutoscalerConfig": _at_once()}}})
    eventually(lambda: len(accepted(bench.beside.sandbox, topic)) == _BACKLOG, 600, "the backlog to arrive")
    began = time.monotonic()
    release.wait_ready(1, 600)
    down = time.monotonic() - began
    twice = [key for key, times in accepted(bench.beside.sandbox, topic).items() if times > 1]
    assert not twice, f"{len(twice)} were sent twice"
    release.uninstall()
    seen = f"six pods asked for after {asked:.0f} s, ready after {up:.0f} s; one again {down:.0f} s after the end"
    return f"{seen}; {_BACKLOG:,} events, each sent once"


def _at_once() -> Object:
    return {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 10}}}


def two_steps(bench: Bench) -> str:
    """The autoscaler to KEDA: refused in one upgrade, taken in two; and back in one."""
    topic = bench.topic()
    release = bench.release()
    autoscaler = {"autoscaling": {"enabled": True}}
    release.install(values=_values(bench, topic, **autoscaler))
    with pytest.raises(HelmFailedError, match="already managed by the hpa"):
        release.upgrade(values=_values(bench, topic, **_keda()))
    release.upgrade("--force-conflicts", values=_values(bench, topic))
    release.upgrade(values=_values(bench, topic, **_keda()))
    eventually(lambda: _condition(release, "Ready").get("status") == "True", 120, "KEDA to be ready")
    release.upgrade("--force-conflicts", values=_values(bench, topic, **autoscaler))
    release.uninstall()
    return "in one upgrade KEDA refuses (`already managed by the hpa`); off and then on passes; back passes in one"


def fallback(bench: Bench) -> str:
    """A topic that is not there: the number that is to hold then holds."""
    topic = bench.topic()
    release = bench.release()
    keda = _keda(topics=["no.such.topic"], fallback={"failureThreshold": 2, "replicas": 3, "behavior": "static"})
    began = time.monotonic()
    release.install(values=_values(bench, topic, **keda))
    release.wait_ready(3)
    seconds = time.monotonic() - began
    release.uninstall()
    return f"of a topic that is not there: `keda.fallback.replicas` are ready {seconds:.0f} s after the install began"


def interval(bench: Bench) -> str:
    """KEDA says nothing of a `pollingInterval` without effect."""
    topic = bench.topic()
    release = bench.release()
    release.install(values=_values(bench, topic, **_keda()))
    assert "Warning" not in release.said[-1], release.said[-1]
    release.uninstall()
    return "KEDA's admission has no warning"


def watched(bench: Bench) -> str:
    """The Prometheus operator takes the rules and the monitor, and would refuse a broken rule."""
    topic = bench.topic()
    release = bench.release()
    rules = {"prometheusRule": {"enabled": True, "runbookUrl": "https://wiki.example.com/alerts"}}
    release.install(values=bench.values(topic, **_OFF, **rules, podMonitor={"enabled": True}))
    group = "monitoring.coreos.com/v1"
    rule, monitor = release.get(f"{group}/prometheusrules"), release.get(f"{group}/podmonitors")
    broken = _named(rule, {"groups": [{"name": "broken", "rules": [{"alert": "A", "expr": "sum("}]}]})
    with pytest.raises(AssertionError, match="Rules are not valid"):
        release.create(f"{group}/prometheusrules", broken)
    count = sum(len(each["rules"]) for each in rule["spec"]["groups"])
    release.uninstall()
    endpoints = len(monitor["spec"]["podMetricsEndpoints"])
    return f"{count} rules and {endpoints} endpoint are admitted; a broken rule is not"


def _named(thing: Mapping[str, Any], spec: Object) -> Object:
    return {"apiVersion": thing["apiVersion"], "kind": thing["kind"], "metadata": {"name": "broken"}, "spec": spec}


def _of_operators(name: str, what: str, run: Callable[[Bench], str]) -> Check:
    return Check(name, what, run, operators=True)


CHECKS: Final = (
    _of_operators("one_to_six", "scaling by KEDA from 1 to 6 and down", one_to_six),
    _of_operators("two_steps", "the autoscaler to KEDA and back", two_steps),
    _of_operators("fallback", "`keda.fallback`", fallback),
    _of_operators("interval", "`keda.pollingInterval`", interval),
    _of_operators("watched", "PodMonitor and PrometheusRule", watched),
)
