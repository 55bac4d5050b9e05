"""Apicurio Registry itself, with its memory for a store, fetched once from Maven Central into the user's cache."""

from __future__ import annotations

import subprocess
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import requests

from tests.support.maven import ProgramUnavailableError, program
from tests.support.waiting import eventually, free_port

VERSION = "3.0.9"
"""Of those that can be had, the last that runs on the Java that Apache Kafka needs."""
_JAVA = 17
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:2.8:get"
_ARTIFACT = f"io.apicurio:apicurio-registry-app:{VERSION}:tar.gz:all"
_JVM = ("-Xmx400m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


def unavailable() -> str | None:
    """Why Apicurio Registry cannot run on this machine and how to get it; None when it can."""
    try:
        _program()
    except ProgramUnavailableError as error:
        return str(error)
    return None


class Apicurio:
    """A registry on loopback; what it keeps ends with it."""

    def __init__(self, folder: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self._log = folder / "apicurio.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        host, port = "-Dquarkus.http.host=127.0.0.1", f"-Dquarkus.http.port={self.url.rpartition(':')[2]}"
        own = f"-Dquarkus.management.port={free_port()}"
        folder = _program()
        with self._log.open("wb") as out:
            self._process = subprocess.Popen(
                ["java", *_JVM, host, port, own, "-jar", f"apicurio-registry-app-{VERSION}-runner.jar"],
                cwd=folder,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        try:
            eventually(self._answers, 120, f"Apicurio Registry to answer at {self.url}")
        except AssertionError as error:
            self.__exit__()
            raise AssertionError(f"{error}; the end of its log:\n{self._log.read_text()[-2000:]}") from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def create(
        self, artifact: str, content: str, *references: dict[str, str], group: str = "default"
    ) -> tuple[int, int]:
        """Register a version of a schema by the API; its globalId and its contentId."""
        first = {"content": content, "contentType": "application/json", "references": list(references)}
        answer = requests.post(
            f"{self.url}/apis/registry/v3/groups/{group}/artifacts?ifExists=FIND_OR_CREATE_VERSION",
            json={"artifactId": artifact, "artifactType": "AVRO", "firstVersion": {"content": first}},
            timeout=20,
        )
        assert answer.ok, answer.text
        version = answer.json()["version"]
        return version["globalId"], version["contentId"]

    def _answers(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise AssertionError("Apicurio Registry ended while it started")
        try:
            return requests.get(f"{self.url}/apis/registry/v3/system/info", timeout=2).ok
        except requests.RequestException:
            return False


def _program() -> Path:
    """The folder of its jars, filled when it is not there yet.

    Raises:
        ProgramUnavailableError: no Java, no Maven, or no way to Maven's registry.
    """
    return program(f"apicurio-registry-{VERSION}", f"Apicurio Registry {VERSION}", _JAVA, _fetch)


def _fetch(scratch: Path, maven: Callable[[Sequence[str]], None]) -> Path:
    # Alone: this version of the plugin does without the parent POM, which not every mirror has.
    maven([_PLUGIN, f"-Dartifact={_ARTIFACT}", "-Dtransitive=false", f"-Dmaven.repo.local={scratch}/repository"])
    inside = scratch / "program"
    with tarfile.open(next(scratch.rglob(f"*{VERSION}-all.tar.gz"))) as archive:
        archive.extractall(inside, filter="data")
    return inside
