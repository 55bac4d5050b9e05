"""A client of a schema registry that speaks Confluent's REST protocol. Synchronous; one connection pool.

It may have several addresses, which are asked in turn, from the one on that answered last: where one does not answer,
and where one has not got what is asked for, as a replica lags.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any, Self, TypeVar
from urllib.parse import quote

import requests
import urllib3
from pydantic import TypeAdapter, ValidationError

from consumer.avro.credentials import Credentials, Place
from consumer.avro.errors import RegistryRefused, RegistryUnavailable, SchemaUnknown, SchemaUnusable
from consumer.avro.options import RegistryOptions
from consumer.avro.outage import no_answer, no_registry_answer
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
from consumer.avro.schema_ids import IdKind, NamedId, SchemaId
from consumer.config.addresses import address, addresses_in
from consumer.web.answer import MOST_BYTES, bounded_content

_REFUSED = frozenset({409, 422})

_T = TypeVar("_T")


class RegistryClient:
    """Calls to one registry.

    No answer, or one that says nothing of what was asked for, is an outage, however the registry or something before
    it words it: every call may raise RegistryUnavailable.
    """

    def __init__(self, url: str, options: RegistryOptions | None = None) -> None:
        self._options = options or RegistryOptions()
        self._credentials = Credentials(self._options)
        self._places = [self._credentials.place(each) for each in addresses_in(url)]
        self._answered = 0
        self._session = requests.Session()
        self._session.headers.update({"Accept": f"{CONTENT_TYPE}, application/json", **self._options.headers})

    @property
    def address(self) -> str:
        """Where the registry is, for messages: its addresses without credentials."""
        return ", ".join(address(place.url) for place in self._places)

    def schema(self, schema_id: SchemaId) -> RegisteredSchema:
        """See `Registry.schema`."""
        if not isinstance(schema_id, NamedId):
            return self._call(SCHEMA_ANSWER, "GET", f"/schemas/ids/{schema_id}", missing={NO_SCHEMA})
        if schema_id.kind is not IdKind.GUID:
            # Apicurio's compatible address has the contentId for its id.
            return self.schema(int(schema_id.value))
        try:
            return self._call(SCHEMA_ANSWER, "GET", f"/schemas/guids/{schema_id.value}", missing={NO_SCHEMA})
        except RegistryUnavailable as error:
            if not error.no_such_path:
                raise
            # Karapace and Apicurio have no such path: if this is a registry that answers, it has no GUIDs.
            self.subjects()
            raise SchemaUnusable("it has no schemas by GUID") from None

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
        self._credentials.close()

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
        def read(url: str, status: int, content: bytes) -> _T:
            if not requests.codes.ok <= status < requests.codes.multiple_choices:
                raise _failure(url, status, content, missing)
            try:
                return expected.validate_json(content)
            except ValidationError:
                raise RegistryUnavailable(no_registry_answer(url, status)) from None

        return self.call(read, method, path, body)

    def call(
        self, read: Callable[[str, int, bytes], _T], method: str, path: str, body: dict[str, Any] | None = None
    ) -> _T:
        """What `read` makes of an answer's address, status and body: the first that it makes anything of.

        Raises:
            SchemaUnknown: by `read`, of an address; and no other has it.
            RegistryUnavailable: no address answers, or by `read`.
        """
        unknown: SchemaUnknown | None = None
        first = self._answered
        problems: list[RegistryUnavailable] = []
        for number in range(len(self._places)):
            place = self._places[(first + number) % len(self._places)]
            try:
                answer = read(place.url, *self._ask(place, method, path, body))
            except SchemaUnknown as error:
                unknown = unknown or error
            except RegistryUnavailable as error:
                problems.append(error)
            else:
                self._answered = (first + number) % len(self._places)
                return answer
        if unknown is not None:
            unknown.unasked = bool(problems)
            raise unknown
        unavailable = RegistryUnavailable("; ".join(dict.fromkeys(map(str, problems))))
        unavailable.no_such_path = all(problem.no_such_path for problem in problems)
        raise unavailable

    def _ask(self, place: Place, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, bytes]:
        status, content = self._send(place, method, path, body)
        if status == requests.codes.unauthorized and self._credentials.renewed():
            return self._send(place, method, path, body)
        return status, content

    def _send(self, place: Place, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, bytes]:
        """The status and body of the answer: an error that held the response would hold its connection too."""
        options = self._options
        auth = place.auth()
        deadline = time.monotonic() + options.timeout_seconds
        pair = (options.certificate, options.key) if options.certificate and options.key else options.certificate
        try:
            # `verify` is given with each request: requests prefers the environment's CA bundle to the session's.
            with self._session.request(
                method,
                place.url + path,
                data=None if body is None else json.dumps(body),
                headers=None if body is None else {"Content-Type": CONTENT_TYPE},
                auth=auth,
                timeout=options.timeout_seconds,
                verify=options.ca or True,
                cert=pair,
                stream=True,
            ) as response:
                # Larger than any schema, or dripping for longer than a whole answer may take, it says nothing.
                content = bounded_content(response, deadline, MOST_BYTES)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise RegistryUnavailable(no_answer(place.url, error, options.timeout_seconds)) from None
        if content is None:
            what = f"what answers at {address(place.url)} sends more than {MOST_BYTES >> 20} MB"
            raise RegistryUnavailable(f"{what}: check schema_registry.url")
        return response.status_code, content


def _failure(url: str, status: int, content: bytes, missing: Collection[int]) -> Exception:
    try:
        error = ERROR_ANSWER.validate_json(content)
    except ValidationError:
        error = Failure()
    if error.error_code in missing:
        return SchemaUnknown(error.message)
    if status in _REFUSED and error.error_code:
        return RegistryRefused(error.message)
    unavailable = RegistryUnavailable(no_registry_answer(url, status))
    unavailable.no_such_path = status == requests.codes.not_found
    return unavailable


def _path(subject: str) -> str:
    return f"/subjects/{quote(subject, safe='')}"
