"""A schema registry with data contracts and keys, and values that Confluent's own serializer encrypts by them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.schema_registry.rule_registry import RuleRegistry
from confluent_kafka.schema_registry.rules.encryption.encrypt_executor import (
    EncryptionExecutor,
    FieldEncryptionExecutor,
)
from confluent_kafka.schema_registry.rules.encryption.localkms.local_driver import LocalKmsDriver
from confluent_kafka.serialization import MessageField, SerializationContext
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from consumer.sandbox.serve import serve

SECRET = "s3cret of the key service"
"""Confluent's executors keep the first one for as long as the process lives."""
KEKS = "/dek-registry/v1/keks"
Json = dict[str, Any]

LocalKmsDriver.register()


def encrypt(*tags: str, name: str = "encrypt", kek: str = "shop-key", **more: Any) -> Json:
    """A rule that encrypts the fields with one of these tags; `more` are further parts of it."""
    params = {"encrypt.kek.name": kek, "encrypt.kms.type": "local-kms", "encrypt.kms.key.id": "local"}
    params |= more.pop("params", {})
    rule = {"name": name, "kind": "TRANSFORM", "type": "ENCRYPT", "mode": "WRITEREAD", "tags": list(tags)}
    return rule | {"params": params} | more


def encrypt_payload(**more: Any) -> Json:
    return encrypt(name="whole", type="ENCRYPT_PAYLOAD", **more)


@dataclass
class Contracts:
    """The registry, as an ASGI application.

    Attributes:
        instead: by the beginning of a path, what is answered in its place.
        asked: the method and path of each request.
    """

    schemas: list[Json] = field(default_factory=list)
    subjects: dict[str, list[int]] = field(default_factory=dict)
    keks: dict[str, Json] = field(default_factory=dict)
    deks: dict[tuple[str, str, str], list[Json]] = field(default_factory=dict)
    instead: dict[str, Response] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def register(self, subject: str, schema: Json, *rules: Json, **more: Any) -> int:
        """Register a schema with its rules; `more` are other parts of what is registered, such as `metadata`."""
        domain = [rule for rule in rules if rule["type"] != "ENCRYPT_PAYLOAD"]
        encoding = [rule for rule in rules if rule["type"] == "ENCRYPT_PAYLOAD"]
        rule_set = {"domainRules": domain, "encodingRules": encoding} | more.pop("rule_set", {})
        self.schemas.append({"schema": json.dumps(schema), "schemaType": "AVRO", "ruleSet": rule_set} | more)
        self.subjects.setdefault(subject, []).append(len(self.schemas))
        return len(self.schemas)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        path = scope["raw_path"].decode()
        self.asked.append(f"{request.method} {path}")
        answer = next((each for start, each in self.instead.items() if path.startswith(start)), None)
        if answer is None:
            body = json.loads(await request.body() or b"{}")
            found = self._found(request, [unquote(part) for part in path.split("/") if part], body)
            missing = JSONResponse({"error_code": 40470, "message": "not found"}, 404)
            answer = missing if found is None else JSONResponse(found)
        await answer(scope, receive, send)

    def _found(self, request: Request, parts: list[str], body: Json) -> Any:
        match parts:
            case ["schemas", "ids", number] if int(number) <= len(self.schemas):
                return self.schemas[int(number) - 1]
            case ["subjects"]:
                return sorted(self.subjects)
            case ["subjects", subject, "versions"] if subject in self.subjects:
                return list(range(1, len(self.subjects[subject]) + 1))
            case ["subjects", subject, "versions", version] if subject in self.subjects:
                place = len(self.subjects[subject]) if version == "latest" else int(version)
                schema_id = self.subjects[subject][place - 1]
                return self.schemas[schema_id - 1] | {"subject": subject, "version": place, "id": schema_id}
            case ["dek-registry", "v1", "keks", *rest]:
                return self._key(request, rest, body)
        return None

    def _key(self, request: Request, parts: list[str], body: Json) -> Json | None:
        algorithm = body.get("algorithm") or request.query_params.get("algorithm", "AES256_GCM")
        match parts:
            case [] if request.method == "POST":
                self.keks[body["name"]] = body
                return body
            case [name]:
                return self.keks.get(name)
            case [name, "deks", subject] if request.method == "POST":
                versions = self.deks.setdefault((name, subject, algorithm), [])
                versions.append(body | {"kekName": name, "version": len(versions) + 1, "ts": 1})
                return versions[-1]
            case [name, "deks", subject, "versions", version]:
                versions = self.deks.get((name, subject, algorithm), [])
                place = len(versions) if version == "-1" else int(version)
                return versions[place - 1] if 0 < place <= len(versions) else None
        return None


@contextmanager
def contracts() -> Iterator[Contracts]:
    """The registry, over HTTP."""
    registry = Contracts()
    with serve(registry) as url:
        registry.url = url
        yield registry


def written(registry: Contracts, topic: str, value: Any, *, subject: str | None = None, part: str = "value") -> bytes:
    """A value of the topic, or a key, as Confluent's serializer writes it by the latest schema of the subject."""
    executors = RuleRegistry()  # type: ignore[no-untyped-call]  # confluent-kafka leaves these without types
    both = FieldEncryptionExecutor(), EncryptionExecutor()
    for executor in both:
        executors.register_executor(executor)
    name: Callable[..., str] = lambda *_: subject or f"{topic}-{part}"  # noqa: E731 - the serializer's strategy
    with SchemaRegistryClient({"url": registry.url}) as client:
        serializer = AvroSerializer(
            client,
            client.get_latest_version(name()).schema,
            conf={"auto.register.schemas": False, "use.latest.version": True, "subject.name.strategy": name},
            rule_conf={"secret": SECRET},
            rule_registry=executors,
        )
        # It encrypts the records within what it is given in place.
        field_of = MessageField.KEY if part == "key" else MessageField.VALUE
        found = serializer(deepcopy(value), SerializationContext(topic, field_of))
    for executor in both:
        executor.close()  # type: ignore[no-untyped-call]
    assert isinstance(found, bytes)
    return found
