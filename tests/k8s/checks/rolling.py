"""Pods come and go while 50 events a second flow: nothing is lost, and nothing is sent twice."""

from __future__ import annotations

import time
from typing import Final

from tests.k8s.check import HELMS, Bench, Check
from tests.k8s.nodes.api import MERGE
from tests.k8s.release import Release
from tests.k8s.shop import Flow, flowing
from tests.support.waiting import eventually

_SECRET: Final = {"existingSecret": "", "secretData": {"BLUECORE_NAMESPACE": "shop", "BLUECORE_API_KEY": "first"}}
_LATER_SECONDS: Final = 5.0
"""For so long events flow through the new pods before the check ends."""


def _seen(flow: Flow, *what: str) -> str:
    return f"{'; '.join(what)}; {len(flow.written):,} events, each sent once"


def _later() -> None:
    time.sleep(_LATER_SECONDS)


def upgrade_routes(bench: Bench) -> str:
    """With each Helm, and back."""
    topic, more = bench.topic(), bench.topic()
    release = bench.release("3")
    values = bench.values(topic)
    release.install(values=values)
    seen = []
    with flowing(bench.beside, topic) as flow:
        for number, major in enumerate(HELMS):
            release.helm = bench.helms[major]
            routes = [{"topic": topic, "event": "search"}, {"topic": more, "event": ("purchase", "search")[number]}]
            seen.append(f"upgrade with Helm {major} {release.upgrade(values={**values, 'routes': routes}):.0f} s")
        seen.append(f"rollback {release.rollback():.0f} s")
        _later()
    release.uninstall()
    return _seen(flow, *seen)


def upgrade_secrets(bench: Bench) -> str:
    """A key that is taken out is gone, from the Secret and from the pods."""
    topic = bench.topic()
    release = bench.release()
    values = bench.values(topic, **_SECRET)
    release.install(values=values)
    with flowing(bench.beside, topic) as flow:
        seconds = release.upgrade(values={**values, "secretData": {"BLUECORE_NAMESPACE": "shop"}})
        _later()
    keys = sorted(release.get("v1/secrets", f"{release.full_name}-env")["data"])
    assert keys == ["BLUECORE_NAMESPACE"], keys
    release.uninstall()
    return _seen(flow, f"upgrade {seconds:.0f} s", "the key that was taken out is gone")


def evict_and_drain(bench: Bench) -> str:
    topic = bench.topic()
    release = bench.release()
    release.install(values=bench.values(topic))
    with flowing(bench.beside, topic) as flow:
        first = release.ready()[0]
        release.evict(first)
        release.wait_ready(2)
        drained = _drain(bench, release)
        restarted = time.monotonic()
        _restart(release)
        seconds = time.monotonic() - restarted
        _later()
    release.uninstall()
    return _seen(
        flow, "a pod evicted", f"a node with {drained} of them drained", f"`rollout restart` {seconds:.0f} s"
    )


def _drain(bench: Bench, release: Release) -> int:
    """The node of the first pod; how many pods of the release it had."""
    node = release.pods()[0]["spec"]["nodeName"]
    there = [each["metadata"]["name"] for each in release.pods() if each["spec"]["nodeName"] == node]
    path = f"/api/v1/nodes/{node}"
    bench.plane.api.call("PATCH", path, {"spec": {"unschedulable": True}}, MERGE)
    try:
        for name in there:
            release.evict(name)
        release.wait_ready(2)
    finally:
        bench.plane.api.call("PATCH", path, {"spec": {"unschedulable": None}}, MERGE)
    return len(there)


def _restart(release: Release) -> None:
    before = set(release.ready())
    at = {"kubectl.kubernetes.io/restartedAt": str(time.time())}
    release.patch("apps/v1/deployments", {"spec": {"template": {"metadata": {"annotations": at}}}})
    eventually(lambda: not before & {each["metadata"]["name"] for each in release.pods()}, 300, "all pods to be new")
    release.wait_ready(2)


def kinds(bench: Bench) -> str:
    """A Deployment becomes a StatefulSet, and back."""
    topic = bench.topic()
    release = bench.release()
    values = bench.values(topic)
    release.install(values=values)
    with flowing(bench.beside, topic) as flow:
        there = release.upgrade(values={**values, "staticMembership": {"enabled": True}})
        assert release.wait_ready(2) == [f"{release.full_name}-{number}" for number in range(2)]
        back = release.upgrade(values=values)
        release.wait_ready(2)
        _later()
    release.uninstall()
    return _seen(flow, f"Deployment to StatefulSet {there:.0f} s", f"back {back:.0f} s")


def autoscaler(bench: Bench) -> str:
    """Switched on, 1 pod is left until the autoscaler has looked; switched off, `replicas` holds again."""
    topic = bench.topic()
    release = bench.release()
    values = bench.values(topic, replicas=3)
    release.install(values=values)
    with flowing(bench.beside, topic) as flow:
        release.upgrade(values={**values, "autoscaling": {"enabled": True}})
        release.wait_ready(2)
        release.upgrade("--force-conflicts", values=values)
        release.wait_ready(3)
        _later()
    release.uninstall()
    return _seen(flow, "on: 3 pods become 2, by way of 1", "off: 3 again, with Helm 4 and `--force-conflicts`")


CHECKS: Final = (
    Check("routes", "upgrade of routes, and rollback, under 50 events a second", upgrade_routes),
    Check("secrets", "upgrade of secrets under 50 events a second", upgrade_secrets),
    Check("drain", "eviction, drain of a node and restart under 50 events a second", evict_and_drain),
    Check("kinds", "Deployment to StatefulSet and back under 50 events a second", kinds),
    Check("autoscaler", "the autoscaler on CPU, on and off, under 50 events a second", autoscaler),
)
