"""The Events API itself: one POST, judged by the contract, disturbed as asked, answered, remembered.

A plain ASGI function without a router before it: this is the path that carries the load.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from consumer.sandbox.connection import break_connection, gone
from consumer.sandbox.contract import MAX_BODY_BYTES, Rule, Violation, violations
from consumer.sandbox.received import Outcome, Received

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send

    from consumer.sandbox.injector import Disturbance, Faults
    from consumer.sandbox.settings import SandboxSettings
    from consumer.sandbox.store import Store

Headers = tuple[tuple[bytes, bytes], ...]

_ACCEPTED = 202
_MOST_NAME = 200
_FAULT_BODY = b'{"error":"A fault that the sandbox was asked for."}'
_NAMESPACE = Violation("properties.token", Rule.TOKEN, "This is not the namespace of the account.")
_KEY = Violation("", Rule.API_KEY, "The API key is missing or wrong.")
_TOO_LARGE = Violation("", Rule.SIZE, f"The body is larger than {MAX_BODY_BYTES // 1000} KB.")
_NO_JSON = Violation("", Rule.JSON, "The body is no JSON.")


class _Verdict(NamedTuple):
    status: int
    violations: tuple[Violation, ...] = ()
    event: str = ""
    distinct_id: str = ""
    properties: dict[str, Any] | None = None


class EventsApi:
    """The endpoint as an ASGI application; `closing` tells it to let go of the requests that it holds."""

    def __init__(self, settings: SandboxSettings, store: Store, faults: Faults, closing: Callable[[], bool]) -> None:
        self._settings = settings
        self._store = store
        self._faults = faults
        self._closing = closing
        self._key_header = settings.api_key_header.lower().encode()
        self._key = f"{settings.api_key_prefix}{settings.api_key}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await _answer(send, 405, b'{"error":"Events are sent by POST."}', ((b"allow", b"POST"),))
            return
        body, complete = await _read(receive)
        if not complete:
            return
        headers = tuple(scope["headers"])
        verdict = self._judge(headers, body)
        # Decided and remembered at once, in the order of arrival; only the answer takes its time.
        disturbance = self._remember(headers, body, verdict)
        if disturbance.delay_seconds:
            await asyncio.sleep(disturbance.delay_seconds)
        if isinstance(disturbance.step, int):
            await _answer(send, disturbance.step, _FAULT_BODY, disturbance.headers)
        elif disturbance.step is None:
            await _answer(send, verdict.status, _explain(verdict), disturbance.headers)
        else:
            if disturbance.step == "hang":
                await gone(receive, self._faults.plan.hang_seconds, self._closing)
            await break_connection(receive, send)

    def _judge(self, headers: Headers, body: bytes | None) -> _Verdict:
        if body is None:
            return _Verdict(413, (_TOO_LARGE,))
        try:
            document = orjson.loads(body)
        except ValueError:
            # So Bluecore has been seen to answer (third-party survey).
            return _Verdict(500, (_NO_JSON,))
        event, properties = _parts(document)
        named = _Verdict(202, (), _name(event), _name(properties.get("distinct_id")), properties)
        if self._settings.api_key and (self._key_header, self._key) not in headers:
            return named._replace(status=401, violations=(_KEY,))
        token = properties.get("token")
        if self._settings.namespace and token and token != self._settings.namespace:
            return named._replace(status=401, violations=(_NAMESPACE,))
        found = tuple(violations(document, strict=True, linked=self._store.profiles.links))
        if refused := tuple(each for each in found if self._settings.strict or not each.silent):
            return named._replace(status=400, violations=refused)
        return named._replace(violations=found)

    def _remember(self, headers: Headers, body: bytes | None, verdict: _Verdict) -> Disturbance:
        key = next((value for name, value in headers if name == b"idempotency-key"), b"").decode("latin-1")
        disturbance = self._faults.next(verdict.distinct_id, key)
        step, usual = disturbance.step, disturbance.step in (None, "lost")
        outcome = Outcome.FAULT
        if usual:
            outcome = Outcome.ACCEPTED if verdict.status == _ACCEPTED else Outcome.REFUSED
        received = Received(
            number=self._store.number + 1,
            at_ms=time.time_ns() // 1_000_000,
            event=verdict.event,
            distinct_id=verdict.distinct_id,
            outcome=outcome,
            status=verdict.status if step is None else step if isinstance(step, int) else None,
            violations=verdict.violations if usual else (),
            fault=f"{disturbance.cause}: {step}" if step else "",
            idempotency_key=key,
            duplicate=outcome is Outcome.ACCEPTED and self._store.accepted_before(key),
            headers=headers,
            body=body or b"",
        )
        self._store.add(received, verdict.properties)
        return disturbance


def _parts(document: object) -> tuple[object, dict[str, Any]]:
    if not isinstance(document, dict):
        return None, {}
    properties = document.get("properties")
    return document.get("event"), properties if isinstance(properties, dict) else {}


def _name(value: object) -> str:
    return value[:_MOST_NAME] if isinstance(value, str) else ""


def _explain(verdict: _Verdict) -> bytes:
    if verdict.status == _ACCEPTED:
        return b'{"accepted":true}'
    reasons = [{"field": each.field, "rule": each.rule, "message": each.message} for each in verdict.violations]
    return orjson.dumps({"error": " ".join(reason["message"] for reason in reasons), "reasons": reasons})


async def _read(receive: Receive) -> tuple[bytes | None, bool]:
    """The body, and whether it came whole; no body when it is too large.

    Too large a body is read to its end all the same: a client that is still sending would miss the answer.
    """
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None, False
        part: bytes = message.get("body", b"")
        size += len(part)
        if size <= MAX_BODY_BYTES:
            parts.append(part)
        else:
            parts.clear()
        if not message.get("more_body", False):
            return (b"".join(parts) if size <= MAX_BODY_BYTES else None), True


async def _answer(send: Send, status: int, body: bytes, headers: Headers = ()) -> None:
    sent = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})
