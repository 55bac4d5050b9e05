"""The worker on parallel-consumer, fetched and compiled once into the cache of this checkout."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from tests.support.maven import ProgramUnavailableError, program

VERSION: Final = "0.5.3.3"
_JAVA: Final = 17
_PLUGIN: Final = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_SOURCE: Final = Path(__file__).with_name("Worker.java")
_CACHE: Final = Path(__file__).parents[3] / ".cache"
_PARTS: Final = {
    "io.confluent.parallelconsumer:parallel-consumer-vertx": VERSION,
    "io.vertx:vertx-web-client": "4.5.7",
    "org.apache.kafka:kafka-clients": "3.9.1",
    "org.apache.avro:avro": "1.12.1",
    "org.slf4j:slf4j-nop": "2.0.17",
}


def worker() -> list[str]:
    """The command that runs it, but for its options: a heap of 512 MB, of which it uses all.

    Raises:
        ProgramUnavailableError: no Java, no compiler of it, no Maven, or no way to Maven's registry.
    """
    mark = sha256(_SOURCE.read_bytes() + repr(_PARTS).encode()).hexdigest()[:12]
    name = f"parallel-consumer-{VERSION}-{mark}"
    folder = program(name, f"parallel-consumer {VERSION}", _JAVA, _fetch, _CACHE)
    return ["java", "-Xmx512m", "-cp", f"{folder}:{folder}/*", "Worker"]


def _fetch(scratch: Path, maven: Callable[[Sequence[str]], None]) -> Path:
    if shutil.which("javac") is None:
        raise ProgramUnavailableError(f"a worker is compiled: install a JDK, such as openjdk-{_JAVA}-jdk-headless")
    (scratch / "pom.xml").write_text(_pom())
    maven([_PLUGIN, "-DoutputDirectory=program"])
    kept = scratch / "program"
    subprocess.run(["javac", "-cp", f"{kept}/*", "-d", str(kept), str(_SOURCE)], check=True, timeout=120)
    return kept


def _pom() -> str:
    parts = "\n".join(
        "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>".format(
            *name.split(":"), version
        )
        for name, version in _PARTS.items()
    )
    return (
        "<project><modelVersion>4.0.0</modelVersion>"
        "<groupId>local</groupId><artifactId>worker</artifactId><version>1</version><packaging>pom</packaging>"
        f"<dependencies>{parts}</dependencies></project>"
    )
