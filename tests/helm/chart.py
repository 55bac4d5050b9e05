"""The chart as Helm renders it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from tests.helm.documents import CHART

EXAMPLES = sorted((CHART / "examples").glob("*.yaml"))
RELEASE = "shop"
NAME = f"{RELEASE}-bluecore-consumer"

# The loader in C, where PyYAML has it: the tests read some thousands of documents.
LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Values = Mapping[str, Any]
Object = dict[str, Any]


@dataclass(frozen=True)
class Rendered:
    """What `helm template` gave: the objects, in Helm's order."""

    text: str
    objects: tuple[Object, ...]

    def all(self, kind: str) -> list[Object]:
        return [each for each in self.objects if each["kind"] == kind]

    def one(self, kind: str) -> Object:
        """The release's own object of the kind; its ConfigMaps and Pods may have others beside them, by suffix."""
        return self.named(kind, NAME)

    def named(self, kind: str, name: str) -> Object:
        """The object of the kind and name."""
        named = [each for each in self.all(kind) if each["metadata"]["name"] == name]
        assert len(named) == 1, f"{len(named)} of the kind {kind} are named {name}"
        return named[0]

    @property
    def mounted(self) -> Object:
        """What the workers have in their folder, by file."""
        (files,) = [each["data"] for each in self.all("ConfigMap") if each.get("immutable")]
        found: Object = files
        return found

    @property
    def config(self) -> str:
        """The service's configuration file."""
        text: str = self.mounted["config.yaml"]
        return text

    @property
    def settings(self) -> Object:
        """The same, parsed."""
        (settings,) = objects_in(self.config)
        return settings

    @property
    def pod(self) -> Object:
        """The spec of the worker's pods, a Deployment's or a StatefulSet's."""
        (workload,) = [each for each in self.objects if each["kind"] in {"Deployment", "StatefulSet"}]
        spec: Object = workload["spec"]["template"]["spec"]
        return spec

    @property
    def container(self) -> Object:
        """The worker's own container."""
        container: Object = self.pod["containers"][0]
        return container


@dataclass(frozen=True)
class Chart:
    """The chart under one version of Helm. Values are laid over `base`, an example file."""

    helm: Path
    base: Path = CHART / "examples" / "minimal.yaml"
    folder: Path = CHART

    def render(self, values: Values | None = None) -> Rendered:
        """Render it.

        Raises:
            AssertionError: Helm refuses the values; with what it says.
        """
        done = self._template(values or {})
        assert done.returncode == 0, done.stderr
        return Rendered(done.stdout, objects_in(done.stdout))

    def refusal(self, values: Values) -> str:
        """What Helm says when it refuses these values; in one line.

        Raises:
            AssertionError: it takes them.
        """
        done = self._template(values)
        assert done.returncode != 0, f"Helm takes {values}"
        return " ".join(done.stderr.split())

    def of(self, base: Path) -> Chart:
        """The same with another file of values to start from."""
        return replace(self, base=base)

    def run(self, command: str, *arguments: str, values: Values | None = None) -> subprocess.CompletedProcess[str]:
        """Another of Helm's commands on the chart and these values."""
        return _run(self.helm, (command, *arguments), self.base, json.dumps(dict(values or {})))

    def _template(self, values: Values) -> subprocess.CompletedProcess[str]:
        return self.run("template", RELEASE, str(self.folder), values=values)


def objects_in(text: str) -> tuple[Object, ...]:
    """What Helm has printed, parsed."""
    return tuple(each for each in yaml.load_all(text, LOADER) if each)


@cache
def _run(helm: Path, command: tuple[str, ...], base: Path, values: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(helm), *command, "--values", str(base), "--values", "-"],
        input=values,
        env={**os.environ, "GOGC": "off"},  # it ends before its garbage matters
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
