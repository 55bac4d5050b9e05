"""What a container is given: its environment, and the files that lie in its volumes."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.k8s.nodes.api import Object

USER: Final = 10001
_SOURCES: Final = {"secretRef": "secrets", "configMapRef": "configmaps"}
_KEYS: Final = {"secretKeyRef": "secrets", "configMapKeyRef": "configmaps"}
_VOLUMES: Final = {"configMap": ("configmaps", "name"), "secret": ("secrets", "secretName")}
_VARIABLE: Final = re.compile(r"\$\(([^)]+)\)")
Look = Callable[[str, str], Object | None]
"""A ConfigMap or a Secret by its plural and its name; None where there is none."""


class Missing(LookupError):
    """A container cannot begin before this is there."""


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder of the machine, and where the container has it."""

    source: Path
    target: str
    writable: bool


def data(look: Look, plural: str, name: str, *, optional: bool) -> dict[str, str]:
    """The keys of a ConfigMap or a Secret.

    Raises:
        Missing: it is not there, and not optional.
    """
    found = look(plural, name)
    if found is None:
        if optional:
            return {}
        raise Missing(f'{plural} "{name}" not found')
    values: dict[str, str] = found.get("data") or {}
    if plural == "configmaps":
        return values
    return {key: base64.b64decode(value).decode() for key, value in values.items()}


def environment(spec: Object, fields: Mapping[str, str], look: Look) -> dict[str, str]:
    """The variables of a container.

    Args:
        spec: the container's.
        fields: what `fieldRef` may name, by its path.
        look: finds ConfigMaps and Secrets.

    Raises:
        Missing: one of those, or a key of it, is not there.
    """
    found: dict[str, str] = {}
    for source in spec.get("envFrom", []):
        for kind, plural in _SOURCES.items():
            if kind in source:
                values = data(look, plural, source[kind]["name"], optional=source[kind].get("optional", False))
                found.update({source.get("prefix", "") + key: value for key, value in values.items()})
    for each in spec.get("env", []):
        value = _value(each, found, fields, look)
        if value is not None:
            found[each["name"]] = value
    return found


def _value(each: Object, before: Mapping[str, str], fields: Mapping[str, str], look: Look) -> str | None:
    origin = each.get("valueFrom")
    if origin is None:
        return _VARIABLE.sub(lambda name: before.get(name[1], name[0]), each.get("value", ""))
    if "fieldRef" in origin:
        return fields[origin["fieldRef"]["fieldPath"]]
    for kind, plural in _KEYS.items():
        if kind in origin:
            optional = origin[kind].get("optional", False)
            values = data(look, plural, origin[kind]["name"], optional=optional)
            if origin[kind]["key"] in values:
                return values[origin[kind]["key"]]
            if not optional:
                raise Missing(f"couldn't find key {origin[kind]['key']} in {plural} {origin[kind]['name']}")
    return None


def mounts(pod: Object, spec: Object, folder: Path, look: Look) -> list[Mount]:
    """Fills the volumes of a container, and says where they go.

    Args:
        pod: the pod's spec.
        spec: the container's.
        folder: of the pod, for its volumes.
        look: finds ConfigMaps and Secrets.

    Raises:
        Missing: one of those is not there.
    """
    volumes = {each["name"]: each for each in pod.get("volumes", [])}
    found = []
    for mount in spec.get("volumeMounts", []):
        volume, source = volumes[mount["name"]], folder / "volumes" / mount["name"]
        source.mkdir(parents=True, exist_ok=True)
        for kind, (plural, name) in _VOLUMES.items():
            if kind in volume:
                values = data(look, plural, volume[kind][name], optional=volume[kind].get("optional", False))
                _write(source, values, volume[kind].get("defaultMode", 0o644))
        if "emptyDir" in volume:
            os.chown(source, USER, USER)
        found.append(Mount(source, mount["mountPath"], "emptyDir" in volume and not mount.get("readOnly")))
    return found


def _write(folder: Path, values: Mapping[str, str], mode: int) -> None:
    for name, text in values.items():
        file = folder / name
        file.write_text(text)
        os.chown(file, 0, USER)
        file.chmod(mode)
