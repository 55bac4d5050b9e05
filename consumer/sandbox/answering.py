"""How a request is answered when a fault stands between it and its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.types import Receive, Send

from consumer.sandbox.connection import break_connection, wait_for_disconnect
from consumer.sandbox.injector import Disturbance
from consumer.sandbox.received import Headers

_WITHOUT_BODY = (204, 304)  # RFC 9110, 6.4.1


async def answer(send: Send, status: int, body: bytes, headers: Headers = ()) -> None:
    """Answer with JSON, and with no body where HTTP has none."""
    sent = list(headers)
    if status in _WITHOUT_BODY:
        body = b""
    else:
        sent += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})


async def delay(disturbance: Disturbance) -> None:
    """Let the time pass that the answer takes."""
    if disturbance.delay_seconds:
        await asyncio.sleep(disturbance.delay_seconds)


async def give_no_answer(
    receive: Receive, send: Send, disturbance: Disturbance, hang_seconds: float, closing: Callable[[], bool]
) -> None:
    """Break the connection, of a hang after so many seconds, or as soon as the sandbox is `closing`."""
    if disturbance.step == "hang":
        await wait_for_disconnect(receive, hang_seconds, closing)
    await break_connection(receive, send)
