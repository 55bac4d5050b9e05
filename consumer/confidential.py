"""Which values of a configuration are secrets: what the log masks wherever it would show them."""

from __future__ import annotations

from urllib.parse import urlsplit

from consumer.config import Config


def secrets_of(config: Config) -> list[str]:
    """The namespace, keys, passwords and tokens that are set."""
    found = [config.bluecore.namespace.get_secret_value(), config.bluecore.api_key.get_secret_value()]
    for name, value in config.kafka.options.items():
        if "password" in name or "secret" in name or name == "ssl.key.pem":
            found.append(str(value))
    if config.schema_registry is not None:
        found.append(urlsplit(config.schema_registry.url).password or "")
        for name, text in config.schema_registry.options.items():
            if name.endswith(".user.info"):
                found += [text, text.partition(":")[2]]
            elif name.endswith(".token"):
                found.append(text)
    return [secret for secret in found if secret]
