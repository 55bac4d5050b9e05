"""One port for Prometheus and the probes: `/metrics`, `/healthz`, `/readyz`."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from itertools import islice, takewhile
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, Self
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import orjson
from prometheus_client import CollectorRegistry, make_wsgi_app

from consumer.errors import AddressUnavailable
from consumer.telemetry.health import Health, ProbeResult

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

_MOST_CONNECTIONS = 100
_REQUEST_SECONDS = 10.0
_NO_DESCRIPTOR_SECONDS = 0.1
_CLOSED_WITHIN_SECONDS = 0.05
"""The end of a service waits for it: socketserver's own half a second is most of an orderly stop."""


def telemetry_app(registry: CollectorRegistry, health: Health) -> WsgiApp:
    """The three pages as a WSGI application."""
    metrics: WsgiApp = make_wsgi_app(registry)
    probes: dict[str, Callable[[], ProbeResult]] = {"/healthz": health.liveness, "/readyz": health.readiness}

    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            return metrics(environ, start_response)
        probe = probes.get(path)
        if probe is None:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"/metrics, /healthz and /readyz are here\n"]
        result = probe()
        status = "200 OK" if result.ok else "503 Service Unavailable"
        start_response(status, [("Content-Type", "application/json")])
        return [orjson.dumps(result.body, option=orjson.OPT_APPEND_NEWLINE)]

    return app


class _Handler(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Probes come every few seconds: no line for each."""


class _Server(ThreadingMixIn, WSGIServer):
    """Bounds what strangers can hold: so many connections, each for so long; for another one the oldest goes."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int]) -> None:
        self._opened: dict[socket.socket, float] = {}  # the oldest first
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        try:
            return super().get_request()
        except OSError:
            self._shut(len(self._opened) // 2)
            # Most likely no descriptor is left: the peer still waits, and until one is free the loop would spin.
            time.sleep(_NO_DESCRIPTOR_SECONDS)
            raise

    def process_request(self, request: Any, client_address: Any) -> None:
        self._shut(len(self._opened) + 1 - _MOST_CONNECTIONS)
        with self._lock:
            self._opened[request] = time.monotonic()
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._opened.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Is called several times a second: a request has one deadline, however slowly it drips."""
        since = time.monotonic() - _REQUEST_SECONDS
        with self._lock:
            late = sum(1 for _ in takewhile(lambda opened: opened < since, self._opened.values()))
        self._shut(late)

    def _shut(self, count: int) -> None:
        """Ends the oldest connections; their threads find out, and close them."""
        with self._lock:
            oldest = list(islice(self._opened, max(0, count)))
            for each in oldest:
                del self._opened[each]
        for each in oldest:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def server_bind(self) -> None:
        # HTTPServer's own looks its name up in the DNS, which can hold up the start for seconds.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, *_args: object) -> None:
        """A probe that hangs up early is no fault of ours."""


class TelemetryServer:
    """Serves the pages from daemon threads until `close`. Also a context manager."""

    def __init__(self, registry: CollectorRegistry, health: Health, host: str, port: int) -> None:
        """Begin to serve; port 0 takes a free one.

        Raises:
            AddressUnavailable: the address cannot be had.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        server_class = type("_FamilyServer", (_Server,), {"address_family": family})
        try:
            self._server: _Server = server_class((host, port))
        except OSError as error:
            cause = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
            raise AddressUnavailable(
                f"cannot serve metrics and health on {host}:{port}: {cause};"
                " set telemetry.host and telemetry.port to an address that is free on this machine"
            ) from None
        self._server.set_app(telemetry_app(registry, health))
        serve = partial(self._server.serve_forever, _CLOSED_WITHIN_SECONDS)
        self._thread = threading.Thread(target=serve, name="telemetry", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port in use: the one given, or the one that the system chose for 0."""
        return self._server.server_port

    def close(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()
