"""The clouds' token services on loopback, as far as their own libraries ask them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send


class Stub:
    """Keeps what it was asked, and answers `instead` while that is set."""

    def __init__(self, answer: Callable[[Request, dict[str, Any]], Response]) -> None:
        self._answer = answer
        self.instead: Response | None = None
        self.asked: list[dict[str, Any]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            asked = {
                "path": request.url.path,
                **request.query_params,
                **dict(parse_qsl((await request.body()).decode())),
            }
            self.asked.append(asked)
            await (self.instead or self._answer(request, asked))(scope, receive, send)


def sts(seconds: Callable[[], float]) -> Stub:
    """AWS's: sessions that are good for so long."""

    def answer(_: Request, asked: dict[str, Any]) -> Response:
        action = asked["Action"]
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds()))
        keys = "<AccessKeyId>ASIASESSION</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
        given = f"{keys}<SessionToken>session</SessionToken><Expiration>{ends}</Expiration>"
        result = f"<{action}Result><Credentials>{given}</Credentials></{action}Result>"
        return Response(f"<{action}Response>{result}</{action}Response>", media_type="text/xml")

    return Stub(answer)


def sts_refusal(code: str, said: str, status: int = 403) -> Response:
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{said}</Message></Error>"
    return Response(f"<ErrorResponse>{error}</ErrorResponse>", status, media_type="text/xml")


def google_metadata() -> Stub:
    """That of a node whose pod has the account kafka@shop.iam.gserviceaccount.com."""

    def answer(request: Request, _: dict[str, Any]) -> Response:
        path = request.url.path.removeprefix("/computeMetadata/v1")
        flavour = {"Metadata-Flavor": "Google"}
        if path.endswith("/token"):
            token = {"access_token": "ya29.of-the-pod", "expires_in": 3600, "token_type": "Bearer"}
            return JSONResponse(token, headers=flavour)
        if "/service-accounts/" in path:
            account = {"email": "kafka@shop.iam.gserviceaccount.com", "scopes": [], "aliases": ["default"]}
            return JSONResponse(account, headers=flavour)
        text = {"/project/project-id": "shop", "/universe/universe-domain": "googleapis.com"}.get(path, "")
        return Response(text, headers=flavour, media_type="application/text")

    return Stub(answer)


def google_tokens() -> Stub:
    """That which takes what a key file's owner has signed."""
    token = {"access_token": "ya29.of-the-key", "expires_in": 3599, "token_type": "Bearer"}
    return Stub(lambda *_: JSONResponse(token))


def azure_identity() -> Stub:
    """What gives a pod's managed identity its tokens."""
    return Stub(lambda *_: JSONResponse({"access_token": "t0ken", "expires_on": str(int(time.time()) + 3600)}))


class Entra(Stub):
    """What takes the token of a Kubernetes service account; refuses it with `code` while `refuses`."""

    def __init__(self, code: str) -> None:
        super().__init__(self._give)
        self._code = code
        self.refuses = False

    def _give(self, request: Request, _: dict[str, Any]) -> Response:
        if not request.url.path.endswith("/token"):
            tenant = str(request.url).split("/v2.0")[0]
            names = {"token_endpoint": "oauth2/v2.0/token", "authorization_endpoint": "oauth2/v2.0/authorize"}
            return JSONResponse({name: f"{tenant}/{path}" for name, path in names.items()} | {"issuer": tenant})
        if self.refuses:
            return JSONResponse({"error": "invalid_client", "error_description": f"{self._code}: is not so"}, 401)
        return JSONResponse({"access_token": "ey.of.workload", "expires_in": 3600, "token_type": "Bearer"})
