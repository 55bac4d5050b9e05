"""Apache Kafka's jars, fetched once from Maven Central into the user's cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tests.support.maven import program

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


def libraries() -> Path:
    """The folder of Kafka's jars, filled when it is not there yet.

    Raises:
        ProgramUnavailableError: no Java, no Maven, or no way to Maven's registry.
    """
    return program(f"kafka-{VERSION}", f"Apache Kafka {VERSION}", _JAVA, _fetch)


def _fetch(scratch: Path, maven: Callable[[Sequence[str]], None]) -> Path:
    (scratch / "pom.xml").write_text(_POM)
    maven([_PLUGIN, "-DoutputDirectory=libs"])
    return scratch / "libs"
