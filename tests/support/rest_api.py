"""Bluecore's REST APIs as far as consent is read: tokens, and what each customer's consent is."""

from __future__ import annotations

import time
from collections import defaultdict
from itertools import count
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from consumer.config.rest_api import RestApiConfig

CLIENT_ID: Final = "shop-client"
CLIENT_SECRET: Final = "s3cret-of-the-shop"
AUDIENCE: Final = "https://a.bluecore.com"
SCOPES: Final = "customers:read customers:write eligibility:read eligibility:write"
QUOTA: Final = "700;w=60;burst=75;w=1"


class RestApi:
    """Answers `/oauth/token` and `GET /api/namespaces/{namespace}/eligibility`.

    `states` is by namespace and customer, `SUBSCRIBED` or another status; who is not there is not known: 404.
    `instead_of_token` and `instead` are answered in place of what is asked for, while they are set; each of
    `scripted` once.
    """

    def __init__(self, seconds: float = 86_400, quota: str = QUOTA) -> None:
        self.seconds = seconds
        self.scope: str | None = SCOPES
        self.states: dict[str, dict[str, str]] = defaultdict(dict)
        self.instead_of_token: Response | None = None
        self.instead: Response | None = None
        self.scripted: list[Response] = []
        self.token_requests: list[dict[str, Any]] = []
        self.authorizations: list[str] = []
        self.reads: list[tuple[str, str]] = []
        self.revoked: set[str] = set()
        self.limit = quota
        self.windows: defaultdict[int, int] = defaultdict(int)
        self.refused = 0
        self.answers = 0
        self.most_in_a_second = 0
        self._numbers = count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            of_token = request.url.path == "/oauth/token"
            answer = self._token(request, await request.body()) if of_token else self._read(request)
            await answer(scope, receive, send)

    def _token(self, request: Request, body: bytes) -> Response:
        self.authorizations.append(request.headers.get("authorization", ""))
        asked = orjson.loads(body)
        self.token_requests.append(asked)
        if self.instead_of_token is not None:
            return self.instead_of_token
        if asked["client_secret"] != CLIENT_SECRET:
            refusal = {"error": "access_denied", "error_description": "Unauthorized"}
            return JSONResponse(refusal, 401)
        if asked["audience"] != AUDIENCE:
            refusal = {"error": "access_denied", "error_description": f"Service not found: {asked['audience']}"}
            return JSONResponse(refusal, 403)
        grant = {"access_token": f"t{next(self._numbers)}", "token_type": "Bearer", "expires_in": self.seconds}
        return JSONResponse(grant if self.scope is None else grant | {"scope": self.scope})

    def _read(self, request: Request) -> Response:
        self.answers += 1
        answer = self._judged(request)
        answer.headers["x-bluecore-id"] = f"id-{self.answers}"
        answer.headers["x-ratelimit-limit"] = self.limit
        return answer

    def _judged(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not token or token in self.revoked:
            return status(401, 16, "the token is not valid")
        if self._over():
            self.refused += 1
            return status(429, 8, "too many requests")
        if self.scripted:
            return self.scripted.pop(0)
        if self.instead is not None:
            return self.instead
        namespace = request.url.path.removeprefix("/api/namespaces/").removesuffix("/eligibility")
        customer = request.query_params.get("email") or request.query_params.get("phone_number") or ""
        self.reads.append((namespace, customer))
        found = self.states[namespace].get(customer)
        if found is None:
            return status(404, 5, "there is no such customer")
        return JSONResponse({"data": {"subscription": {"id": customer, "states": [{"status": found}]}}})

    def _over(self) -> bool:
        """By the burst alone: fixed windows of a second."""
        second = int(time.time())
        burst = int(self.limit.partition("burst=")[2].partition(";")[0] or 0)
        self.windows[second] += 1
        self.most_in_a_second = max(self.most_in_a_second, self.windows[second])
        return 0 < burst < self.windows[second]


def status(http: int, code: int, message: str) -> Response:
    """An error in the form of `google.rpc.Status`."""
    return JSONResponse({"code": code, "message": message, "details": []}, http)


def rest_api_section(url: str, **changed: Any) -> RestApiConfig:
    """The section for the server at this address."""
    given = {
        "url": f"{url}/api",
        "token_url": f"{url}/oauth/token",
        "audience": AUDIENCE,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    return RestApiConfig.model_validate(given | changed)
