"""Azure's registry through azure-schemaregistry and azure-identity themselves, at stubs on loopback."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from consumer.avro.connecting import open_registry
from consumer.avro.errors import RegistryUnavailable, SchemaUnknown
from consumer.avro.references import load_schema
from consumer.avro.registry_protocol import Registry
from consumer.avro.schema_ids import IdKind, NamedId
from consumer.config.model import RegistryConfig
from consumer.sandbox.serve import serve
from tests.avro.support import record, text
from tests.support.servers import Peer, Server, certificate, dripping, endless, server_context

ID, OF_JSON = "1b2c3d4e5f60718293a4b5c6d7e8f901", "2" * 32
ORDER = text(record("com.shop.Order", id="string"))
REFUND = text(record("com.shop.Order", id="string", total="long"))
MISSING = JSONResponse({"error": {"code": "ItemNotFound", "message": "Schema id does not exist."}}, 404)


class Azure:
    """The service, with `com.shop.Order` in the group `shop`; it answers `instead` while that is set."""

    def __init__(self) -> None:
        self.instead: Response | None = None
        self.asked: list[tuple[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            self.asked.append((request.url.path, request.headers.get("authorization", "")))
            await (self.instead or self._answer(request.url.path))(scope, receive, send)

    def _answer(self, path: str) -> Response:
        versions = {f"/$schemaGroups/shop/schemas/com.shop.Order/versions/{n}": n for n in (1, 2)}
        if path in versions:
            return found(ID, (ORDER, REFUND)[versions[path] - 1], versions[path])
        if path == f"/$schemaGroups/$schemas/{OF_JSON}":
            return found(OF_JSON, "{}", 1, "Json")
        return found(ID, ORDER, 1) if path == f"/$schemaGroups/$schemas/{ID}" else MISSING


def found(schema_id: str, content: str, version: int, kind: str = "Avro") -> Response:
    headers = {
        "Schema-Id": schema_id,
        "Schema-Group-Name": "shop",
        "Schema-Name": "com.shop.Order",
        "Schema-Version": str(version),
        "Content-Type": f"application/json; serialization={kind}",
    }
    return Response(content, headers=headers)


class Identity:
    """What gives a pod's managed identity its tokens."""

    def __init__(self) -> None:
        self.refuses = False
        self.resources: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            self.resources.append(request.query_params["resource"])
            token = {"access_token": "t0ken", "expires_on": str(int(time.time()) + 3600), "resource": "r"}
            answer = JSONResponse({"message": "no identity"}, 400) if self.refuses else JSONResponse(token)
            await answer(scope, receive, send)


@dataclass
class Stubs:
    azure: Azure
    identity: Identity
    url: str
    ca: str


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), alternative="IP:127.0.0.1")


@pytest.fixture(autouse=True)
def identity(monkeypatch: pytest.MonkeyPatch) -> Iterator[Identity]:
    """The environment of a pod with a managed identity; nothing of this machine's."""
    for name in ("CLIENT_ID", "TENANT_ID", "CLIENT_SECRET", "FEDERATED_TOKEN_FILE", "USERNAME", "TOKEN_CREDENTIALS"):
        monkeypatch.delenv(f"AZURE_{name}", raising=False)
    app = Identity()
    with serve(app) as url:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{url}/token")
        monkeypatch.setenv("IDENTITY_HEADER", "h")
        yield app


@pytest.fixture
def stubs(identity: Identity, pem: Path) -> Iterator[Stubs]:
    app = Azure()
    with serve(app, ssl_certfile=str(pem), ssl_keyfile=str(pem), lifespan="off") as url:
        yield Stubs(app, identity, url, str(pem))


def of_type_azure(url: str, ca: str, **options: str) -> Registry:
    given = {"ssl.ca.location": ca, "schema.group": "shop"} | options
    return open_registry(RegistryConfig(type="azure", url=url, options=given))


@pytest.fixture
def client(stubs: Stubs) -> Iterator[Registry]:
    opened = of_type_azure(stubs.url, stubs.ca)
    yield opened
    opened.close()


