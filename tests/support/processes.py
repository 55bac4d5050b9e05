"""The service as its users run it: a process of its own, with signals, a telemetry port and logs."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import requests
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from tests.support.waiting import eventually

CONSUMER = (sys.executable, "-m", "consumer")


class ServiceProcess:
    """`python -m consumer run --config FILE`; leaving the block kills it if it still runs.

    What it wrote is in `stdout` and `stderr`, files beside the configuration. `port` is its telemetry port.
    """

    def __init__(
        self, config: Path, port: int, *, command: Sequence[str] = CONSUMER, env: Mapping[str, str] | None = None
    ) -> None:
        self.stdout = config.with_suffix(".stdout")
        self.stderr = config.with_suffix(".stderr")
        self.port = port
        self._url = f"http://127.0.0.1:{port}"
        with self.stdout.open("ab") as out, self.stderr.open("ab") as err:
            self._process = subprocess.Popen(
                [*command, "run", "--config", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=env,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; minus the signal's number when one ended it."""
        return self._process.poll()

    @property
    def ready(self) -> bool:
        """Whether `/readyz` answers 200."""
        try:
            return requests.get(f"{self._url}/readyz", timeout=2).ok
        except requests.RequestException:
            return False

    def wait_ready(self, seconds: float = 30) -> Self:
        """Return when `/readyz` answers 200.

        Raises:
            AssertionError: the service ended, or was not ready within `seconds`; with what it wrote.
        """
        try:
            eventually(self._ready_or_gone, seconds, f"{self._url}/readyz to answer 200")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.written()}") from None
        return self

    def send(self, sign: signal.Signals) -> None:
        self._process.send_signal(sign)

    def terminate(self, seconds: float = 30, *, sign: signal.Signals = signal.SIGTERM) -> int:
        """SIGTERM, or another signal; wait for the orderly end and give the exit code.

        Raises:
            AssertionError: it still runs after `seconds`; with what it wrote.
        """
        self.send(sign)
        return self.wait(seconds)

    def kill(self) -> None:
        """SIGKILL, as a machine's failure would: no time to commit or to leave the group."""
        self._process.kill()
        self._process.wait()

    def wait(self, seconds: float = 30) -> int:
        """Wait until it ends by itself and give the exit code.

        Raises:
            AssertionError: it still runs after `seconds`; with what it wrote.
        """
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the service still runs after {seconds:g} s\n{self.written()}") from None

    def metrics(self) -> dict[str, list[Sample]]:
        """The samples that `/metrics` shows, by their names."""
        page = requests.get(f"{self._url}/metrics", timeout=5)
        page.raise_for_status()
        samples: dict[str, list[Sample]] = {}
        for family in text_string_to_metric_families(page.text):
            for sample in family.samples:
                samples.setdefault(sample.name, []).append(sample)
        return samples

    def metric(self, name: str, **labels: str) -> float:
        """The sum over the samples with this name and these labels; 0 when there is none."""
        samples = self.metrics().get(name, [])
        return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())

    def logs(self, level: str = "") -> list[dict[str, Any]]:
        """The log lines so far, each a JSON object; with a `level`, those of it alone."""
        lines = [json.loads(line) for line in self.stderr.read_text().splitlines()]
        return [line for line in lines if level in ("", line["level"])]

    def probe(self, path: str) -> requests.Response:
        """The answer of `/healthz` or `/readyz`."""
        return requests.get(f"{self._url}{path}", timeout=5)

    def written(self) -> str:
        """The end of what the service wrote, for a failing test's message."""
        return "\n".join(f"--- {path.name}\n{path.read_text()[-4000:]}" for path in (self.stdout, self.stderr))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.exit_code is None:
            self.kill()

    def _ready_or_gone(self) -> bool:
        if self.exit_code is not None:
            raise AssertionError(f"the service ended with {self.exit_code} before it was ready")
        return self.ready
