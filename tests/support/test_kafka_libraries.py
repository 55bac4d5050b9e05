"""Where Apache Kafka cannot be had, its tests are skipped with a sentence on how to get it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.apache_kafka import unavailable

pytestmark = pytest.mark.kafka  # Java is started to be asked for its version


def test_without_java_the_sentence_names_a_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A reader of the skip knows what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))

    assert "install one, such as openjdk-17-jre-headless" in (unavailable() or "")


def test_without_maven_only_an_empty_cache_is_a_lack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Maven is needed once."""
    java = shutil.which("java")
    if java is None:
        pytest.skip("needs Java")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").symlink_to(Path(java).resolve())
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert "install `maven`" in (unavailable() or "")
    (tmp_path / "bluecore-consumer" / "kafka-4.3.1").mkdir(parents=True)
    assert unavailable() is None


def test_without_the_registry_maven_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing half-filled stays in the cache, so the next run tries again."""
    if shutil.which("java") is None:
        pytest.skip("needs Java")
    maven = tmp_path / "mvn"
    maven.write_text("#!/bin/sh\necho '[ERROR] '\necho '[ERROR] Unknown host'\nexit 1\n")
    maven.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    assert (unavailable() or "").endswith("is its registry reachable? It says: Unknown host")
    assert list((tmp_path / "cache" / "bluecore-consumer").iterdir()) == []
