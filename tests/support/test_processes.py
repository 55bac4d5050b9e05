"""The process helper, on a stand-in for the service."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.support.processes import ServiceProcess
from tests.support.waiting import free_port

STAND_IN = """
import http.server, signal, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'# TYPE done counter\\ndone_total{kind="a",of="x"} 2\\ndone_total{kind="b",of="x"} 3\\n')
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
print("listening", flush=True)
http.server.HTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
"""


@pytest.fixture
def stand_in(tmp_path: Path) -> ServiceProcess:
    port = free_port()
    script = STAND_IN.replace("PORT", str(port))
    return ServiceProcess(tmp_path / "config.yaml", port, command=(sys.executable, "-c", script))


def test_a_process_is_followed_from_ready_to_its_exit(stand_in: ServiceProcess) -> None:
    """Its output is in files, its metrics can be summed over labels, SIGTERM gives its exit code."""
    with stand_in:
        stand_in.wait_ready()

        assert stand_in.metric("done_total", kind="b") == 3
        assert stand_in.metric("done_total", of="x") == 5
        assert stand_in.metric("absent_total") == 0
        assert stand_in.terminate() == 7
        assert stand_in.stdout.read_text() == "listening\n"


def test_a_kill_leaves_no_time_for_anything(stand_in: ServiceProcess) -> None:
    """SIGKILL shows in the exit code, so a chaos test can tell it from an orderly end."""
    with stand_in:
        stand_in.wait_ready().kill()

    assert stand_in.exit_code == -signal.SIGKILL


def test_a_process_that_ends_early_is_reported_with_its_words(tmp_path: Path) -> None:
    """A test that waits for readiness fails at once, and its message shows why the service ended."""
    command = (sys.executable, "-c", "import sys; sys.exit('no broker')")

    with (
        ServiceProcess(tmp_path / "config.yaml", free_port(), command=command) as process,
        pytest.raises(AssertionError, match=r"ended with 1 before it was ready(.|\n)*no broker"),
    ):
        process.wait_ready()
