"""The schema registry of the lab, which can be away, or answer 404 to everything."""

from __future__ import annotations

import json
from contextlib import ExitStack
from copy import deepcopy
from typing import Any

from starlette.types import Receive, Scope, Send

from consumer.avro.registry import RegistryClient
from consumer.sandbox.registry import registry_app
from consumer.sandbox.serve import serve
from tests.support.shop import Shop
from tests.support.waiting import free_port


class Registry:
    """Keeps its address and what is registered, whatever happens."""

    def __init__(self) -> None:
        self._app = registry_app()
        self._port = free_port()
        self._stack = ExitStack()
        self.knows_nothing = False
        self.url = f"http://127.0.0.1:{self._port}"
        self._count = 0
        self.start()

    def start(self) -> None:
        self._stack.enter_context(serve(self, port=self._port))

    def stop(self) -> None:
        self._stack.close()

    def variant(self, shop: Shop, event: str, renamed: str = "") -> tuple[int, Any]:
        """A new version of an event's schema, with a field more, or with this field renamed: its id and itself."""
        self._count += 1
        schema = deepcopy(shop.schemas[event][1])
        if renamed:
            (each,) = [each for each in schema["fields"] if each["name"] == renamed]
            each["name"] = f"{renamed}_v2"
        schema["fields"].append({"name": f"extra_{self._count}", "type": "string", "default": ""})
        schema["name"] = schema["name"].rpartition(".")[2] if "namespace" in schema else schema["name"]
        with RegistryClient(self.url) as client:
            return client.register(f"lab.{event}.{self._count}", json.dumps(schema)), schema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.knows_nothing and scope["type"] == "http":
            body = b'{"error_code": 40403, "message": "Schema not found"}'
            headers = [(b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 404, "headers": headers})
            await send({"type": "http.response.body", "body": body})
            return
        await self._app(scope, receive, send)
