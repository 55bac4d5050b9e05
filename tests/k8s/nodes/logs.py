"""`kubectl logs`: the API server asks the node, at the kubelet's port."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

from tests.k8s.nodes.nodes import LOGS_PORT


def log_of(folder: Path, path: str) -> bytes:
    """What the newest pod of a name has written: `/containerLogs/NAMESPACE/POD/CONTAINER`, and a query."""
    parts = path.partition("?")[0].strip("/").split("/")
    if len(parts) != 4 or parts[0] != "containerLogs":
        return b""
    found = folder.glob(f"{parts[1]}_{parts[2]}_????????/{parts[3]}/log")
    newest = max(found, key=lambda file: file.stat().st_mtime, default=None)
    return b"" if newest is None else newest.read_bytes()


def serve_logs(folder: Path, certificate: Path, key: Path) -> None:
    """From a thread of its own, until the process ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = log_of(folder, self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", LOGS_PORT), Handler)
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
