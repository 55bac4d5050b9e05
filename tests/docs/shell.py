"""The reader's shell: a page's commands are typed as they stand there."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from tests.support.markdown import Block
from tests.support.waiting import eventually, free_port

_ENDLESS = re.compile("^bluecore-consumer (run|sandbox)", re.MULTILINE)


def installed() -> dict[str, str]:
    """The environment in which the command is found, and nothing else is set."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "PYTHONPATH": os.environ.get("PYTHONPATH", "")}


@dataclass
class Shell:
    """A shell in a folder. Leaving the block kills what still runs.

    The ports of the pages, 8090 and 8000, are others here, since tests run side by side.
    """

    folder: Path
    environment: dict[str, str]
    ports: Mapping[str, str] = field(default_factory=lambda: {"8090": str(free_port()), "8000": str(free_port())})
    _started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.environment["BLUECORE_CONSUMER__TELEMETRY__PORT"] = self.ports["8000"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._started:
            process.kill()
            process.wait()

    def follow(self, blocks: Iterable[Block]) -> None:
        """Write the files of the blocks and run their commands, from top to bottom.

        A command that runs until it is stopped is left running once it answers.
        """
        for block in blocks:
            if block.file:
                (self.folder / block.file).write_text(self.here(block.text))
            if block.language != "sh":
                continue
            script = self.here(block.text)
            endless = _ENDLESS.search(script)
            if endless is None:
                self.run(script)
            else:
                self._start(script)
                self._await_answer("8000" if endless[1] == "run" else "8090")

    def here(self, text: str) -> str:
        """The text with this shell's ports in place of the pages'."""
        text = re.sub("|".join(self.ports), lambda match: self.ports[match[0]], text)
        return text.replace("consumer sandbox", f"consumer sandbox --port {self.ports['8090']}")

    def run(self, script: str) -> str:
        """What the script writes to stdout.

        Raises:
            AssertionError: a command of it failed; with all that was written.
        """
        done = run(script, self.folder, self.environment)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout

    def stop(self) -> list[int]:
        """Stop what runs, the last started first; give the exit codes."""
        return [_stop(process) for process in reversed(self._started)]

    def _start(self, script: str) -> None:
        *before, last = script.strip().splitlines()
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                ["sh", "-euc", "\n".join([*before, f"exec {last}"])],
                cwd=self.folder,
                env=self.environment,
                stderr=log,
            )
        self._started.append(process)

    def _await_answer(self, port: str) -> None:
        process = self._started[-1]

        def answers() -> bool:
            assert process.poll() is None, f"it has ended: {(self.folder / 'log').read_text()}"
            try:
                status = requests.get(f"http://127.0.0.1:{self.ports[port]}/readyz", timeout=2).status_code
            except requests.RequestException:
                return False
            return status in {200, 404}

        eventually(answers, 40, f"port {self.ports[port]} to answer")


def run(script: str, folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The script, run to its end in the folder."""
    return subprocess.run(
        ["sh", "-euc", script],
        cwd=folder,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def exactly(document: str) -> Any:
    """Objects with the order of their keys, numbers with their digits."""
    return json.loads(document, parse_float=lambda text: ("number", text), object_pairs_hook=tuple)


def _stop(process: subprocess.Popen[bytes]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(40)
