"""An ASGI application served over real HTTP from a thread of this process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def serve(app: ASGIApp, host: str = "127.0.0.1", port: int = 0, **options: Any) -> Iterator[str]:
    """Serve `app` until the block ends, and give its address, such as `http://127.0.0.1:41234`.

    Args:
        app: the application.
        host: the address to listen on; the loopback unless told otherwise.
        port: the port to listen on; 0 takes a free one.
        **options: further settings of `uvicorn.Config`, such as `ssl_certfile` and `ssl_keyfile`.

    Raises:
        OSError: the port is taken, or the address is not this machine's.
        RuntimeError: the application failed while it started.
    """
    settings: dict[str, Any] = {
        "log_level": "warning",
        "access_log": False,
        "ws": "none",
        "timeout_graceful_shutdown": 1,
    }
    if "ssl_certfile" in options:
        # uvloop's loop does not end while a TLS client keeps its side open.
        settings["loop"] = "asyncio"
    server = uvicorn.Server(uvicorn.Config(app, **(settings | options)))
    # Bound here, not by uvicorn: a taken port is then this caller's error, and the free port is known.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family)
    thread = threading.Thread(target=_run, args=(server, listener), name="serve", daemon=True)
    thread.start()
    try:
        while not server.started:
            thread.join(0.005)
            if not thread.is_alive():
                raise RuntimeError("the application failed while it started: its log says why")
        scheme = "https" if server.config.is_ssl else "http"
        name = f"[{host}]" if ":" in host else host
        yield f"{scheme}://{name}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def _run(server: uvicorn.Server, listener: socket.socket) -> None:
    with suppress(SystemExit):  # how uvicorn says that the application failed while it started
        server.run(sockets=[listener])
