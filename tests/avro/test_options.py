"""The registry's options carry Confluent's names; what cannot be meant is refused by its name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from consumer.avro.options import RegistryOptions, TokenClient, parse_options
from consumer.errors import UnusableSetting

HERE = str(Path(__file__))
OAUTH = {
    "bearer.auth.credentials.source": "OAUTHBEARER",
    "bearer.auth.issuer.endpoint.url": "https://idp.example.com/token",
    "bearer.auth.client.id": "shop",
    "bearer.auth.client.secret": "s3cret",
}


def test_without_options_there_is_a_time_limit_all_the_same() -> None:
    assert parse_options({}) == RegistryOptions(timeout_seconds=10)


def test_every_option_is_read() -> None:
    options = parse_options(
        {
            "basic.auth.user.info": "user:pass:word",
            "ssl.ca.location": HERE,
            "ssl.certificate.location": HERE,
            "ssl.key.location": HERE,
            "timeout.ms": "2500",
        }
    )
    assert options == RegistryOptions(("user", "pass:word"), None, HERE, HERE, HERE, 2.5)
    assert parse_options({"bearer.auth.token": "abc"}).bearer_token == "abc"


def test_a_client_of_an_issuer_is_read() -> None:
    more = {"bearer.auth.scope": "read", "bearer.auth.logical.cluster": "lsrc-1", "bearer.auth.identity.pool.id": "p"}
    options = parse_options(OAUTH | more)
    assert options.token_client == TokenClient("https://idp.example.com/token", "shop", "s3cret", "read")
    assert options.headers == {"target-sr-cluster": "lsrc-1", "Confluent-Identity-Pool-Id": "p"}
    assert parse_options(OAUTH).token_client == TokenClient("https://idp.example.com/token", "shop", "s3cret", None)


def test_a_token_that_is_given_may_say_so() -> None:
    options = {"bearer.auth.credentials.source": "STATIC_TOKEN", "bearer.auth.token": "abc"}
    assert parse_options(options).bearer_token == "abc"


def test_the_settings_of_a_key_service_are_read() -> None:
    """Under Confluent's name for those of all rules."""
    options = parse_options({"rule.executors._default_.param.secret": "s", "rule.executors._default_.param.a.b": "c"})
    assert options.keys == {"secret": "s", "a.b": "c"}


def test_the_smallest_of_each_will_do() -> None:
    """A user without a password, a certificate that holds its key, a millisecond."""
    options = {"basic.auth.user.info": "user:", "ssl.certificate.location": HERE, "timeout.ms": "1"}
    assert parse_options(options) == RegistryOptions(("user", ""), None, None, HERE, None, 0.001)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"ssl.ca.locations": HERE}, "ssl.ca.locations: no such option .* did you mean ssl.ca.location?"),
        ({"retries": "1"}, "retries: no such option of the schema registry; choose from basic.auth.user.info"),
        ({"basic.auth.user.info": "user"}, "basic.auth.user.info: must be user:password"),
        ({"basic.auth.user.info": ":word"}, "basic.auth.user.info: must be user:password"),
        ({"bearer.auth.token": "a\nb"}, "bearer.auth.token: is empty, or has characters"),
        ({"bearer.auth.token": "ä"}, "bearer.auth.token: is empty, or has characters"),
        ({"bearer.auth.token": ""}, "bearer.auth.token: is empty, or has characters"),
        ({"bearer.auth.token": " "}, "bearer.auth.token: is empty, or has characters"),
        ({"basic.auth.user.info": "a:b", "bearer.auth.token": "c"}, "give one of the two"),
        ({"ssl.key.location": HERE}, "needs ssl.certificate.location too"),
        ({"ssl.ca.location": "/no/such.pem"}, "ssl.ca.location: there is no file /no/such.pem"),
        ({"timeout.ms": "soon"}, "timeout.ms: must be a whole number"),
        ({"timeout.ms": "0"}, "timeout.ms: must be a whole number"),
        ({"basic.auth.user.info": "a:b", **OAUTH}, "give one of the two"),
        ({**OAUTH, "bearer.auth.client.secret": ""}, "bearer.auth.client.secret: is required by"),
        ({**OAUTH, "bearer.auth.issuer.endpoint.url": "idp"}, "endpoint.url: must be an http:// or https:// address"),
        ({"bearer.auth.client.id": "a"}, "bearer.auth.client.id: needs bearer.auth.credentials.source: OAUTHBEARER"),
        ({"bearer.auth.credentials.source": "SASL_INHERIT"}, "must be OAUTHBEARER or STATIC_TOKEN"),
        ({"bearer.auth.credentials.source": "STATIC_TOKEN"}, "STATIC_TOKEN needs bearer.auth.token"),
        ({"bearer.auth.logical.cluster": "lsrc-1"}, "bearer.auth.logical.cluster: goes with a token"),
        ({**OAUTH, "bearer.auth.identity.pool.id": "a\nb"}, "identity.pool.id: is empty, or has characters"),
    ],
)
def test_an_unusable_option_is_refused_by_its_name(options: dict[str, str], said: str) -> None:
    with pytest.raises(UnusableSetting, match=said):
        parse_options(options)


def test_a_refusal_does_not_repeat_the_secret() -> None:
    with pytest.raises(UnusableSetting, match=re.escape("user:password")) as caught:
        parse_options({"basic.auth.user.info": "s3cret"})
    assert "s3cret" not in str(caught.value)


def test_secrets_are_not_in_the_representation() -> None:
    shown = repr(RegistryOptions(basic_auth=("user", "s3cret"))) + repr(RegistryOptions(bearer_token="s3cret"))
    shown += repr(RegistryOptions(token_client=TokenClient("u", "i", "s3cret"), keys={"secret": "s3cret"}))
    assert "s3cret" not in shown
