"""AWS Glue on loopback, as far as its registry is asked: the schema `shop.orders` of two versions."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tests.avro.support import record, text

UUID, OF_JSON = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"
WRITTEN = record("com.shop.Order", email="string", id="string")
ORDER = text(WRITTEN)
REFUND = text(record("com.shop.Order", email="string", id="string", total="long"))


class Glue:
    """The service, with a schema `shop.orders` of two versions; it answers `instead` while that is set."""

    def __init__(self) -> None:
        self.instead: Response | None = None
        self.asked: list[tuple[str, Any]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        action, body = request.headers["x-amz-target"].removeprefix("AWSGlue."), json.loads(await request.body())
        self.asked.append((request.headers["authorization"], body))
        answer = self.instead or getattr(self, action)(body)
        await answer(scope, receive, send)

    def GetSchemaVersion(self, body: Any) -> Response:  # noqa: N802 - as the service names it
        if "SchemaId" in body:
            assert body["SchemaId"] == {"RegistryName": "shop", "SchemaName": "shop.orders"}
            number = body["SchemaVersionNumber"]
            texts = {1: ORDER, 2: REFUND}
            return _version(texts[2] if number.get("LatestVersion") else texts[number["VersionNumber"]])
        if body["SchemaVersionId"] == OF_JSON:
            return JSONResponse({"SchemaDefinition": "{}", "DataFormat": "JSON", "Status": "AVAILABLE"})
        if body["SchemaVersionId"] != UUID:
            return failure("EntityNotFoundException", "Schema version is not found.")
        return _version(ORDER)

    def ListSchemas(self, body: Any) -> Response:  # noqa: N802 - as the service names it
        assert body["RegistryId"] == {"RegistryName": "shop"}
        if "NextToken" not in body:
            return JSONResponse({"Schemas": [{"SchemaName": "shop.carts"}], "NextToken": "more"})
        return JSONResponse({"Schemas": [{"SchemaName": "shop.orders"}]})

    def ListSchemaVersions(self, body: Any) -> Response:  # noqa: N802 - as the service names it
        if body["SchemaId"]["SchemaName"] != "shop.orders":
            return failure("EntityNotFoundException", "Schema is not found.")
        states = {2: "AVAILABLE", 1: "AVAILABLE", 3: "FAILURE"}
        return JSONResponse({"Schemas": [{"VersionNumber": key, "Status": value} for key, value in states.items()]})


def _version(content: str) -> Response:
    return JSONResponse({"SchemaDefinition": content, "DataFormat": "AVRO", "Status": "AVAILABLE"})


def failure(code: str, message: str, status: int = 400) -> Response:
    return JSONResponse({"__type": code, "Message": message}, status)
