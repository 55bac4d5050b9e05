"""A bad configuration reaches no running pod: each revision has its own, and an upgrade checks the new one."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import yaml
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from consumer.sandbox.serve import serve
from tests.helm.chart import NAME, RELEASE, Chart, Object, objects_in
from tests.helm.documents import CHART

OTHER = {"routes": [{"topic": "shop.other", "event": "search"}]}


def mounted(pod: Object) -> str:
    """The name of the ConfigMap with the configuration."""
    (name,) = [each["configMap"]["name"] for each in pod["volumes"] if each["name"] == "config"]
    return str(name)


def test_a_configuration_is_named_by_its_content(chart: Chart) -> None:
    """Pods of the old revision that start anew find the old one, and a rollback its own."""
    first, again, files = chart.render(), chart.render({"podLabels": {"a": "b"}}), chart.render({"files": {"a": "b"}})
    other = chart.render(OTHER)

    assert mounted(first.pod) == mounted(again.pod)
    assert len({mounted(each.pod) for each in (first, other, files)}) == 3
    assert all(each.named("ConfigMap", mounted(each.pod))["immutable"] for each in (first, other))
    (doctor,) = first.all("Pod")
    assert mounted(doctor["spec"]) == mounted(first.pod)


def test_an_upgrade_checks_the_configuration_first(chart: Chart) -> None:
    """With copies of it and of the secrets, as the release's are not there yet; what it leaves goes by itself."""
    values = {"existingSecret": "", "secretData": {"BLUECORE_NAMESPACE": "shop"}}
    rendered = chart.render(values)
    (job,), name = rendered.all("Job"), f"{NAME}-check"
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    parts = job, rendered.named("ConfigMap", name), rendered.named("Secret", name)

    assert {each["metadata"]["annotations"]["helm.sh/hook"] for each in parts} == {"pre-upgrade"}
    weights = [int(each["metadata"]["annotations"].get("helm.sh/hook-weight", 0)) for each in parts]
    assert weights == [0, -1, -1]
    assert container["args"] == ["check", "--config", "/etc/bluecore-consumer/config.yaml"]
    assert container["envFrom"] == [{"secretRef": {"name": name}}]
    assert mounted(pod) == name
    assert rendered.named("ConfigMap", name)["data"] == rendered.mounted
    assert rendered.named("Secret", name)["data"] == rendered.named("Secret", f"{NAME}-env")["data"]
    assert (job["spec"]["backoffLimit"], job["spec"]["ttlSecondsAfterFinished"]) == (0, 86400)
    selector = rendered.one("Deployment")["spec"]["selector"]["matchLabels"]
    assert not selector.items() <= job["spec"]["template"]["metadata"]["labels"].items()
    assert chart.render({"check": {"enabled": False}}).all("Job") == []


def resources(version: str, *kinds: str) -> Object:
    """What an API server says of the kinds of one version."""
    named = [(kind, kind.lower()) for kind in kinds]
    found = [
        {"name": f"{name}s", "singularName": name, "namespaced": True, "kind": kind, "verbs": ["get", "list"]}
        for kind, name in named
    ]
    return {"kind": "APIResourceList", "groupVersion": version, "resources": found}


GROUPS = [
    {"name": name, "versions": [version], "preferredVersion": version}
    for name in ("apps", "policy")
    for version in [{"groupVersion": f"{name}/v1", "version": "v1"}]
]
DISCOVERY: Mapping[str, Object] = {
    "/version": {"major": "1", "minor": "37", "gitVersion": "v1.37.0"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": GROUPS},
    "/api/v1": resources("v1", "ConfigMap", "ServiceAccount"),
    "/apis/policy/v1": resources("policy/v1", "PodDisruptionBudget"),
    "/apis/apps/v1": resources("apps/v1", "Deployment", "StatefulSet"),
}
OWNER = {"meta.helm.sh/release-name": RELEASE, "meta.helm.sh/release-namespace": "default"}
MISSING = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}


class Cluster:
    """As much of an API server as `lookup` asks for."""

    def __init__(self) -> None:
        self.objects: dict[str, Object] = {}

    def put(self, objects: Iterable[Object]) -> None:
        """What a release is made of now: Helm says whose it is, and deletes what is not among it."""
        self.objects.clear()
        for each in objects:
            metadata = each["metadata"]
            annotations = metadata.get("annotations", {}) | OWNER
            owned = each | {"metadata": metadata | {"annotations": annotations}}
            self.objects[f"{each['kind'].lower()}s/{metadata['name']}"] = owned

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = str(scope["path"])
            found = DISCOVERY.get(path) or self.objects.get(path.partition("/namespaces/default/")[2])
            await JSONResponse(found or MISSING, 200 if found else 404)(scope, receive, send)


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[Cluster, Path]]:
    """One, and the kubeconfig that leads there."""
    api = Cluster()
    with serve(api) as url:
        here = {"name": "here", "cluster": {"server": url}}
        context = {"name": "here", "context": {"cluster": "here", "user": "here"}}
        users = [{"name": "here", "user": {}}]
        config = {"apiVersion": "v1", "kind": "Config", "current-context": "here", "users": users}
        (folder / "kubeconfig").write_text(yaml.safe_dump({**config, "clusters": [here], "contexts": [context]}))
        yield api, folder / "kubeconfig"


def upgraded(chart: Chart, api: Cluster, kubeconfig: Path, number: int) -> list[Object]:
    """What the n-th upgrade installs; the cluster has it then."""
    routes = [{"topic": f"shop.topic-{number}", "event": "search"}]
    file = kubeconfig.with_name("values.json")
    file.write_text(json.dumps({"routes": routes, "revisionHistoryLimit": 2}))
    command = [chart.helm, "template", RELEASE, CHART, "--dry-run=server", "--disable-openapi-validation"]
    done = subprocess.run(
        list(map(str, [*command, "--no-hooks", "--values", chart.base, "--values", file])),
        env={**os.environ, "KUBECONFIG": str(kubeconfig), "HELM_NAMESPACE": "default"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    objects = list(objects_in(done.stdout))
    api.put(objects)
    return objects


def configurations(objects: Iterable[Object]) -> dict[str, str]:
    """By the names of their ConfigMaps."""
    return {each["metadata"]["name"]: each["data"]["config.yaml"] for each in objects if each["kind"] == "ConfigMap"}


def test_earlier_configurations_are_kept_for_the_revisions_there_are(chart: Chart, tmp_path: Path) -> None:
    """As a part of the release: they go with it, and the oldest with the next upgrade."""
    names: list[str] = []
    with cluster(tmp_path) as (api, kubeconfig):
        for number in range(5):
            objects = upgraded(chart, api, kubeconfig, number)
            (workload,) = [each for each in objects if each["kind"] == "Deployment"]
            names.insert(0, mounted(workload["spec"]["template"]["spec"]))
            found = configurations(objects)
            assert set(found) == set(names[:3])
            for age, name in enumerate(names[:3]):
                assert f"shop.topic-{number - age}" in found[name]
        # The same once more: nothing is new, and nothing gets lost.
        assert set(configurations(upgraded(chart, api, kubeconfig, 4))) == set(names[:3])
