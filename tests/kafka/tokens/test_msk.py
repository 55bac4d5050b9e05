"""Amazon MSK's tokens through the signer and botocore themselves, with STS on loopback."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from consumer.config.authentication import AuthenticationConfig
from consumer.kafka.tokens.process import fetcher
from consumer.sandbox.serve import serve
from consumer.tokens.token import Token, TokenUnavailable
from tests.kafka.tokens.stubs import Stub, sts, sts_refusal
from tests.support.waiting import free_port

ROLE = "arn:aws:iam::123456789012:role/kafka"


class Sts:
    """How long its sessions are good, and what it was asked."""

    def __init__(self) -> None:
        self.seconds = 3600.0
        self.stub: Stub = sts(lambda: self.seconds)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Sts]:
    request.getfixturevalue("aws_role")
    running = Sts()
    with serve(running.stub) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
        yield running


@pytest.fixture
def irsa(service: Sts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sts:
    """The environment that EKS gives a pod whose service account is annotated with a role."""
    (tmp_path / "token").write_text("ey.of.the-pod")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ROLE_ARN", ROLE)
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    return service


def msk(**settings: str) -> Callable[[], Token]:
    return fetcher(AuthenticationConfig(type="aws_msk_iam", region="eu-central-1", **settings))


def signed(token: Token) -> dict[str, str]:
    """What the address says that a token is."""
    url = urlsplit(base64.urlsafe_b64decode(token.text + "=" * (-len(token.text) % 4)).decode())
    return {"host": url.netloc, **{name: values[0] for name, values in parse_qs(url.query).items()}}


@pytest.mark.usefixtures("service")
def test_a_token_is_an_address_that_is_signed_and_ends_in_seconds() -> None:
    """The signer itself says milliseconds."""
    token = msk()()
    found = signed(token)
    assert (found["host"], found["Action"]) == ("kafka.eu-central-1.amazonaws.com", "kafka-cluster:Connect")
    assert found["X-Amz-Credential"].startswith("AKIDEXAMPLE/")
    assert 890 < token.expires_at - time.time() <= 900


def test_a_pods_role_is_asked_for_once(irsa: Sts) -> None:
    """Its session is kept, and each token is signed with it."""
    fetch = msk()
    tokens = [fetch() for _ in range(3)]
    assert {signed(token)["X-Amz-Security-Token"] for token in tokens} == {"session"}
    assert [each["Action"] for each in irsa.stub.asked] == ["AssumeRoleWithWebIdentity"]
    assert (irsa.stub.asked[0]["RoleArn"], irsa.stub.asked[0]["WebIdentityToken"]) == (ROLE, "ey.of.the-pod")


def test_a_token_ends_with_its_session(irsa: Sts) -> None:
    """What the signer says of it is later."""
    irsa.seconds = 120
    assert 100 < msk()().expires_at - time.time() <= 120


def test_a_role_of_another_account_is_assumed_once(service: Sts) -> None:
    fetch = msk(role_arn=ROLE)
    assert {signed(fetch())["X-Amz-Credential"].split("/")[0] for _ in range(3)} == {"ASIASESSION"}
    assert [(each["Action"], each["RoleArn"]) for each in service.stub.asked] == [("AssumeRole", ROLE)]


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("AccessDenied", "trust policy"),
        ("InvalidIdentityToken", "annotation of the pod's service account"),
        ("SignatureDoesNotMatch", "set this machine's clock"),
        ("Throttling", "role's permissions"),
    ],
)
def test_what_sts_says_is_told(service: Sts, code: str, advice: str) -> None:
    service.stub.instead = sts_refusal(code, "is not so")
    with pytest.raises(TokenUnavailable, match=rf"STS\) answers {code}: is not so; .*{advice}"):
        msk(role_arn=ROLE)()


def test_after_a_refusal_sts_is_asked_again(service: Sts) -> None:
    service.stub.instead = sts_refusal("AccessDenied", "not yet")
    fetch = msk(role_arn=ROLE)
    with pytest.raises(TokenUnavailable):
        fetch()
    service.stub.instead = None
    assert fetch().text


@pytest.mark.usefixtures("service")
def test_without_credentials_it_is_said_where_they_are_looked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(TokenUnavailable, match="no credentials of AWS were found: give the pod's service account a"):
        msk()()


@pytest.mark.usefixtures("service")
def test_a_profile_is_that_of_the_shared_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text("[shop]\naws_access_key_id=AKIDSHOP\naws_secret_access_key=s\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    assert signed(msk(profile="shop")())["X-Amz-Credential"].startswith("AKIDSHOP/")
    with pytest.raises(TokenUnavailable, match=r"no profile shopp: correct kafka\.authentication\.profile"):
        msk(profile="shopp")()


def test_a_service_that_is_not_there_is_an_outage(service: Sts, monkeypatch: pytest.MonkeyPatch) -> None:
    assert service.stub.asked == []
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(TokenUnavailable, match=r"STS\) cannot be reached: .*; is a firewall, a proxy"):
        msk(role_arn=ROLE)()
