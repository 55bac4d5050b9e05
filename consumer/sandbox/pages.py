"""All that the sandbox offers beside the Events API: what arrived, the faults, and the page."""

from __future__ import annotations

import dataclasses
import re
import secrets
import time
from pathlib import Path
from typing import Any, get_args

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from consumer.sandbox.callers import MOST_BYTES, bounded_body
from consumer.sandbox.faults import Api, FaultPlanError, parse_plan
from consumer.sandbox.feed import FeedPosition, feed
from consumer.sandbox.received import Outcome, Received
from consumer.sandbox.rest.identifiers import identifier
from consumer.sandbox.rest.refused import Refused
from consumer.sandbox.rest.request import BASE_PATH, TOKEN_PATH
from consumer.sandbox.state import SandboxState
from consumer.sandbox.store import Filter

_STATIC = Path(__file__).with_name("static")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")


class Pages:
    """One method a page; the addresses are in `routes`."""

    def __init__(self, sandbox: SandboxState) -> None:
        self._sandbox = sandbox
        self._run = secrets.token_hex(8)

    def app(self) -> Starlette:
        routes = [
            Route("/_events", self.events),
            Route("/_events/{number:int}", self.event),
            Route("/_counts", self.counts),
            Route("/_refusals", self.refusals),
            Route("/_customers/{identifier:path}", self.customer),
            Route("/_consents", self.consents),
            Route("/_confirmations", self.confirm, methods=["POST"]),
            Route("/_stream", self.stream),
            Route("/_about", self.about),
            Route("/_reset", self.reset, methods=["POST"]),
            Route("/_faults", self.faults),
            Route("/_faults", self.apply_faults, methods=["POST"]),
            Route("/_faults", self.clear_faults, methods=["DELETE"]),
            Mount("/", StaticFiles(directory=_STATIC, html=True)),
        ]
        return Starlette(routes=routes, exception_handlers={HTTPException: _plain_error})

    async def events(self, request: Request) -> Response:
        """What arrived, as JSON lines, oldest first: the newest `limit` above number `since` that fit."""
        wanted = _filter(request, "since", "limit")
        limit, since = _whole_number(request, "limit", 1_000), _whole_number(request, "since", 0)
        events = self._sandbox.store.newest(wanted, limit, since)
        lines = b"".join(orjson.dumps(self._whole(event), option=orjson.OPT_APPEND_NEWLINE) for event in events)
        return Response(lines, media_type="application/x-ndjson")

    async def event(self, request: Request) -> Response:
        event = self._sandbox.store.find(request.path_params["number"])
        if event is None:
            raise HTTPException(404, "This event is not kept any more, or never arrived: only the newest are kept.")
        return _json(self._whole(event))

    async def counts(self, _request: Request) -> Response:
        return _json(dataclasses.asdict(self._sandbox.counts))

    async def refusals(self, _request: Request) -> Response:
        return _json(self._sandbox.store.refusals())

    async def customer(self, request: Request) -> Response:
        namespace = request.query_params.get("namespace")
        profile = self._sandbox.profile(request.path_params["identifier"], namespace)
        if profile is None:
            raise HTTPException(404, "Nothing is known of this customer: none of their events has been accepted.")
        return _json(profile)

    async def consents(self, request: Request) -> Response:
        """What customers have consented to, as JSON lines: one for each address and message type."""
        states = self._sandbox.store.consents(request.query_params.get("namespace"))
        lines = b"".join(orjson.dumps(state, option=orjson.OPT_APPEND_NEWLINE) for state in states)
        return Response(lines, media_type="application/x-ndjson")

    async def confirm(self, request: Request) -> Response:
        """The customer answers the message of a double opt-in: `{"phone_number": "+14155550100"}`."""
        try:
            asked = orjson.loads(await _body(request))
            phone = identifier({"phone_number": asked["phone_number"]}, "")
        except (ValueError, KeyError, TypeError, Refused):
            raise HTTPException(400, 'It takes the number that confirms: {"phone_number": "+14155550100"}.') from None
        if not self._sandbox.store.confirm(phone, time.time_ns(), request.query_params.get("namespace")):
            raise HTTPException(404, "Nothing waits for this number to be confirmed.")
        return Response(status_code=204)

    async def stream(self, request: Request) -> Response:
        position = FeedPosition.parse(request.headers.get("last-event-id", ""))
        lines = feed(self._sandbox, self._run, _filter(request), position)
        return StreamingResponse(lines, media_type="text/event-stream", headers={"cache-control": "no-store"})

    async def about(self, _request: Request) -> Response:
        settings = self._sandbox.settings
        return _json({"path": settings.path, "rest": BASE_PATH, "token": TOKEN_PATH, "strict": settings.strict})

    async def reset(self, _request: Request) -> Response:
        self._sandbox.reset()
        return Response(status_code=204)

    async def faults(self, _request: Request) -> Response:
        """The plan in force, fit to be sent back; an outage has the seconds that are left of it."""
        return _json(self._sandbox.faults.in_force.model_dump(mode="json"))

    async def apply_faults(self, request: Request) -> Response:
        """Put a plan in force, the whole of it: what is not named is off."""
        try:
            self._sandbox.faults.apply(parse_plan(await _body(request)))
        except FaultPlanError as error:
            return _json(
                {"error": "These faults cannot be made.", "faults": [str(each) for each in error.findings]}, 400
            )
        return await self.faults(request)

    async def clear_faults(self, _request: Request) -> Response:
        self._sandbox.faults.clear()
        return Response(status_code=204)

    def _whole(self, event: Received) -> dict[str, Any]:
        return event.whole((self._sandbox.settings.api_key_header,))


async def _body(request: Request) -> bytes:
    body, complete = await bounded_body(request.receive, MOST_BYTES)
    if not complete:
        raise HTTPException(400, "The body was cut off.")
    if body is None:
        raise HTTPException(413, f"The body is larger than {MOST_BYTES >> 20} MB.")
    return body


def _json(content: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")


async def _plain_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for no other
    return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)


def _whole_number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not _WHOLE_NUMBER.fullmatch(text):
        raise HTTPException(400, f"{name}: must be a whole number, not {text!r}")
    return int(text)


def _filter(request: Request, *others: str) -> Filter:
    query = request.query_params
    names = (*(field.name for field in dataclasses.fields(Filter)), *others)
    for name in query:
        if name not in names:
            raise HTTPException(400, f"{name}: there is no such filter: it is one of {', '.join(names)}")
    outcome = query.get("outcome", "")
    if outcome and outcome not in set(Outcome):
        raise HTTPException(400, f"outcome: must be one of {', '.join(Outcome)}, not {outcome!r}")
    event, distinct_id, customer, api = (query.get(name, "") for name in ("event", "distinct_id", "customer", "api"))
    if api and api not in get_args(Api):
        raise HTTPException(400, f"api: must be one of {', '.join(get_args(Api))}, not {api!r}")
    return Filter(event, distinct_id, outcome, customer, api)
