"""The port that Prometheus and Kubernetes ask, over real connections."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import requests
from prometheus_client import CollectorRegistry

from consumer.errors import AddressUnavailable
from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.server import TelemetryServer
from tests.support.waiting import eventually, free_port


class Served:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry)
        self.now = 0.0
        self.health = Health(lambda: self.now)
        self.server = TelemetryServer(self.registry, self.health, "127.0.0.1", 0)

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(f"http://127.0.0.1:{self.server.port}{path}", headers=headers, timeout=5)


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    with served.server:
        yield served


def test_metrics_in_the_text_format(served: Served) -> None:
    answer = served.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert "bluecore_consumer_circuit_open 0.0" in answer.text


def test_metrics_in_the_openmetrics_format_when_asked_for(served: Served) -> None:
    answer = served.get("/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_liveness_turns_with_the_age_of_the_tick(served: Served) -> None:
    assert served.get("/healthz").status_code == 200
    served.now = 1000
    answer = served.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "stalled"


def test_readiness_turns_with_what_the_service_says(served: Served) -> None:
    assert served.get("/readyz").json() == {"status": "not ready", "reason": "starting", "details": {}}
    assert served.get("/readyz").status_code == 503
    served.health.ready(True)
    assert served.get("/readyz").status_code == 200


def test_an_unknown_page_says_which_there_are(served: Served) -> None:
    answer = served.get("/")
    assert answer.status_code == 404
    assert "/healthz" in answer.text


def test_requests_leave_no_line_behind(served: Served, capfd: pytest.CaptureFixture[str]) -> None:
    served.get("/healthz")
    served.get("/nothing")
    with socket.create_connection(("127.0.0.1", served.server.port), timeout=5) as peer:
        peer.sendall(b"nonsense\r\n\r\n")
        peer.recv(100)
    assert capfd.readouterr().err == ""


def test_a_peer_that_says_nothing_holds_up_nobody(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.server.port), timeout=5):
        started = time.monotonic()
        assert served.get("/healthz").status_code == 200
        assert time.monotonic() - started < 5


def test_a_port_in_use_is_refused_in_one_sentence(served: Served) -> None:
    with pytest.raises(AddressUnavailable, match=r"cannot serve .* Address already in use; set telemetry\.host"):
        TelemetryServer(CollectorRegistry(), served.health, "127.0.0.1", served.server.port)


def test_the_port_is_free_again_after_closing() -> None:
    first = TelemetryServer(CollectorRegistry(), Health(time.monotonic), "127.0.0.1", free_port())
    first.close()
    TelemetryServer(CollectorRegistry(), Health(time.monotonic), "127.0.0.1", first.port).close()


def strangers(served: Served, count: int) -> list[socket.socket]:
    return [socket.create_connection(("127.0.0.1", served.server.port), timeout=10) for _ in range(count)]


@pytest.mark.parametrize("start", [b"", b"GET /metrics HTTP/1.0\r\nX-Dripping: "], ids=["idle", "half a request"])
def test_strangers_who_hold_connections_keep_nobody_out(served: Served, start: bytes) -> None:
    """Of 500 connections the oldest are ended, and neither threads nor descriptors pile up."""
    threads = threading.active_count()
    held = strangers(served, 500)
    for each in held:
        with suppress(OSError):
            each.sendall(start)

    assert served.get("/metrics").status_code == 200
    assert served.get("/healthz").status_code == 200
    eventually(lambda: threading.active_count() - threads <= 110, 10, "the threads of those that were ended")

    for each in held:
        each.close()


def test_a_request_has_one_deadline_however_slowly_it_drips(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consumer.telemetry.server._REQUEST_SECONDS", 0.3)
    (dripping,) = strangers(served, 1)
    dripping.sendall(b"GET /metrics HTTP/1.0\r\n")

    def ended() -> bool:
        try:
            dripping.sendall(b"X")
        except OSError:
            return True
        return False

    eventually(ended, 10, "the end of the connection")
    dripping.close()