def test_a_schema_is_fetched_by_its_id_with_the_identitys_token(client: Registry, stubs: Stubs) -> None:
    assert list(load_schema(client, NamedId(IdKind.AZURE, ID)).named) == ["com.shop.Order"]
    client.schema(NamedId(IdKind.AZURE, ID))
    assert stubs.azure.asked == [(f"/$schemaGroups/$schemas/{ID}", "Bearer t0ken")] * 2
    assert stubs.identity.resources == ["https://eventhubs.azure.net"]


def test_a_netrc_does_not_replace_the_token(
    client: Registry, stubs: Stubs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """See findings/azure-core-sends-netrc-in-place-of-its-token.sh."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    client.schema(NamedId(IdKind.AZURE, ID))
    assert stubs.azure.asked[0][1] == "Bearer t0ken"


def test_an_id_that_is_not_there_is_unknown(client: Registry) -> None:
    with pytest.raises(SchemaUnknown, match="has no such schema"):
        load_schema(client, NamedId(IdKind.AZURE, "3" * 32))


def test_a_schema_of_another_kind_is_none(client: Registry) -> None:
    with pytest.raises(SchemaUnknown, match="is JSON, not AVRO"):
        load_schema(client, NamedId(IdKind.AZURE, OF_JSON))


def test_it_lists_nothing_and_has_versions_of_a_name(client: Registry) -> None:
    assert client.subjects() is None
    assert list(client.versions("com.shop.Order")) == [1, 2]
    assert client.schema_of("com.shop.Order", 1).text == ORDER
    assert client.schema_of("com.shop.Order").text == REFUND
    with pytest.raises(SchemaUnknown):
        client.versions("com.shop.Nobody")


def test_versions_need_the_group(stubs: Stubs) -> None:
    client = open_registry(RegistryConfig(type="azure", url=stubs.url, options={"ssl.ca.location": stubs.ca}))
    with pytest.raises(SchemaUnknown, match=r"set schema\.group"):
        client.versions("com.shop.Order")
    client.close()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Response("", 401), "answers 401: give this identity the role Schema Registry Reader"),
        (Response("", 403), "answers 403: give this identity the role Schema Registry Reader"),
        (Response("", 500), "answers 500: see its own logs"),
        (Response("<html>sign in</html>", 200), "is not Azure's schema registry"),
    ],
)
def test_an_answer_that_says_nothing_of_the_schema_is_an_outage(
    client: Registry, stubs: Stubs, answer: Response, said: str
) -> None:
    stubs.azure.instead = answer
    with pytest.raises(RegistryUnavailable, match=said):
        client.schema(NamedId(IdKind.AZURE, ID))


def test_without_an_identity_the_sentence_says_what_to_set(client: Registry, stubs: Stubs) -> None:
    stubs.identity.refuses = True
    with pytest.raises(RegistryUnavailable, match="workload or managed identity, or set AZURE_CLIENT_ID"):
        client.schema(NamedId(IdKind.AZURE, ID))


def test_a_certificate_that_nobody_vouches_for_is_an_outage(stubs: Stubs) -> None:
    client = open_registry(RegistryConfig(type="azure", url=stubs.url))
    with pytest.raises(RegistryUnavailable, match=r"TLS connection .* failed"):
        client.schema(NamedId(IdKind.AZURE, ID))
    client.close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS, DRIPPING = endless(HEAD), dripping(HEAD)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param(ENDLESS, "broke", id="endless"),
        pytest.param(DRIPPING, "did not answer within 0.5 s", id="dripping"),
    ],
)
def test_an_answer_that_has_no_end_is_an_outage(script: Callable[[Peer], None], said: str, pem: Path) -> None:
    with Server(script, server_context(pem)) as server:
        timeout = "500" if script is DRIPPING else "20000"
        client = of_type_azure(server.url.removesuffix("/api"), str(pem), **{"timeout.ms": timeout})
        with pytest.raises(RegistryUnavailable, match=said):
            client.schema(NamedId(IdKind.AZURE, ID))
        client.close()
