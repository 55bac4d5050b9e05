"""One request as it arrived, and what became of it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson

from consumer.sandbox.contract.rules import Finding
from consumer.sandbox.faults import Api
from consumer.sandbox.masking import masked_anywhere, masked_body
from consumer.telemetry.masking import MASK

Headers = tuple[tuple[bytes, bytes], ...]

_OBJECTS_BYTES = 750  # the object itself, its numbers, what a text takes beside its characters, its place in the list
_FINDING_BYTES = 320
_MOST_BYTES_A_CHARACTER = 4
_SECRET = re.compile(r"authorization|cookie|api-?key|token|secret|password", re.IGNORECASE)
_NAMESPACE = re.compile(r"^(/api/namespaces/)[^/?]+")


class Outcome(StrEnum):
    """What became of a request: taken, refused for what it says, or met by a fault that was asked for."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    FAULT = "fault"


def address_of(scope: Mapping[str, Any]) -> str:
    """The address of a request as it was asked for, with its query."""
    address: bytes = scope["raw_path"]
    if query := scope["query_string"]:
        address += b"?" + query
    return address.decode("latin-1")


@dataclass(frozen=True, slots=True)
class Received:
    """A request.

    Attributes:
        number: in the order of arrival, from 1 on.
        at_ms: when, in milliseconds since the epoch.
        accepted: the event is in Bluecore's books, which one whose answer was lost or misshapen is too, though its
            outcome is a fault.
        status: HTTP's; None when there was no answer.
        findings: the reasons of a refusal; of an accepted event, what Bluecore silently ignores.
        fault: what was done to it on request.
        duplicate: an event with this idempotency key had been accepted before, and this one was too.
        path: the address as it was asked for, with its query.
        head: the headers, a line each.
        email: the customer's, where that is not the `distinct_id`: in an identify, above all.
        api: by which it came.
        bluecore_id: under which it is found, of the REST APIs.
    """

    number: int
    at_ms: int
    event: str
    distinct_id: str
    outcome: Outcome
    accepted: bool
    status: int | None
    findings: tuple[Finding, ...]
    fault: str
    idempotency_key: str
    duplicate: bool
    method: str
    path: str
    head: bytes
    body: bytes
    email: str = ""
    api: Api = "events"
    bluecore_id: str = ""

    @property
    def headers(self) -> Headers:
        """The headers in their order; the names in small letters, as the server gives them."""
        lines = (line.partition(b": ") for line in self.head.split(b"\r\n") if line)
        return tuple((name, value) for name, _, value in lines)

    @property
    def document(self) -> Any:
        """The JSON body, unmasked.

        Raises:
            ValueError: the body is no JSON.
        """
        return orjson.loads(self.body)

    @property
    def size(self) -> int:
        """About the bytes of memory that it holds."""
        size = _OBJECTS_BYTES + len(self.body) + len(self.head) + len(self.path) + len(self.idempotency_key)
        size += _MOST_BYTES_A_CHARACTER * (len(self.event) + len(self.distinct_id) + len(self.email))
        for each in self.findings:
            size += _FINDING_BYTES + _MOST_BYTES_A_CHARACTER * len(each.field)
        return size

    def summary(self) -> dict[str, Any]:
        """The line of a list: everything but the request itself."""
        return {
            "number": self.number,
            "at": datetime.fromtimestamp(self.at_ms / 1000, UTC).isoformat(timespec="milliseconds"),
            "api": self.api,
            "event": self.event,
            "distinct_id": self.distinct_id,
            "email": self.email,
            "outcome": self.outcome,
            "accepted": self.accepted,
            "status": self.status,
            "reasons": [
                {"field": found.field, "rule": found.rule, "message": found.message, "silent": found.silent}
                for found in self.findings
            ],
            "fault": self.fault,
            "bluecore_id": self.bluecore_id,
            "idempotency_key": self.idempotency_key,
            "duplicate": self.duplicate,
        }

    def whole(self, secret_headers: Iterable[str] = ()) -> dict[str, Any]:
        """The summary with the exact request, in which nothing is changed but secrets masked.

        Beside `method`, `path` and `headers` (pairs, in their order) it has `raw`, the body's text as it arrived,
        or `raw_base64` when that is not UTF-8; and `body`, the same decoded, or the text when it is no JSON or
        nested more deeply than 250 levels. The token is masked in the body, the namespace in the path, the value of
        `secret_headers` and of whatever header is named like a secret.
        """
        return (
            self.summary()
            | {
                "method": self.method,
                "path": _NAMESPACE.sub(rf"\1{MASK}", masked_anywhere(self.path)),
                "headers": self._shown_headers(secret_headers),
            }
            | self._shown_body()
        )

    def _shown_headers(self, secret_headers: Iterable[str]) -> list[list[str]]:
        secret = {name.lower() for name in secret_headers}
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self.headers]
        return [[name, MASK if name in secret or _SECRET.search(name) else value] for name, value in pairs]

    def _shown_body(self) -> dict[str, Any]:
        try:
            document = self.document
        except ValueError:
            document = None
        shown = masked_body(self.body, document)
        try:
            raw = {"raw": shown.decode()}
        except UnicodeDecodeError:
            raw = {"raw_base64": b64encode(shown).decode()}
        try:
            body = {"body": orjson.loads(shown)}
            orjson.dumps(body)
        except (ValueError, TypeError):  # the latter: it can be read, but is nested too deeply to be written again
            body = {"body": shown.decode("utf-8", "replace")}
        return raw | body
