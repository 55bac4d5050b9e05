"""What cannot work reaches no running pod; what the cluster refuses is what the README says of it."""

from __future__ import annotations

from typing import Final

import pytest

from tests.helm.documents import CHART
from tests.k8s.check import HELMS, Bench, Check
from tests.k8s.checks.installing import FOUR
from tests.k8s.nodes.api import Object
from tests.k8s.release import HelmFailedError, Release
from tests.support.waiting import eventually

_README: Final = " ".join((CHART / "README.md").read_text(encoding="utf-8").split())
_WRONG: Final = {"fields": {"email": "buyer..email"}}
_SENTENCE: Final = "routes[0].fields.email"


def _refused(bench: Bench, topic: str) -> dict[str, object]:
    return dict(bench.values(topic, routes=[{"topic": topic, "event": "search", **_WRONG}]))


def checked(bench: Bench) -> str:
    """The upgrade fails with the sentence of `check`, and no pod is replaced."""
    seen = []
    for major in HELMS:
        topic = bench.topic()
        release = bench.release(major)
        release.install(values=bench.values(topic))
        before = release.ready()
        with pytest.raises(HelmFailedError):
            release.upgrade(values=_refused(bench, topic))
        (job,) = [each for each in release.all("v1/pods") if "job-name" in each["metadata"]["labels"]]
        assert _SENTENCE in release.log(job["metadata"]["name"], "check")
        assert (major == "3") or _SENTENCE in release.said[-1], release.said[-1]
        assert release.ready() == before
        release.upgrade(values=bench.values(topic))
        assert release.ready() == before, "the same configuration has replaced pods"
        release.uninstall()
        seen.append(f"Helm {major}")
    return f"{' and '.join(seen)}: the upgrade fails, and names `{_SENTENCE}`; the pods stay"


def unchecked(bench: Bench) -> str:
    """Without the check: new pods end with 2, and a pod of the old revision comes back with its own configuration."""
    topic = bench.topic()
    release = bench.release()
    values = bench.values(topic, check={"enabled": False})
    release.install(values=values)
    old = release.ready()
    release.run("upgrade", release.name, str(CHART), values={**_refused(bench, topic), "check": {"enabled": False}})
    eventually(lambda: 2 in codes(release), 120, "a new pod to end with 2")
    release.delete("v1/pods", old[0])
    eventually(lambda: len(set(release.ready()) - set(old)) == 1, 120, "the old revision's new pod to be ready")
    assert old[1] in release.ready()
    release.rollback()
    assert len(release.wait_ready(2)) == 2
    release.uninstall()
    return "the new pod ends with 2; a pod of the old revision that is deleted comes back ready; rollback heals"


def codes(release: Release) -> list[int]:
    """With which the containers of its pods ended last."""
    states = [each for pod in release.pods() for each in pod.get("status", {}).get("containerStatuses", [])]
    return [each["lastState"]["terminated"]["exitCode"] for each in states if each.get("lastState")]


def quota(bench: Bench) -> str:
    """Room for two pods: a rollout stands still, and passes without a surge."""
    release = bench.release()
    release.install(values=FOUR)
    release.create("v1/resourcequotas", _object("ResourceQuota", {"hard": {"pods": "2"}}))
    changed = FOUR | {"podLabels": {"a": "b"}, "check": {"enabled": False}}
    release.run("upgrade", release.name, str(CHART), values=changed)
    said = eventually(lambda: told(release, "exceeded quota"), 60, "the quota to be told of")
    release.upgrade("--force-conflicts", values=changed | {"rollout": {"maxSurge": 0, "maxUnavailable": 1}})
    release.uninstall()
    assert "A rollout runs one pod more" in _README
    return f"a rollout stands still ({said.partition(',')[0]}), and passes with `rollout.maxSurge: 0`"


def limits(bench: Bench) -> str:
    """A default limit below what is requested leaves no pod."""
    release = bench.release()
    limit = {"limits": [{"type": "Container", "default": {"cpu": "250m"}}]}
    release.create("v1/limitranges", _object("LimitRange", limit))
    release.run("install", release.name, str(CHART), values=FOUR)
    sentence = "must be less than or equal to cpu limit"
    eventually(lambda: told(release, sentence), 60, "the limit to be told of")
    assert sentence in _README
    given = {"resources": {"limits": {"cpu": "1", "memory": "512Mi"}}, "check": {"enabled": False}}
    release.upgrade(values=FOUR | given)
    release.uninstall()
    return f"no pod (`{sentence}`); two with `resources.limits.cpu`"


def scaled(bench: Bench) -> str:
    """Somebody has scaled it by hand: Helm 4 says so, and what the README says helps."""
    release = bench.release()
    values = FOUR | {"check": {"enabled": False}}
    release.install(values=values)
    path = f"/apis/apps/v1/namespaces/{release.namespace}/deployments/{release.full_name}/scale?fieldManager=kubectl"
    for number in (3, 1):
        answer = bench.plane.api.call("PATCH", path, {"spec": {"replicas": number}}, "application/merge-patch+json")
        assert answer.status < 300, answer.body
        release.wait_ready(number)
    with pytest.raises(HelmFailedError, match="conflict with"):
        release.upgrade(values=values)
    release.upgrade(values={**values, "replicas": None})
    assert len(release.wait_ready(1)) == 1
    release.upgrade("--force-conflicts", values=values)
    assert len(release.wait_ready(2)) == 2
    release.uninstall()
    return "Helm 4 names the conflict; `replicas: null` leaves the number, `--force-conflicts` sets it"


def told(release: Release, part: str) -> str:
    """The first event of the namespace with this in its message."""
    messages = (str(each.get("message", "")) for each in release.all("v1/events"))
    return next((each for each in messages if part in each), "")


def _object(kind: str, spec: Object) -> Object:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "narrow"}, "spec": spec}


CHECKS: Final = (
    Check("checked", "an upgrade to a configuration that `check` refuses", checked),
    Check("unchecked", "the same without the check, and a pod of the old revision restarts", unchecked),
    Check("quota", "a ResourceQuota without room for one more pod", quota),
    Check("limits", "a LimitRange below what is requested", limits),
    Check("scaled", "an upgrade after `kubectl scale`, with Helm 4", scaled),
)
