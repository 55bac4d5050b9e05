"""Bluecore's REST APIs: access tokens, customers and eligibility, as far as they are publicly known.

Sources: the OpenAPI documents of developers.bluecore.com as a third party has harvested them, and Bluecore's help
centre. Nothing was tried against Bluecore. What they leave open is decided here as `docs/sandbox.md` says.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from typing import Any, Final, NamedTuple

import orjson
from starlette.types import Receive, Scope, Send

from consumer.sandbox.answering import answer, delay, give_no_answer
from consumer.sandbox.callers import bounded_body
from consumer.sandbox.contract.rules import MAX_BODY_BYTES, Rule
from consumer.sandbox.injector import Disturbance, FaultInjector
from consumer.sandbox.received import Outcome, Received
from consumer.sandbox.rest.answers import ConsentWrite, CustomerWrite, Mark, consent_answer, customer_answer
from consumer.sandbox.rest.bodies import consent, customer_change, event_name
from consumer.sandbox.rest.errors import status_body
from consumer.sandbox.rest.refused import Refused
from consumer.sandbox.rest.request import TOKEN, Request, Way
from consumer.sandbox.rest.shapes import other_shape
from consumer.sandbox.rest.tokens import Tokens
from consumer.sandbox.settings import SandboxSettings
from consumer.sandbox.store import Store

_OK: Final = 200
_NOT_FOUND: Final = 404
_FAULT: Final = "A fault that the sandbox was asked for."


class _Verdict(NamedTuple):
    """What is to be done for a request, or why nothing is.

    Attributes:
        event: the name under which a POST is listed.
        whom: the customer, as far as it could be read.
        write: what a POST does.
        body: what a GET answers, or a token.
    """

    event: str = ""
    whom: str = ""
    write: CustomerWrite | ConsentWrite | None = None
    body: dict[str, Any] | None = None
    refused: Refused | None = None


class RestApi:
    """The APIs as an ASGI application; `closing` tells it to let go of the requests that it holds."""

    def __init__(
        self,
        settings: SandboxSettings,
        store: Store,
        faults: FaultInjector,
        closing: Callable[[], bool],
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        """Takes what it shares with the Events API; `clock` gives nanoseconds since the epoch."""
        self._settings = settings.rest
        self._store = store
        self._faults = faults
        self._closing = closing
        self._clock = clock
        self._misshapen = count()
        self._tokens = Tokens(settings, lambda: clock() / 1e9)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, complete = await bounded_body(receive, MAX_BODY_BYTES)
        if not complete:
            return
        request = Request(scope, body)
        try:
            way = request.way()
        except Refused as refused:
            await answer(send, refused.status, status_body(refused.status, refused.sentence, request.id))
            return
        faults = self._faults.of(way.api)
        verdict = self._judge(request, way)
        # Decided and remembered at once, in the order of arrival; only the answer takes its time.
        disturbance = faults.next(verdict.whom, request.idempotency_key, request.namespace)
        status, told = self._carry_out(request, way, verdict, disturbance)
        await delay(disturbance)
        if status is None:
            await give_no_answer(receive, send, disturbance, faults.plan.hang_seconds, self._closing)
        else:
            traced = () if way is TOKEN else ((b"x-bluecore-id", request.id.encode()),)
            await answer(send, status, told, (*traced, *disturbance.headers))

    def _judge(self, request: Request, way: Way) -> _Verdict:
        try:
            if way is TOKEN:
                seconds = self._faults.of("token").plan.token_seconds or self._settings.token_seconds
                return _Verdict(body=self._tokens.hand_out(request.document(), seconds))
            self._tokens.check(request.header(b"authorization"), way.right, request.namespace)
            if not way.writes:
                return self._read(request, way)
            if way.api == "customers":
                change = customer_change(request.document())
                return _Verdict("customers", change.identifier, CustomerWrite(request.namespace, change))
            said = consent(request.document(), self._clock())
            return _Verdict(event_name(said), said.identifier, ConsentWrite(request.namespace, said))
        except Refused as refused:
            return _Verdict("customers" if way.api == "customers" else "", request.whom(), refused=refused)

    def _read(self, request: Request, way: Way) -> _Verdict:
        whom = request.asked_for()
        find = customer_answer if way.api == "customers" else consent_answer
        found = find(self._store.profiles, request.namespace, whom)
        missing = Refused("", Rule.IDENTIFIER, "There is no such customer.", 404)
        return _Verdict(whom=whom, body=found, refused=missing if found is None else None)

    def _carry_out(
        self, request: Request, way: Way, verdict: _Verdict, disturbance: Disturbance
    ) -> tuple[int | None, bytes]:
        """Do what is asked for, as far as the fault lets it; give the status, None for no answer, and the body."""
        step, refused = disturbance.step, verdict.refused
        if step == "misshapen" and refused is not None and refused.status == _NOT_FOUND:
            refused = None  # nobody can be asked about in another shape, too
        done = refused is None and not isinstance(step, int) and step not in ("reset", "hang")
        if isinstance(step, int):
            status: int | None = step
        elif step in ("reset", "hang", "lost"):
            status = None
        else:
            status = refused.status if refused else _OK
        if not way.writes:
            self._store.count_asked(f"{way.api}_read" if way.right else way.api, status)
        else:
            self._remember(request, way, verdict, disturbance, status, done=done)
        if isinstance(step, int):
            return status, status_body(step, _FAULT, request.id)
        if refused is not None:
            return status, status_body(refused.status, refused.sentence, request.id)
        if step == "misshapen":
            return status, orjson.dumps(other_shape(next(self._misshapen)))
        write = verdict.write
        body = verdict.body if write is None else write.answer(self._store.profiles, differs=step == "differs")
        return status, orjson.dumps(body)

    def _remember(  # noqa: PLR0913 - all that is known of the request
        self,
        request: Request,
        way: Way,
        verdict: _Verdict,
        disturbance: Disturbance,
        status: int | None,
        *,
        done: bool,
    ) -> None:
        step = disturbance.step
        differs = step == "differs"
        accepted = done and not differs
        judged = step is None or (verdict.refused is not None and not isinstance(step, int))
        received = Received(
            number=self._store.number + 1,
            at_ms=self._clock() // 1_000_000,
            event=verdict.event,
            distinct_id=verdict.whom,
            outcome=Outcome.FAULT if step else Outcome.ACCEPTED if accepted else Outcome.REFUSED,
            accepted=accepted,
            status=status,
            findings=(verdict.refused.finding,) if verdict.refused and judged else (),
            fault=f"{disturbance.cause}: {step}" if step else "",
            idempotency_key=request.idempotency_key,
            duplicate=accepted and self._store.accepted_before(request.idempotency_key),
            method=request.method,
            path=request.address,
            head=request.head,
            body=request.body or b"",
            api=way.api,
            bluecore_id=request.id,
        )
        write, mark = verdict.write, Mark(received.number, received.at_ms, received.event)
        if done and write is not None:
            self._store.change(received, lambda profiles: write.apply(profiles, mark, differs=differs))
        else:
            self._store.add(received, None)
