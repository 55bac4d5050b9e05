"""Every secret of a configuration is known as one, wherever it stands."""

from __future__ import annotations

from consumer.confidential import secrets_of
from consumer.config import Config
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
                    "linger.ms": 5,
                },
            },
            "bluecore": {"namespace": "secret-5", "api_key": "secret-6"},
            "schema_registry": {
                "url": "http://user:secret-7@registry",
                "options": {"basic.auth.user.info": "user:secret-8", "bearer.auth.token": "secret-9"},
            },
        }
    )
    assert sorted(secrets_of(config)) == [*(f"secret-{number}" for number in range(1, 10)), "user:secret-8"]


def test_what_is_not_set_is_no_secret() -> None:
    """An empty one would be found everywhere."""
    assert secrets_of(Config.model_validate(SOUND)) == ["test-namespace"]
