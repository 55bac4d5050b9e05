"""The sandbox as a command, in a process of its own."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from consumer.sandbox.run import run_sandbox
from consumer.sandbox.settings import SandboxSettings

COMMAND = """
import sys
from consumer.sandbox.run import run_sandbox
from consumer.sandbox.settings import SandboxSettings
sys.exit(run_sandbox(SandboxSettings(), port=0))
"""


@contextmanager
def started() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the line it printed."""
    command = [sys.executable, "-W", "error", "-c", COMMAND]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_ends_cleanly_on_a_signal(sign: signal.Signals) -> None:
    with started() as (process, line):
        page, api = [word for word in line.split() if word.startswith("http")]
        assert requests.get(page, timeout=10).status_code == 200
        assert requests.post(api, data=b"{", timeout=10).status_code == 500
        with requests.get(page + "_stream", stream=True, timeout=10):
            process.send_signal(sign)
            assert process.wait(timeout=10) == 0
        assert process.stderr
        assert process.stderr.read() == ""


def test_a_taken_port_is_a_sentence_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run_sandbox(SandboxSettings(), port=port) == 2
    told = capsys.readouterr().err
    assert f"127.0.0.1:{port}: Address already in use" in told
    assert "--port" in told
