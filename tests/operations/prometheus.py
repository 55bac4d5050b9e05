"""Prometheus and Alertmanager, as Debian packs them, fetched once into the user's cache; no installation, no root."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.support.fetching import cache, one_at_a_time
from tests.support.waiting import eventually, free_port

_FETCH_SECONDS = 180
_ALERTMANAGER = frozenset({"prometheus-alertmanager", "amtool"})


class PrometheusUnavailableError(Exception):
    """Prometheus cannot run here; the message says why."""


def program(name: str) -> Path:
    """`prometheus`, `promtool`, `prometheus-alertmanager` or `amtool`: the installed one, else the cached one.

    Raises:
        PrometheusUnavailableError: it is not there, and cannot be fetched.
    """
    if (installed := shutil.which(name)) is not None:
        return Path(installed)
    package = "prometheus-alertmanager" if name in _ALERTMANAGER else "prometheus"
    folder = cache() / package
    found = folder / "usr" / "bin" / name
    with one_at_a_time(cache()):
        if not folder.is_dir():
            _fetch(package, folder)
    if not found.is_file():
        raise PrometheusUnavailableError(f"Debian's package {package} has no {name} here: install it on the PATH")
    return found


def _fetch(package: str, folder: Path) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise PrometheusUnavailableError("Prometheus is not installed, and this is no Debian to fetch it from")
    # Beside its final place, so that the move is a rename: whoever ends in the middle leaves nothing half-filled.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as scratch:
        _run("apt-get", "download", package, folder=scratch)
        (archive,) = Path(scratch).glob(f"{package}_*.deb")
        unpacked = Path(scratch) / "unpacked"
        _run("dpkg-deb", "-x", str(archive), str(unpacked), folder=scratch)
        unpacked.rename(folder)


def _run(*command: str, folder: str) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=_FETCH_SECONDS
        )
    except subprocess.TimeoutExpired as slow:
        raise PrometheusUnavailableError(f"{command[0]} did not end within {slow.timeout:g} s") from None
    if done.returncode != 0:
        raise PrometheusUnavailableError(
            f"{' '.join(command[:2])} failed; try `apt-get update`. It says: {done.stderr.strip()[-300:]}"
        )


class Prometheus:
    """A running server's HTTP API."""

    def __init__(self, url: str) -> None:
        self._url = url

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The samples of an instant query, now.

        Raises:
            AssertionError: the query is refused; with what Prometheus says.
        """
        answer = requests.post(f"{self._url}/api/v1/query", data={"query": expression}, timeout=30).json()
        assert answer["status"] == "success", f"{expression}: {answer.get('error')}"
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def query_range(self, expression: str, start: float, end: float, step: float) -> list[dict[str, Any]]:
        """The series of a query between two times, in seconds since the epoch.

        Raises:
            AssertionError: the query is refused; with what Prometheus says.
        """
        asked = {"query": expression, "start": str(start), "end": str(end), "step": str(step)}
        answer = requests.post(f"{self._url}/api/v1/query_range", data=asked, timeout=30).json()
        assert answer["status"] == "success", f"{expression}: {answer.get('error')}"
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def ready(self) -> bool:
        """Whether it answers."""
        try:
            return requests.get(f"{self._url}/-/ready", timeout=2).ok
        except requests.RequestException:
            return False

    def firing(self) -> list[dict[str, str]]:
        """The labels of each alert that fires."""
        answer = requests.get(f"{self._url}/api/v1/alerts", timeout=30).json()
        return [alert["labels"] for alert in answer["data"]["alerts"] if alert["state"] == "firing"]

    def rules(self) -> dict[str, str]:
        """By name, the health of each alert and recording rule that was evaluated."""
        answer = requests.get(f"{self._url}/api/v1/rules", timeout=30).json()
        return {rule["name"]: rule["health"] for group in answer["data"]["groups"] for rule in group["rules"]}


@contextmanager
def running(folder: Path, config: Mapping[str, Any]) -> Iterator[Prometheus]:
    """A Prometheus that keeps its data in a folder."""
    port = free_port()
    (folder / "prometheus.yaml").write_text(json.dumps(config))
    command = [
        str(program("prometheus")),
        f"--config.file={folder / 'prometheus.yaml'}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        prometheus = Prometheus(f"http://127.0.0.1:{port}")
        eventually(prometheus.ready, 60, "Prometheus to be ready")
        yield prometheus
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def scraping(target_port: int, rules: Path, folder: Path) -> Iterator[Prometheus]:
    """A Prometheus that scrapes one port of loopback every second, and evaluates the rules."""
    targets = [{"targets": [f"127.0.0.1:{target_port}"]}]
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "2s"},
        "rule_files": [str(rules)],
        "scrape_configs": [{"job_name": "bluecore-consumer", "static_configs": targets}],
    }
    with running(folder, config) as prometheus:
        yield prometheus
