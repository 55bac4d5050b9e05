"""An issuer of signed tokens on loopback: it gives them as Azure's managed identity does, and publishes its key."""

from __future__ import annotations

import base64
import time
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send


class Issuer:
    """Gives tokens that are good for `seconds`, or `instead` while that is set.

    `/token` is what a pod of Azure's asks, with the variables of `environment`; `/oauth` takes client credentials;
    the brokers find the key at `/keys`.
    """

    def __init__(self, seconds: float = 3600) -> None:
        self.seconds = seconds
        self.instead: Response | None = None
        self.given = 0
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._answer(Request(scope, receive).url.path)(scope, receive, send)

    def _answer(self, path: str) -> Response:
        if path == "/keys":
            return JSONResponse({"keys": [self._public()]})
        if self.instead is not None:
            return self.instead
        self.given += 1
        ends = time.time() + self.seconds
        token = {"access_token": self.token(ends), "token_type": "Bearer", "expires_in": int(self.seconds)}
        # Azure's says whole seconds.
        return JSONResponse(token if path == "/oauth" else token | {"expires_on": str(int(ends))})

    def token(self, ends: float) -> str:
        """One for `bluecore`, until then (seconds since the epoch)."""
        head, claims = (
            {"alg": "RS256", "kid": "1"},
            {"sub": "bluecore", "iat": int(time.time()) - 1, "exp": int(ends)},
        )
        signed = b".".join(_encoded(orjson.dumps(part)) for part in (head, claims))
        signature = self._key.sign(signed, padding.PKCS1v15(), SHA256())
        return (signed + b"." + _encoded(signature)).decode()

    def _public(self) -> dict[str, Any]:
        numbers = self._key.public_key().public_numbers()
        n, e = (_encoded(each.to_bytes((each.bit_length() + 7) // 8)).decode() for each in (numbers.n, numbers.e))
        return {"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256", "n": n, "e": e}


def environment(url: str) -> dict[str, str]:
    """Of a pod whose managed identity the issuer at this address gives tokens for."""
    return {"IDENTITY_ENDPOINT": f"{url}/token", "IDENTITY_HEADER": "h"}


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
