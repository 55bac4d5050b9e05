"""A schema registry in memory that speaks Confluent's REST protocol, as an ASGI application.

It keeps Avro schemas with their references; it checks no compatibility between versions.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from consumer.avro.errors import InvalidSchema, SchemaUnknown
from consumer.avro.protocol import (
    CONTENT_TYPE,
    INVALID_SCHEMA,
    INVALID_VERSION,
    NO_SCHEMA,
    NO_SUBJECT,
    NO_VERSION,
    SCHEMA_ANSWER,
    RegisteredSchema,
    request_body,
)
from consumer.avro.references import parse_registered
from consumer.avro.schema_ids import SchemaId
from consumer.sandbox.callers import bounded_body

MOST_BYTES: Final = 16 << 20
"""Of a body, as of an answer that the client takes."""
_FIRST_GUID: Final = 0xB1EC04E0_5A4D_4B00_8000_000000000000


def guid_of(schema_id: int) -> str:
    """The GUID under which a schema is known beside its id."""
    return str(UUID(int=_FIRST_GUID + schema_id))


class _Answer(JSONResponse):
    media_type = CONTENT_TYPE


class _Failure(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class _Store:
    """An id is a schema's place in `schemas`, a version its id's place in the subject's list, both from 1."""

    schemas: list[RegisteredSchema] = field(default_factory=list)
    subjects: dict[str, list[int]] = field(default_factory=dict)

    def schema(self, schema_id: SchemaId) -> RegisteredSchema:
        if not isinstance(schema_id, int) or not 1 <= schema_id <= len(self.schemas):
            raise _Failure(NO_SCHEMA, f"Schema {schema_id} not found")
        return self.schemas[schema_id - 1]

    def id_of_guid(self, guid: str) -> int:
        found = (number for number in range(1, len(self.schemas) + 1) if guid_of(number) == guid)
        if (number := next(found, None)) is None:
            raise _Failure(NO_SCHEMA, f"Schema {guid} not found")
        return number

    def schema_of(self, subject: str, version: int | str = "latest", **_: Any) -> RegisteredSchema:
        return self.schema(self.id_of(subject, str(version)))

    def ids(self, subject: str) -> list[int]:
        if subject not in self.subjects:
            raise _Failure(NO_SUBJECT, f"Subject '{subject}' not found.")
        return self.subjects[subject]

    def id_of(self, subject: str, version: str) -> int:
        ids = self.ids(subject)
        if version in {"latest", "-1"}:
            return ids[-1]
        if not version.isdecimal() or version == "0":
            raise _Failure(INVALID_VERSION, f"The specified version '{version}' is not a valid version id.")
        if int(version) > len(ids):
            raise _Failure(NO_VERSION, f"Version {version} not found.")
        return ids[int(version) - 1]

    def register(self, subject: str, schema: RegisteredSchema) -> int:
        try:
            parse_registered(self, schema)
        except (InvalidSchema, SchemaUnknown, _Failure) as error:
            raise _Failure(INVALID_SCHEMA, f"Invalid schema: {error}") from None
        if schema not in self.schemas:
            self.schemas.append(schema)
        schema_id = self.schemas.index(schema) + 1
        ids = self.subjects.setdefault(subject, [])
        if schema_id not in ids:
            ids.append(schema_id)
        return schema_id

    def described(self, subject: str, schema_id: int) -> dict[str, Any]:
        schema, version = self.schema(schema_id), self.ids(subject).index(schema_id) + 1
        described = {"subject": subject, "version": version, "id": schema_id, "guid": guid_of(schema_id)}
        return described | request_body(schema.text, schema.references)


class _Endpoints:
    def __init__(self) -> None:
        self._store = _Store()

    async def schema_by_id(self, request: Request) -> _Answer:
        schema = self._store.schema(request.path_params["id"])
        return _Answer(request_body(schema.text, schema.references))

    async def schema_by_guid(self, request: Request) -> _Answer:
        schema = self._store.schema(self._store.id_of_guid(request.path_params["guid"]))
        return _Answer(request_body(schema.text, schema.references))

    async def subjects_of_id(self, request: Request) -> _Answer:
        schema_id = request.path_params["id"]
        self._store.schema(schema_id)
        return _Answer(sorted(subject for subject, ids in self._store.subjects.items() if schema_id in ids))

    async def subjects(self, _: Request) -> _Answer:
        return _Answer(sorted(self._store.subjects))

    async def versions(self, request: Request) -> _Answer:
        return _Answer([*range(1, len(self._store.ids(request.path_params["subject"])) + 1)])

    async def version(self, request: Request) -> _Answer:
        subject, version = request.path_params["subject"], request.path_params["version"]
        return _Answer(self._store.described(subject, self._store.id_of(subject, version)))

    async def register(self, request: Request) -> _Answer:
        schema_id = self._store.register(request.path_params["subject"], await _posted(request))
        return _Answer({"id": schema_id, "guid": guid_of(schema_id)})

    async def lookup(self, request: Request) -> _Answer:
        subject, schema = request.path_params["subject"], await _posted(request)
        for schema_id in self._store.ids(subject):
            if self._store.schema(schema_id) == schema:
                return _Answer(self._store.described(subject, schema_id))
        raise _Failure(NO_SCHEMA, "Schema not found")


def registry_app() -> Starlette:
    """A registry with nothing in it yet."""
    endpoints = _Endpoints()
    return Starlette(
        routes=[
            Route("/schemas/ids/{id:int}", endpoints.schema_by_id),
            Route("/schemas/guids/{guid}", endpoints.schema_by_guid),
            Route("/schemas/ids/{id:int}/subjects", endpoints.subjects_of_id),
            Route("/subjects", endpoints.subjects),
            Route("/subjects/{subject}", endpoints.lookup, methods=["POST"]),
            Route("/subjects/{subject}/versions", endpoints.versions),
            Route("/subjects/{subject}/versions", endpoints.register, methods=["POST"]),
            Route("/subjects/{subject}/versions/{version}", endpoints.version),
        ],
        exception_handlers={_Failure: _failed},
    )


async def _failed(_: Request, failure: Exception) -> _Answer:
    code = failure.code if isinstance(failure, _Failure) else 50001
    return _Answer({"error_code": code, "message": str(failure)}, int(str(code)[:3]))


async def _posted(request: Request) -> RegisteredSchema:
    body, _ = await bounded_body(request.receive, MOST_BYTES)
    try:
        posted = SCHEMA_ANSWER.validate_json(body or b"")
        # Two texts that differ in their white space alone are one schema.
        text = json.dumps(json.loads(posted.text), separators=(",", ":"))
    except ValidationError:
        raise _Failure(INVALID_SCHEMA, "Invalid schema: the body has no schema, or a field of another type") from None
    except ValueError as error:
        raise _Failure(INVALID_SCHEMA, f"Invalid schema: is not JSON: {error}") from None
    return RegisteredSchema(text, posted.schema_type, posted.references)
