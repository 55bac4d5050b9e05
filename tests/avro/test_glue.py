"""AWS Glue through boto3 itself, at a stub on loopback: what is asked, and what its errors mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from consumer.avro.connecting import open_registry
from consumer.avro.errors import RegistryUnavailable, SchemaUnknown
from consumer.avro.references import load_schema
from consumer.avro.registry_protocol import Registry
from consumer.avro.schema_ids import IdKind, NamedId
from consumer.config.model import RegistryConfig
from consumer.errors import UnusableSetting
from consumer.sandbox.serve import serve
from tests.avro.glue_stub import OF_JSON, ORDER, REFUND, UUID, Glue, failure
from tests.support.servers import Peer, Server, dripping, endless

pytestmark = pytest.mark.usefixtures("aws_role")


def of_type_glue(url: str | None, **options: str) -> Registry:
    given = {"region": "eu-central-1", "registry.name": "shop"} | options
    return open_registry(RegistryConfig(type="glue", url=url, options=given))


@pytest.fixture
def glue() -> Glue:
    return Glue()


@pytest.fixture
def client(glue: Glue) -> Iterator[Registry]:
    with serve(glue) as url:
        opened = of_type_glue(url)
        yield opened
        opened.close()


def test_a_schema_is_fetched_by_the_uuid_of_its_version(client: Registry, glue: Glue) -> None:
    """And the request is signed for the region."""
    assert list(load_schema(client, NamedId(IdKind.GLUE, UUID)).named) == ["com.shop.Order"]
    (signed, body), *more = glue.asked
    assert "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/" in signed
    assert "/eu-central-1/glue/aws4_request" in signed
    assert (body, more) == ({"SchemaVersionId": UUID}, [])


def test_a_netrc_does_not_sign_in_its_place(
    client: Registry, glue: Glue, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    client.schema(NamedId(IdKind.GLUE, UUID))
    assert glue.asked[0][0].startswith("AWS4-HMAC-SHA256")


def test_an_id_that_is_not_there_is_unknown_though_the_status_is_400(client: Registry) -> None:
    with pytest.raises(SchemaUnknown, match="Schema version is not found"):
        load_schema(client, NamedId(IdKind.GLUE, UUID.replace("1", "2")))


def test_a_schema_of_another_kind_is_none(client: Registry) -> None:
    with pytest.raises(SchemaUnknown, match="is JSON, not AVRO"):
        load_schema(client, NamedId(IdKind.GLUE, OF_JSON))


def test_its_schemas_are_subjects_with_versions(client: Registry) -> None:
    """A version that failed its check was never written with."""
    assert client.subjects() == ["shop.carts", "shop.orders"]
    assert list(client.versions("shop.orders")) == [1, 2]
    assert client.schema_of("shop.orders", 1).text == ORDER
    assert client.schema_of("shop.orders").text == REFUND
    with pytest.raises(SchemaUnknown):
        client.versions("nobody's")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            failure("AccessDeniedException", "no", 400),
            "answers AccessDeniedException: no; see the role",
        ),
        (failure("UnrecognizedClientException", "token", 400), "answers UnrecognizedClientException"),
        (failure("ThrottlingException", "slow down", 400), "answers ThrottlingException: slow down; it is asked too"),
        (Response("<html>", 404), "at http://127.0.0.1"),
        (Response("<html>sign in</html>", 200), "is not AWS Glue"),
        (JSONResponse({}), "is not AWS Glue"),
    ],
)
def test_an_answer_that_says_nothing_of_the_schema_is_an_outage(
    client: Registry, glue: Glue, answer: Response, said: str
) -> None:
    glue.instead = answer
    with pytest.raises(RegistryUnavailable, match=said):
        client.schema(NamedId(IdKind.GLUE, UUID))


def test_without_credentials_the_sentence_says_what_to_set(glue: Glue, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with (
        serve(glue) as url,
        pytest.raises(RegistryUnavailable, match="give the pod a role, or set AWS_ACCESS_KEY_ID"),
    ):
        of_type_glue(url).schema(NamedId(IdKind.GLUE, UUID))


def test_without_a_region_it_is_no_setting() -> None:
    with pytest.raises(UnusableSetting, match="set region, such as eu-central-1"):
        open_registry(RegistryConfig(type="glue"))


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS, DRIPPING = endless(HEAD), dripping(HEAD)


def silent(peer: Peer) -> None:
    peer.drain()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param(ENDLESS, "broke .AnswerTooLarge", id="endless"),
        pytest.param(DRIPPING, "did not answer within 0.5 s", id="dripping"),
        pytest.param(silent, "did not answer within 0.5 s", id="silent"),
    ],
)
def test_an_answer_that_has_no_end_is_an_outage(script: Callable[[Peer], None], said: str) -> None:
    """boto3's own HTTP would read on for ever."""
    with Server(script) as server, pytest.raises(RegistryUnavailable, match=said):
        of_type_glue(server.url, **{"timeout.ms": "500" if script is not ENDLESS else "20000"}).schema(
            NamedId(IdKind.GLUE, UUID)
        )
