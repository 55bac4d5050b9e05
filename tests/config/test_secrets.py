"""Every secret of a configuration is known as one, wherever it stands."""

from __future__ import annotations

from consumer.config.model import Config
from consumer.config.secrets import secrets_of
from consumer.telemetry.masking import Secrets
from tests.support.configs import SOUND


def test_every_secret_is_found_and_nothing_else() -> None:
    config = Config.model_validate(
        {
            **SOUND,
            "kafka": {
                "bootstrap_servers": "kafka:9092",
                "options": {
                    "sasl.username": "user",
                    "sasl.password": "secret-1",
                    "ssl.key.password": "secret-2",
                    "sasl.oauthbearer.client.secret": "secret-3",
                    "ssl.key.pem": "secret-4",
                    "sasl.oauthbearer.assertion.private.key.passphrase": "secret-5",
                    "sasl.oauthbearer.config": "principal=user secret=secret-6",
                    "sasl.oauthbearer.token.endpoint.url": "https://idp/token",
                    "linger.ms": 5,
                },
            },
            "bluecore": {"namespace": "shop", "api_key": "secret-7"},
            "schema_registry": {
                "url": "http://user:secret%2D8@registry",
                "options": {
                    "basic.auth.user.info": "user:secret-9",
                    "bearer.auth.token": "secret-0",
                    "timeout.ms": "5000",
                },
            },
        }
    )
    found = secrets_of(config)

    assert found.words == ("shop",)
    assert sorted(found.anywhere) == [
        "principal=user secret=secret-6",
        "secret%2D8",
        *(f"secret-{number}" for number in range(10)),
        "user:secret%2D8",
        "user:secret-8",
        "user:secret-9",
    ]


def test_a_user_alone_may_be_a_token() -> None:
    """Some registries take it in that place."""
    registry = {"url": "https://secret-1@registry"}
    assert secrets_of(Config.model_validate({**SOUND, "schema_registry": registry})).anywhere == ("secret-1",)


def test_what_is_not_set_is_no_secret() -> None:
    """An empty one would be found everywhere."""
    assert secrets_of(Config.model_validate(SOUND)) == Secrets(words=("test-namespace",))
