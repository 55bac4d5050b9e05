"""How Bluecore's REST APIs are reached: what is asked for, what is inherited, and what no log shows."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.config.load import ConfigError, parse
from consumer.config.model import Config
from consumer.config.secrets import secrets_of
from tests.support.configs import SOUND

CLIENT = {"client_id": "client-1", "client_secret": "secret-1"}
OWN = {"client_id": "client-2", "client_secret": "secret-2"}


def config(base: dict[str, Any] | None, own: dict[str, Any] | None = None) -> Config:
    """Of one namespace beside that of `bluecore`."""
    return Config.model_validate(
        {
            **SOUND,
            "bluecore": SOUND["bluecore"] | ({} if base is None else {"rest_api": base}),
            "destinations": {"acme": {"namespace": "acme"} | ({} if own is None else {"rest_api": own})},
        }
    )


def test_where_bluecore_has_them_need_not_be_said() -> None:
    """The addresses are those of Bluecore's documents, and nothing is read back unless that is asked for."""
    found = config(CLIENT).endpoints[""].rest_api
    assert found is not None
    assert (found.url, found.token_url) == ("https://a.bluecore.com/api", "https://auth.bluecore.com/oauth/token")
    assert (found.audience, found.verify_share) == ("https://a.bluecore.com", 0)


def test_without_the_section_there_are_none() -> None:
    assert config(None).endpoints["acme"].rest_api is None


def test_a_client_of_a_parent_namespace_is_that_of_every_destination() -> None:
    whole = config(CLIENT | {"url": "http://base"})
    assert whole.endpoints["acme"].rest_api == whole.endpoints[""].rest_api


def test_a_destination_with_a_client_of_its_own_inherits_the_rest() -> None:
    found = config(CLIENT | {"url": "http://base", "verify_share": 0.5}, OWN | {"verify_share": 0}).endpoints["acme"]
    assert found.rest_api is not None
    assert (found.rest_api.url, found.rest_api.client_id, found.rest_api.verify_share) == (
        "http://base",
        "client-2",
        0,
    )


def test_a_destination_may_be_the_only_one_that_has_them() -> None:
    whole = config(None, OWN)
    assert (whole.endpoints[""].rest_api, whole.endpoints["acme"].rest_api is None) == (None, False)


def test_their_secrets_are_masked_wherever_they_stand() -> None:
    assert {"secret-1", "secret-2"} <= set(secrets_of(config(CLIENT, OWN)).anywhere)


@pytest.mark.parametrize(
    ("given", "key", "sentence"),
    [
        ({"client_id": "x"}, "bluecore.rest_api.client_secret", "is required"),
        ({"client_secret": "x"}, "bluecore.rest_api.client_id", "is required"),
        (CLIENT | {"client_secret": " "}, "bluecore.rest_api.client_secret", "is empty: Bluecore's Developer Portal"),
        (CLIENT | {"client_id": ""}, "bluecore.rest_api.client_id", "is empty: Bluecore's Developer Portal"),
        (CLIENT | {"url": "a.bluecore.com"}, "bluecore.rest_api.url", "must be an http:// or https:// address"),
        (CLIENT | {"token_url": "https://u:p@auth"}, "bluecore.rest_api.token_url", "must not hold a user"),
        (CLIENT | {"verify_share": 2}, "bluecore.rest_api.verify_share", "should be less than or equal to 1"),
        (CLIENT | {"secret": "x"}, "bluecore.rest_api.secret", "is no setting"),
    ],
)
def test_what_is_wrong_is_named_by_its_key(given: dict[str, Any], key: str, sentence: str) -> None:
    """And no value is quoted, which may be the secret."""
    whole = {**SOUND, "bluecore": SOUND["bluecore"] | {"rest_api": given}}
    with pytest.raises(ConfigError) as refused:
        parse(str(whole).replace("'", '"').replace("None", "null"), {}, "bluecore-consumer.yaml")
    (finding,) = [each for each in refused.value.findings if each.key == key]
    assert sentence in finding.message


def test_a_secret_from_the_environment_loses_its_line_end() -> None:
    text = 'kafka: {bootstrap_servers: "k:9092"}\nschema_registry: {url: "http://r"}\nbluecore:\n  namespace: shop\n'
    text += "  rest_api: {client_id: c, client_secret: '${SECRET}'}\nroutes: [{topic: t, event: optin}]\n"
    found = parse(text, {"SECRET": "s-1\n"}, "x").endpoints[""].rest_api
    assert found is not None
    assert found.client_secret.get_secret_value() == "s-1"
    assert "s-1" not in repr(found)
