"""A container has the variables and the files that its pod says."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from tests.k8s.nodes.api import Object
from tests.k8s.nodes.environment import Missing, environment, mounts

THERE = {
    ("secrets", "bluecore"): {"data": {"TOKEN": base64.b64encode(b"shop").decode()}},
    ("configmaps", "config"): {"data": {"config.yaml": "kafka: {}"}},
}
FIELDS = {"metadata.name": "events-0", "metadata.namespace": "shop"}


def look(plural: str, name: str) -> Object | None:
    return THERE.get((plural, name))


def test_variables_come_from_secrets_fields_and_each_other() -> None:
    """What is named comes over what a source brings along."""
    spec = {
        "envFrom": [{"secretRef": {"name": "bluecore"}}, {"configMapRef": {"name": "gone", "optional": True}}],
        "env": [
            {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "WHO", "value": "$(POD) of $(NOBODY)"},
            {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "bluecore", "key": "TOKEN"}}},
            {"name": "NONE", "valueFrom": {"secretKeyRef": {"name": "bluecore", "key": "NO", "optional": True}}},
        ],
    }
    expected = {"TOKEN": "shop", "POD": "events-0", "WHO": "events-0 of $(NOBODY)", "KEY": "shop"}
    assert environment(spec, FIELDS, look) == expected


@pytest.mark.parametrize(
    ("spec", "named"),
    [
        ({"envFrom": [{"secretRef": {"name": "gone"}}]}, 'secrets "gone"'),
        ({"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "bluecore", "key": "NO"}}}]}, "key NO"),
    ],
)
def test_what_is_missing_is_named(spec: Object, named: str) -> None:
    with pytest.raises(Missing, match=named):
        environment(spec, FIELDS, look)


def test_volumes_lie_where_they_are_mounted(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("files are given to another user: that takes root")
    pod = {
        "volumes": [
            {"name": "config", "configMap": {"name": "config", "defaultMode": 0o440}},
            {"name": "tmp", "emptyDir": {}},
        ]
    }
    spec = {"volumeMounts": [{"name": "config", "mountPath": "/etc/a"}, {"name": "tmp", "mountPath": "/tmp"}]}  # noqa: S108 - a volume of the pod
    config, tmp = mounts(pod, spec, tmp_path, look)
    assert (config.target, config.writable, tmp.target, tmp.writable) == ("/etc/a", False, "/tmp", True)  # noqa: S108
    file = config.source / "config.yaml"
    assert (file.read_text(), file.stat().st_mode & 0o777, file.stat().st_gid) == ("kafka: {}", 0o440, 10001)
