"""One request of the REST APIs, taken apart."""

from __future__ import annotations

import secrets
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, unquote

import orjson
from starlette.types import Scope

from consumer.sandbox.bounded import short_name
from consumer.sandbox.contract.rules import MAX_BODY_BYTES, Rule
from consumer.sandbox.faults import Api
from consumer.sandbox.received import address_of
from consumer.sandbox.rest.identifiers import identifier
from consumer.sandbox.rest.refused import Refused

TOKEN_PATH: Final = "/oauth/token"  # noqa: S105 - an address
BASE_PATH: Final = "/api"
_NAMESPACES: Final = f"{BASE_PATH}/namespaces/"
_JSON: Final = b"application/json"


class Way(NamedTuple):
    """What an address and a method are for.

    Attributes:
        api: whose quota and faults count.
        right: what the key must have for it; empty: it needs no token.
        writes: it changes a customer.
    """

    api: Api
    right: str = ""
    writes: bool = False


TOKEN: Final = Way("token")
_WAYS: Final = {
    ("customers", "GET"): Way("customers", "customers:read"),
    ("customers", "POST"): Way("customers", "customers:write", writes=True),
    ("eligibility", "GET"): Way("eligibility", "eligibility:read"),
    ("eligibility_events", "POST"): Way("eligibility", "eligibility:write", writes=True),
}


def is_rest(path: str) -> bool:
    """Whether an address is one of these APIs'."""
    return path == TOKEN_PATH or path.startswith(_NAMESPACES)


class Request:
    """A request.

    Attributes:
        id: by which Bluecore's support finds it: `x-bluecore-id`.
        namespace: whose customers it is about; empty for a token.
    """

    def __init__(self, scope: Scope, body: bytes | None) -> None:
        """Takes the body; None: it is too large."""
        self.id = secrets.token_hex(16)
        self.scope = scope
        self.body = body
        self.method: str = scope["method"]
        path: str = scope["raw_path"].decode("latin-1")
        namespace, _, self._resource = path.removeprefix(_NAMESPACES).partition("/")
        self.namespace = unquote(namespace) if path.startswith(_NAMESPACES) else ""

    def way(self) -> Way:
        """What it is for.

        Raises:
            Refused: there is nothing at this address, or nothing of this method.
        """
        if self.scope["path"] == TOKEN_PATH:
            if self.method != "POST":
                raise Refused("", Rule.ACCESS, "A token is asked for by POST.", 405)
            return TOKEN
        if way := _WAYS.get((self._resource, self.method)):
            return way
        methods = [method for resource, method in _WAYS if resource == self._resource]
        if not methods:
            raise Refused("", Rule.ACCESS, "There is nothing at this address.", 404)
        raise Refused("", Rule.ACCESS, f"This address takes {' and '.join(methods)} alone.", 405)

    def header(self, name: bytes) -> bytes:
        """The value of a header, empty where there is none; `name` in small letters."""
        return next((value for each, value in self.scope["headers"] if each == name), b"")

    @property
    def address(self) -> str:
        """As it was asked for, with its query."""
        return address_of(self.scope)

    @property
    def head(self) -> bytes:
        """The headers, a line each."""
        return b"\r\n".join([b"%s: %s" % pair for pair in self.scope["headers"]])

    @property
    def idempotency_key(self) -> str:
        return short_name(self.header(b"idempotency-key").decode("latin-1"))

    def document(self) -> Any:
        """The body, decoded.

        Raises:
            Refused: it is too large, or no JSON, or says of itself that it is something else.
        """
        if self.body is None:
            raise Refused("", Rule.SIZE, f"The body is larger than {MAX_BODY_BYTES // 1000} KB.", 413)
        if self.header(b"content-type").partition(b";")[0].strip().lower() != _JSON:
            raise Refused("content-type", Rule.MEDIA_TYPE, "The content type must be application/json.", 406)
        try:
            return orjson.loads(self.body)
        except ValueError:
            raise Refused("", Rule.JSON, "The body is not JSON.") from None

    def asked_for(self) -> str:
        """The customer whom a GET names.

        Raises:
            Refused: it names none, or more than one.
        """
        return identifier(dict(parse_qsl(self.scope["query_string"].decode("latin-1"))), "")

    def whom(self) -> str:
        """The customer whom a body names that is otherwise refused; empty where it names none."""
        try:
            return identifier(self.document().get("id"), "id")
        except (Refused, AttributeError):
            return ""
