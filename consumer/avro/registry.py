"""A client of a schema registry that speaks Confluent's REST protocol. Synchronous; one connection pool."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Sequence
from typing import Any, Self, TypeVar
from urllib.parse import quote

import requests
import urllib3
from pydantic import TypeAdapter, ValidationError

from consumer.avro.errors import RegistryRefused, RegistryUnavailable, SchemaUnknown
from consumer.avro.options import RegistryOptions
from consumer.avro.outage import address, no_answer, no_registry_answer
from consumer.avro.protocol import (
    CONTENT_TYPE,
    ERROR_ANSWER,
    ID_ANSWER,
    NAMES_ANSWER,
    NO_SCHEMA,
    NO_SUBJECT,
    NO_VERSION,
    NUMBERS_ANSWER,
    SCHEMA_ANSWER,
    Failure,
    Reference,
    RegisteredSchema,
    request_body,
)

MOST_BYTES = 16 << 20
"""Of one answer: the longest list of subjects is below a tenth of it."""
_CHUNK = 64 << 10
_REFUSED = frozenset({409, 422})

_T = TypeVar("_T")


class RegistryClient:
    """Calls to one registry.

    No answer, or one that says nothing of what was asked for, is an outage, however the registry or something before
    it words it: every call may raise RegistryUnavailable.
    """

    def __init__(self, url: str, options: RegistryOptions | None = None) -> None:
        self._url = url.rstrip("/")
        self._options = options or RegistryOptions()
        self._session = requests.Session()
        self._session.headers.update({"Accept": f"{CONTENT_TYPE}, application/json"})
        if self._options.bearer_token:
            self._session.auth = _Bearer(self._options.bearer_token)
        elif self._options.basic_auth:
            self._session.auth = self._options.basic_auth

    @property
    def address(self) -> str:
        """Where the registry is, for messages: its address without credentials."""
        return address(self._url)

    def schema(self, schema_id: int) -> RegisteredSchema:
        """The schema of an id.

        Raises:
            SchemaUnknown: the registry has no such id.
        """
        return self._call(SCHEMA_ANSWER, "GET", f"/schemas/ids/{schema_id}", missing={NO_SCHEMA})

    def subjects_of(self, schema_id: int) -> list[str]:
        """The subjects that have the schema of an id.

        Raises:
            SchemaUnknown: the registry has no such id.
        """
        return self._call(NAMES_ANSWER, "GET", f"/schemas/ids/{schema_id}/subjects", missing={NO_SCHEMA})

    def subjects(self) -> list[str]:
        return self._call(NAMES_ANSWER, "GET", "/subjects")

    def versions(self, subject: str) -> list[int]:
        """The version numbers of a subject, the oldest first.

        Raises:
            SchemaUnknown: there is no such subject.
        """
        return self._call(NUMBERS_ANSWER, "GET", f"{_path(subject)}/versions", missing={NO_SUBJECT})

    def schema_of(self, subject: str, version: int | str = "latest", *, deleted: bool = False) -> RegisteredSchema:
        """One version of a subject; with `deleted`, also one that was deleted softly.

        Raises:
            SchemaUnknown: there is no such subject or version.
        """
        path = f"{_path(subject)}/versions/{version}" + ("?deleted=true" if deleted else "")
        return self._call(SCHEMA_ANSWER, "GET", path, missing={NO_SUBJECT, NO_VERSION})

    def lookup(self, subject: str, text: str, references: Sequence[Reference] = ()) -> RegisteredSchema | None:
        """The schema, with its id and version, if it is registered under the subject already."""
        body = request_body(text, references)
        try:
            return self._call(SCHEMA_ANSWER, "POST", _path(subject), body, missing={NO_SUBJECT, NO_SCHEMA})
        except SchemaUnknown:
            return None

    def register(self, subject: str, text: str, references: Sequence[Reference] = ()) -> int:
        """Register a schema, and give its id; the same schema again has the same id.

        Raises:
            RegistryRefused: the schema is invalid, or incompatible with the subject's earlier versions.
        """
        return self._call(ID_ANSWER, "POST", f"{_path(subject)}/versions", request_body(text, references)).id

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _call(
        self,
        expected: TypeAdapter[_T],
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        missing: Collection[int] = (),
    ) -> _T:
        status, content = self._send(method, path, body)
        if not requests.codes.ok <= status < requests.codes.multiple_choices:
            raise self._failure(status, content, missing)
        try:
            return expected.validate_json(content)
        except ValidationError:
            raise RegistryUnavailable(no_registry_answer(self._url, status)) from None

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, bytes]:
        """The status and body of the answer: an error that held the response would hold its connection too."""
        options = self._options
        deadline = time.monotonic() + options.timeout_seconds
        pair = (options.certificate, options.key) if options.certificate and options.key else options.certificate
        try:
            # `verify` is given with each request: requests prefers the environment's CA bundle to the session's.
            with self._session.request(
                method,
                self._url + path,
                data=None if body is None else json.dumps(body),
                headers=None if body is None else {"Content-Type": CONTENT_TYPE},
                timeout=options.timeout_seconds,
                verify=options.ca or True,
                cert=pair,
                stream=True,
            ) as response:
                return response.status_code, self._content(response, deadline)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise RegistryUnavailable(no_answer(self._url, error, options.timeout_seconds)) from None

    def _content(self, response: requests.Response, deadline: float) -> bytes:
        """The body, unless it is larger than any schema, or drips for longer than a whole answer may take."""
        content = bytearray()
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            content += chunk
            if len(content) > MOST_BYTES:
                what = f"what answers at {self.address} sends more than {MOST_BYTES >> 20} MB"
                raise RegistryUnavailable(f"{what}: check schema_registry.url")
            if time.monotonic() > deadline:
                raise requests.exceptions.ReadTimeout
        return bytes(content)

    def _failure(self, status: int, content: bytes, missing: Collection[int]) -> Exception:
        try:
            error = ERROR_ANSWER.validate_json(content)
        except ValidationError:
            error = Failure()
        if error.error_code in missing:
            return SchemaUnknown(error.message)
        if status in _REFUSED and error.error_code:
            return RegistryRefused(error.message)
        return RegistryUnavailable(no_registry_answer(self._url, status))


class _Bearer(requests.auth.AuthBase):
    """An `auth` of its own, because a `.netrc` overrides a mere header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _path(subject: str) -> str:
    return f"/subjects/{quote(subject, safe='')}"
