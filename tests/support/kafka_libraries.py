"""Apache Kafka's jars, fetched once from Maven Central into the user's cache."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.support.fetching import cache, one_at_a_time

VERSION = "4.3.1"
_JAVA = 17
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_POM = f"""\
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.25.4</version>
    </dependency>
  </dependencies>
</project>
"""


class KafkaUnavailableError(Exception):
    """Apache Kafka cannot run here; the message says what is missing and how to get it."""


def libraries() -> Path:
    """The folder of Kafka's jars, filled when it is not there yet.

    Raises:
        KafkaUnavailableError: no Java, no Maven, or no way to Maven's registry.
    """
    _require_java()
    folder = cache() / f"kafka-{VERSION}"
    with one_at_a_time(cache()):
        if not folder.is_dir():
            _fetch(folder)
    return folder


def _require_java() -> None:
    advice = f"Apache Kafka {VERSION} needs Java {_JAVA} or newer: install one, such as openjdk-{_JAVA}-jre-headless"
    if shutil.which("java") is None:
        raise KafkaUnavailableError(f"{advice}; there is no `java` on the PATH")
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False, timeout=60).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < _JAVA:
        raise KafkaUnavailableError(f"{advice}; `java -version` says: {said.strip() or 'nothing'}")


def _fetch(folder: Path) -> None:
    if shutil.which("mvn") is None:
        raise KafkaUnavailableError(f"Apache Kafka {VERSION} is fetched by Maven: install `maven`, once")
    # Beside its final place, so that the move is a rename: whoever ends in the middle leaves nothing half-filled.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as scratch:
        (Path(scratch) / "pom.xml").write_text(_POM)
        command = ["mvn", "-q", "-B", "-Dstyle.color=never", _PLUGIN, "-DoutputDirectory=libs"]
        try:
            done = subprocess.run(
                command,
                cwd=scratch,
                capture_output=True,
                text=True,
                check=False,
                timeout=240,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired as slow:
            raise KafkaUnavailableError(f"Maven did not fetch Apache Kafka within {slow.timeout:g} s") from None
        if done.returncode != 0:
            said = re.search(r"\[ERROR\] *(\S.*)", done.stdout)
            why = said[1] if said else done.stderr.strip()
            raise KafkaUnavailableError(f"Maven cannot fetch Apache Kafka; is its registry reachable? It says: {why}")
        (Path(scratch) / "libs").rename(folder)
