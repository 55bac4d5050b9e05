"""How the pods run, come and go."""

from __future__ import annotations

import re
from base64 import b64decode

import pytest

from consumer.config.model import Config
from consumer.telemetry.health import STALL_SECONDS
from tests.helm.chart import NAME, Chart, Object

STATIC = {"staticMembership": {"enabled": True}}
FETCHED_AHEAD = 20 << 20
"""What librdkafka fetches ahead: 16 MiB for the topics, 4 MiB for the retry topic's watch."""
BASE = 120 << 20
"""An idle service and its working set, with room to spare: 75 MiB and 150 MiB were measured, buffers included."""


@pytest.mark.parametrize("kind", ["Deployment", "Pod", "Job"])
def test_the_restricted_pod_security_standard_holds(chart: Chart, kind: str) -> None:
    """For the worker and for the pods of hooks; and beyond it: a read-only root and no token of the cluster's."""
    (thing,) = chart.render().all(kind)
    pod: Object = thing["spec"] if kind == "Pod" else thing["spec"]["template"]["spec"]
    (container,) = pod["containers"]

    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"name": "tmp", "mountPath": "/tmp"} in container["volumeMounts"]  # noqa: S108 - a volume of the pod


def test_the_probes_ask_the_telemetry_port(chart: Chart) -> None:
    """Liveness is the loop's tick; the probe adds little to the time that the service itself allows."""
    container = chart.render({"telemetry": {"port": 9100}}).container

    assert container["ports"] == [{"name": "telemetry", "containerPort": 9100}]
    assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "telemetry"}
    assert container["startupProbe"]["httpGet"] == {"path": "/healthz", "port": "telemetry"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "telemetry"}
    probe = container["livenessProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] < STALL_SECONDS / 4


def test_a_pod_that_is_to_end_at_once_does(chart: Chart) -> None:
    """Process 1 loses a signal that comes before it has a handler; who stands beside it must not read its secrets."""
    assert chart.render().pod["shareProcessNamespace"] is True
    beside = {"extraContainers": [{"name": "logs", "image": "r/logs"}]}
    assert "shareProcessNamespace" not in chart.render(beside).pod


def test_a_rollout_never_lacks_a_pod(chart: Chart) -> None:
    """One more first, and the next only when that one is settled."""
    spec = chart.render().one("Deployment")["spec"]

    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert spec["minReadySeconds"] == 10
    assert spec["template"]["spec"]["terminationGracePeriodSeconds"] == 60


def test_the_memory_limit_covers_what_is_buffered(chart: Chart) -> None:
    """Raw records, twice their size in decoded form, and librdkafka's queues."""
    rendered = chart.render()
    delivery = Config.model_validate(rendered.settings).delivery
    limit = int(re.fullmatch(r"(\d+)Mi", rendered.container["resources"]["limits"]["memory"])[1]) << 20  # type: ignore[index]

    assert BASE + 3 * delivery.max_buffered_bytes + FETCHED_AHEAD < limit


@pytest.mark.parametrize("change", [{"delivery": {"max_in_flight": 8}}, {"secretData": {"BLUECORE_NAMESPACE": "b"}}])
def test_a_change_of_settings_or_secrets_restarts_the_pods(chart: Chart, change: Object) -> None:
    """Through the configuration's name, and the secrets' checksum in the pod's annotations."""
    base = {"existingSecret": "", "secretData": {"BLUECORE_NAMESPACE": "a"}}

    before, after = (chart.render(values).one("Deployment")["spec"]["template"] for values in (base, base | change))

    assert before != after
    assert before["metadata"]["labels"] == after["metadata"]["labels"]


def test_two_pods_or_more_have_a_disruption_budget(chart: Chart) -> None:
    """One alone would never let its node be drained; a pod that is not ready does not hold it up either."""
    spec = chart.render().one("PodDisruptionBudget")["spec"]

    assert (spec["maxUnavailable"], spec["unhealthyPodEvictionPolicy"]) == (1, "AlwaysAllow")
    assert chart.render({"replicas": 1}).all("PodDisruptionBudget") == []


def test_pods_spread_softly(chart: Chart) -> None:
    """Over zones and nodes, and never at the price of not running."""
    constraints = chart.render().pod["topologySpreadConstraints"]

    assert [each["topologyKey"] for each in constraints] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    assert {each["whenUnsatisfiable"] for each in constraints} == {"ScheduleAnyway"}


def test_static_members_are_a_stateful_set(chart: Chart) -> None:
    """Each pod's name, which outlives the pod, is its identity in the group, and its namespace's is a part of it."""
    rendered = chart.render(STATIC | {"kafka": {"options": {"session.timeout.ms": 120_000}}})

    assert rendered.settings["kafka"]["options"] == {
        "group.instance.id": "${POD_NAMESPACE}.${POD_NAME}",
        "session.timeout.ms": 120_000,
    }
    spec = rendered.one("StatefulSet")["spec"]
    assert (spec["serviceName"], spec["podManagementPolicy"]) == (NAME, "Parallel")
    assert rendered.one("Service")["spec"]["clusterIP"] == "None"
    fields = {each["name"]: each["valueFrom"]["fieldRef"]["fieldPath"] for each in rendered.container["env"]}
    assert fields == {"POD_NAME": "metadata.name", "POD_NAMESPACE": "metadata.namespace"}
    assert rendered.all("Deployment") == []


def test_a_worker_has_no_service(chart: Chart) -> None:
    """It has nothing to serve but its telemetry, and that is scraped by pod."""
    assert chart.render().all("Service") == []


def test_a_digest_goes_before_the_tag(chart: Chart) -> None:
    """What was verified is what runs."""
    digest = "sha256:" + "a" * 64

    image = chart.render({"image": {"repository": "r/c", "tag": "1", "digest": digest}}).container["image"]

    assert image == f"r/c@{digest}"


def test_the_doctor_is_the_test(chart: Chart) -> None:
    """`helm test` runs it with the workers' configuration and secrets, outside of their selector."""
    rendered = chart.render()
    (pod,) = rendered.all("Pod")
    (container,) = pod["spec"]["containers"]
    worker = rendered.container

    assert pod["metadata"]["annotations"]["helm.sh/hook"] == "test"
    # `helm uninstall` knows nothing of it.
    policy = pod["metadata"]["annotations"]["helm.sh/hook-delete-policy"]
    assert policy == "before-hook-creation,hook-succeeded"
    # A warning leaves the release usable: the test's pod says it and succeeds.
    assert container["args"] == ["doctor", "--config", "/etc/bluecore-consumer/config.yaml", "--fail-on", "error"]
    assert all(container[key] == worker[key] for key in ("image", "env", "envFrom", "volumeMounts", "workingDir"))
    selector = rendered.one("Deployment")["spec"]["selector"]["matchLabels"]
    assert not selector.items() <= pod["metadata"]["labels"].items()


def test_what_keeps_a_mesh_out_reaches_the_pods_of_hooks(chart: Chart) -> None:
    """A sidecar would keep the test and the check from ever ending."""
    rendered = chart.render({"podAnnotations": {"inject": "false"}, "podLabels": {"mesh": "none"}})
    (doctor,), (check,) = rendered.all("Pod"), rendered.all("Job")

    for metadata in (doctor["metadata"], check["spec"]["template"]["metadata"]):
        assert metadata["annotations"]["inject"] == "false"
        assert metadata["labels"]["mesh"] == "none"


@pytest.mark.parametrize(
    ("tag", "label"),
    [("1.2.3", "1.2.3"), ("1.2_", "1.2"), ("a" * 62 + "-b", "a" * 62), ("_x", "x"), ("v1+2", "v1_2")],
)
def test_a_tag_that_is_no_label_is_cut(chart: Chart, tag: str, label: str) -> None:
    """A tag may end with what no label's value may, and be twice as long."""
    labels = chart.render({"image": {"tag": tag}}).one("Deployment")["metadata"]["labels"]

    assert labels["app.kubernetes.io/version"] == label


def test_a_secrets_keys_are_its_data(chart: Chart) -> None:
    """A key that is taken out of `stringData` stays in the Secret, and in the pods."""
    values = {"existingSecret": "", "secretData": {"BLUECORE_NAMESPACE": "shop", "LINES": "a\nb: c"}}
    secret = chart.render(values).named("Secret", f"{NAME}-env")

    assert "stringData" not in secret
    assert {key: b64decode(value).decode() for key, value in secret["data"].items()} == values["secretData"]


def test_extra_objects_are_templates(chart: Chart) -> None:
    """They may refer to the release."""
    thing = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-more"}}

    assert chart.render({"extraObjects": [thing]}).named("ConfigMap", "shop-more")
