"""What a new release comes to: the examples, four values, `helm test`, and what is left when it goes."""

from __future__ import annotations

import time
from typing import Final

import yaml

from tests.helm.chart import EXAMPLES
from tests.helm.documents import CHART
from tests.k8s.check import HELMS, Bench, Check
from tests.k8s.nodes.api import Object
from tests.k8s.release import Release, is_ready
from tests.support.waiting import eventually

_OF_OPERATORS: Final = frozenset({"keda.yaml", "production.yaml"})
"""The examples with kinds that a bare cluster does not have."""
_KINDS: Final = (
    "v1/pods",
    "v1/configmaps",
    "v1/secrets",
    "v1/services",
    "v1/serviceaccounts",
    "apps/v1/deployments",
    "apps/v1/statefulsets",
    "apps/v1/replicasets",
    "apps/v1/controllerrevisions",
    "batch/v1/jobs",
    "policy/v1/poddisruptionbudgets",
    "networking.k8s.io/v1/networkpolicies",
    "autoscaling/v2/horizontalpodautoscalers",
)
_WITH_THE_NAMESPACE: Final = frozenset({"kube-root-ca.crt", "default", "bluecore"})
FOUR: Final = {
    "kafka": {"bootstrap_servers": "kafka:9092"},
    "schema_registry": {"url": "http://registry:8081"},
    "existingSecret": "bluecore",
    "routes": [{"topic": "shop.customers", "event": "customer_patch"}],
}


def taken(bench: Bench, names: frozenset[str]) -> str:
    """The server takes these examples, and sees nothing in them that `restricted` would refuse."""
    count = 0
    for major in HELMS:
        release = bench.release(major)
        for example in EXAMPLES:
            if example.name in names:
                arguments = ("install", "shop", str(CHART), "--dry-run=server", "--hide-notes")
                said = release.run(*arguments, files=[example])
                assert "would violate" not in said, f"{example.name}: {said[:500]}"
                count += 1
    return f"{count} times: {', '.join(sorted(names))}, with Helm {' and '.join(HELMS)}"


def examples(bench: Bench) -> str:
    return taken(bench, frozenset(each.name for each in EXAMPLES) - _OF_OPERATORS)


def operators_examples(bench: Bench) -> str:
    return taken(bench, _OF_OPERATORS)


def four_values(bench: Bench) -> str:
    seconds = {}
    for major in HELMS:
        release = bench.release(major)
        seconds[major] = release.install(values=FOUR)
        assert len(release.wait_ready(2)) == 2
        release.uninstall()
    return ", ".join(f"two pods ready after {each:.0f} s with Helm {major}" for major, each in seconds.items())


def laptop(bench: Bench) -> str:
    """`development.yaml` brings the sandbox as a pod of its own."""
    release = bench.release()
    seconds = release.install(files=[CHART / "examples" / "development.yaml"])
    pods = [each for each in release.all("v1/pods") if is_ready(each)]
    names = sorted(each["metadata"]["labels"].get("app", "bluecore-consumer") for each in pods)
    assert names == ["bluecore-consumer", "bluecore-sandbox"], names
    release.uninstall()
    return f"the service and the sandbox are ready after {seconds:.0f} s, in a namespace that enforces `restricted`"


def helm_test(bench: Bench) -> str:
    seen = []
    for major in HELMS:
        topic = bench.topic()
        release = bench.release(major)
        release.install(values=bench.values(topic))
        began = time.monotonic()
        said = tested(release, major)
        assert ("Bluecore" in said) or major == "3", said[-500:]
        assert "Phase:          Succeeded" in said, said[-500:]
        seen.append(f"{time.monotonic() - began:.0f} s with Helm {major}")
        release.uninstall()
    return f"the doctor has nothing to say against it: {', '.join(seen)}"


def tested(release: Release, major: str) -> str:
    """What `helm test` says; Helm 3 looks for the log of a pod only when it is gone."""
    return release.run("test", release.name, *(["--logs"] if major == "4" else []))


def uninstall(bench: Bench) -> str:
    """Also what tests, checks of upgrades, older revisions and other kinds of workload have left."""
    seen = []
    for major in HELMS:
        topic = bench.topic()
        release = bench.release(major)
        release.install(values=bench.values(topic))
        static = {"replicas": 1, "staticMembership": {"enabled": True}, "networkPolicy": {"enabled": True}}
        release.upgrade(values=bench.values(topic, **static))
        tested(release, major)
        before = len(left(release))
        release.uninstall()
        eventually(lambda at=release: not left(at), 90, "all of the release to be gone")  # type: ignore[misc]
        seen.append(f"{before} objects gone with Helm {major}")
    return ", ".join(seen)


def left(release: Release) -> list[str]:
    """What there is in the namespace beside what came with it."""
    found: list[tuple[str, Object]] = [(kind, each) for kind in _KINDS for each in release.all(kind)]
    return [f"{kind}/{name}" for kind, each in found if (name := each["metadata"]["name"]) not in _WITH_THE_NAMESPACE]


def a_tag(bench: Bench) -> str:
    release = bench.release()
    release.install(values=FOUR | {"image": {"tag": "1.0_"}, "replicas": 1})
    label = release.get("apps/v1/deployments")["metadata"]["labels"]["app.kubernetes.io/version"]
    release.uninstall()
    return f"`image.tag: 1.0_` runs, with the label `{label}`"


def notes(bench: Bench) -> str:
    """What Helm says then is what there is to be run."""
    release = bench.release()
    release.install(values=FOUR | {"replicas": 1})
    said = release.said[-1]
    kind, name = "deployment", release.full_name
    assert f"rollout status {kind}/{name}" in said, said
    manifest = release.run("get", "manifest", release.name)
    kinds = sorted({each["kind"] for each in yaml.safe_load_all(manifest.partition("\nWARNING")[0]) if each})
    release.uninstall()
    return f"the commands name what is there: {', '.join(kinds)}"


CHECKS: Final = (
    Check("examples", "every example is taken by the API server", examples),
    Check("four_values", "install with four values and `--wait`", four_values),
    Check("laptop", "`development.yaml` in a namespace that enforces `restricted`", laptop),
    Check("helm_test", "`helm test`", helm_test),
    Check("notes", "the notes of an install", notes),
    Check("tag", "an image's tag that is no label", a_tag),
    Check("uninstall", "uninstall leaves nothing", uninstall),
    Check(
        "operators_examples", "the examples with KEDA and the Prometheus operator", operators_examples, operators=True
    ),
)
