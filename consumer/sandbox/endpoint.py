"""The Events API itself: one POST, judged by the contract, disturbed as asked, answered, remembered.

A plain ASGI function without a router before it: this is the path that carries the load.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import orjson
from starlette.types import Receive, Scope, Send

from consumer.sandbox.answering import answer, delay, give_no_answer
from consumer.sandbox.bounded import short_name
from consumer.sandbox.callers import bounded_body
from consumer.sandbox.contract.checks import check_event
from consumer.sandbox.contract.rules import MAX_BODY_BYTES, Finding, Rule
from consumer.sandbox.injector import Disturbance, FaultInjector
from consumer.sandbox.received import Outcome, Received, address_of
from consumer.sandbox.settings import SandboxSettings
from consumer.sandbox.store import Store

_ACCEPTED = 202
_FAULT_BODY = b'{"error":"A fault that the sandbox was asked for."}'
_NAMESPACE = Finding("properties.token", Rule.TOKEN, "This is not the account's name (its namespace in Bluecore).")
_KEY = Finding("", Rule.API_KEY, "The API key is missing or wrong.")
_TOO_LARGE = Finding("", Rule.SIZE, f"The body is larger than {MAX_BODY_BYTES // 1000} KB.")
_NO_JSON = Finding("", Rule.JSON, "This message cannot be read: it is not valid JSON.")


class _Verdict(NamedTuple):
    status: int
    findings: tuple[Finding, ...] = ()
    event: str = ""
    distinct_id: str = ""
    properties: dict[str, Any] | None = None


class EventsApi:
    """The endpoint as an ASGI application; `closing` tells it to let go of the requests that it holds."""

    def __init__(
        self, settings: SandboxSettings, store: Store, faults: FaultInjector, closing: Callable[[], bool]
    ) -> None:
        self._settings = settings
        self._store = store
        self._all_faults = faults
        self._closing = closing
        self._namespaces = settings.accepted
        self._key_header = settings.api_key_header.lower().encode()
        self._key = f"{settings.api_key_prefix}{settings.api_key}".encode()

    @property
    def _faults(self) -> FaultInjector:
        return self._all_faults.of("events")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await answer(send, 405, b'{"error":"Events are sent by POST."}', ((b"allow", b"POST"),))
            return
        body, complete = await bounded_body(receive, MAX_BODY_BYTES)
        if not complete:
            return
        verdict = self._judge(scope["headers"], body)
        # Decided and remembered at once, in the order of arrival; only the answer takes its time.
        disturbance = self._remember(scope, body or b"", verdict)
        await delay(disturbance)
        if isinstance(disturbance.step, int):
            await answer(send, disturbance.step, _FAULT_BODY, disturbance.headers)
        elif disturbance.step is None:
            await answer(send, verdict.status, _explain(verdict), disturbance.headers)
        else:
            await give_no_answer(receive, send, disturbance, self._faults.plan.hang_seconds, self._closing)

    def _judge(self, headers: Iterable[tuple[bytes, bytes]], body: bytes | None) -> _Verdict:
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
            return named._replace(status=401, findings=(_KEY,))
        token = properties.get("token")
        if self._namespaces and token and token not in self._namespaces:
            return named._replace(status=401, findings=(_NAMESPACE,))
        linked = self._store.profiles.links.within(_name(token))
        found = tuple(check_event(document, strict=True, linked=linked))
        if refused := tuple(each for each in found if self._settings.strict or not each.silent):
            return named._replace(status=400, findings=refused)
        return named._replace(findings=found)

    def _remember(self, scope: Scope, body: bytes, verdict: _Verdict) -> Disturbance:
        headers = scope["headers"]
        key = short_name(
            next((value for name, value in headers if name == b"idempotency-key"), b"").decode("latin-1")
        )
        disturbance = self._faults.next(verdict.distinct_id, key, _name((verdict.properties or {}).get("token")))
        step = disturbance.step
        # What is lost is the answer alone; any other fault stands in the place of the contract's verdict.
        judged = step in (None, "lost")
        accepted = judged and verdict.status == _ACCEPTED
        received = Received(
            number=self._store.number + 1,
            at_ms=time.time_ns() // 1_000_000,
            event=verdict.event,
            distinct_id=verdict.distinct_id,
            outcome=Outcome.FAULT if step else Outcome.ACCEPTED if accepted else Outcome.REFUSED,
            accepted=accepted,
            status=verdict.status if step is None else step if isinstance(step, int) else None,
            findings=verdict.findings if judged else (),
            fault=f"{disturbance.cause}: {step}" if step else "",
            idempotency_key=key,
            duplicate=accepted and self._store.accepted_before(key),
            method=scope["method"],
            path=address_of(scope),
            head=b"\r\n".join([b"%s: %s" % pair for pair in headers]),
            body=body,
            email=_email(verdict),
        )
        self._store.add(received, verdict.properties)
        return disturbance


def _parts(document: object) -> tuple[object, dict[str, Any]]:
    if not isinstance(document, dict):
        return None, {}
    properties = document.get("properties")
    return document.get("event"), properties if isinstance(properties, dict) else {}


def _name(value: object) -> str:
    return short_name(value) if isinstance(value, str) else ""


def _email(verdict: _Verdict) -> str:
    customer = (verdict.properties or {}).get("customer")
    email = _name(customer.get("email")) if isinstance(customer, dict) else ""
    return "" if email == verdict.distinct_id else email


def _explain(verdict: _Verdict) -> bytes:
    if verdict.status == _ACCEPTED:
        return b'{"accepted":true}'
    reasons = [{"field": each.field, "rule": each.rule} for each in verdict.findings]
    fields: dict[str, list[str]] = {}
    for each in verdict.findings:
        fields.setdefault(each.message, []).append(each.field)
    # Said once, however many fields it is about: this text is the message of a dead letter.
    error = " ".join(f"{', '.join(filter(None, names))}: {text}".removeprefix(": ") for text, names in fields.items())
    return orjson.dumps({"error": error, "reasons": reasons})
