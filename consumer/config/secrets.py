"""Which values of a configuration are secrets: what the log masks wherever it would show them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from consumer.config.addresses import addresses_in
from consumer.config.model import Config
from consumer.telemetry.masking import Secrets

_SECRET_NAMES = (
    "password",
    "secret",
    "passphrase",
    ".pem",
    "oauthbearer.config",
    "token",
    "user.info",
    "private.key",
)


def secrets_of(config: Config) -> Secrets:
    """The namespaces, keys, passwords and tokens that are set."""
    destinations = config.every_destination.values()
    found = [each.bluecore.api_key.get_secret_value() for each in destinations]
    found += [api.client_secret.get_secret_value() for each in destinations if (api := each.bluecore.rest_api)]
    for name, value in config.kafka.options.items():
        found += _option_secrets(name, str(value))
    if config.schema_registry is not None:
        for url in addresses_in(config.schema_registry.url or ""):
            found += _url_secrets(url)
        for name, value in config.schema_registry.options.items():
            found += _option_secrets(name, value)
    anywhere = tuple(secret for secret in found if secret)
    return Secrets(anywhere=anywhere, words=tuple(each.token for each in destinations))


def _option_secrets(name: str, value: str) -> Iterator[str]:
    """The value of a secret option, and the secrets within it, which may be shown alone."""
    # A token's endpoint is an address: masked, it would hide what cannot be reached.
    if name.endswith(".url") or not any(mark in name for mark in _SECRET_NAMES):
        return
    yield value
    if name.endswith("user.info"):
        yield value.partition(":")[2]
    elif name.endswith("oauthbearer.config"):
        for pair in value.split():
            yield from _option_secrets(*pair.split("=", 1)) if "=" in pair else ()


def _url_secrets(url: str) -> Iterator[str]:
    """The user and the password of an address, together and the password alone, as they stand there and decoded."""
    user_info = urlsplit(url).netloc.rpartition("@")[0]
    for secret in (user_info, user_info.partition(":")[2]):
        yield from {secret, unquote(secret)}
