"""What HTTP has no word for: breaking a connection without an answer, and holding one without an answer."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable

from starlette.types import Receive, Send

_LOOK_SECONDS = 0.1


async def break_connection(receive: Receive, send: Send) -> None:
    """Break the connection under a request, with a TCP reset, and return when it is gone.

    ASGI cannot ask for that. uvicorn's `send` is a method of the request's cycle, which holds the
    transport; so this works only where no middleware has wrapped `send`.
    """
    transport: asyncio.Transport = send.__self__.transport  # type: ignore[attr-defined]
    if not transport.is_closing():
        with contextlib.suppress(OSError):  # the client may have left
            # No lingering makes closing a reset rather than a polite end.
            linger = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


async def wait_for_disconnect(receive: Receive, seconds: float, closing: Callable[[], bool]) -> None:
    """Wait until the client has left, `seconds` have passed, or the sandbox is `closing`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    left = asyncio.ensure_future(receive())
    while not left.done() and not closing() and (rest := deadline - loop.time()) > 0:
        await asyncio.wait({left}, timeout=min(rest, _LOOK_SECONDS))
    left.cancel()
