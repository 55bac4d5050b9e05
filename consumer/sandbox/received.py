"""One request as it arrived, and what became of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable

    from consumer.sandbox.rules import Violation

MASK = "***"
_TOKEN = re.compile(r'("token"\s*:\s*")[^"]*')


class Outcome(StrEnum):
    """What became of a request: taken, refused for what it says, or met by a fault that was asked for."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Received:
    """A request in the order of arrival, from 1 on.

    `status` is None when there was no answer. `violations` are the reasons of a refusal; of an accepted
    event they are what Bluecore silently ignores. `fault` says what was done to it on request. `duplicate`:
    an event with this idempotency key had been accepted before, and this one was too.
    """

    number: int
    at_ms: int
    event: str
    distinct_id: str
    outcome: Outcome
    status: int | None
    violations: tuple[Violation, ...]
    fault: str
    idempotency_key: str
    duplicate: bool
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def document(self) -> Any:
        """The JSON body, unmasked.

        Raises:
            ValueError: the body is no JSON.
        """
        return orjson.loads(self.body)

    def summary(self) -> dict[str, Any]:
        """The line of a list: everything but the request itself."""
        return {
            "number": self.number,
            "at": datetime.fromtimestamp(self.at_ms / 1000, UTC).isoformat(timespec="milliseconds"),
            "event": self.event,
            "distinct_id": self.distinct_id,
            "outcome": self.outcome,
            "status": self.status,
            "reasons": [
                {"field": found.field, "rule": found.rule, "message": found.message, "silent": found.silent}
                for found in self.violations
            ],
            "fault": self.fault,
            "idempotency_key": self.idempotency_key,
            "duplicate": self.duplicate,
        }

    def whole(self, secret_headers: Iterable[str] = ()) -> dict[str, Any]:
        """The summary with exact headers and body; the token and the `secret_headers` are masked."""
        secret = {
            "authorization",
            "proxy-authorization",
            "cookie",
            *(name.lower() for name in secret_headers),
        }
        headers = [
            [
                name.decode("latin-1"),
                MASK if name.decode("latin-1").lower() in secret else value.decode("latin-1"),
            ]
            for name, value in self.headers
        ]
        return self.summary() | {"headers": headers, "body": self._masked_body()}

    def _masked_body(self) -> Any:
        try:
            document = self.document
        except ValueError:
            return _TOKEN.sub(rf"\g<1>{MASK}", self.body.decode("utf-8", "replace"))
        properties = document.get("properties") if isinstance(document, dict) else None
        if isinstance(properties, dict) and "token" in properties:
            properties["token"] = MASK
        return document
