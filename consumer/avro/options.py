"""The options of the registry client, under Confluent's names for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from consumer.errors import UnusableSetting
from consumer.suggestions import nearest

_NAMES = (
    "basic.auth.user.info",
    "bearer.auth.token",
    "ssl.ca.location",
    "ssl.certificate.location",
    "ssl.key.location",
    "timeout.ms",
)


@dataclass(frozen=True, slots=True)
class RegistryOptions:
    """How to reach the registry. Paths are of PEM files."""

    basic_auth: tuple[str, str] | None = field(default=None, repr=False)
    bearer_token: str | None = field(default=None, repr=False)
    ca: str | None = None
    certificate: str | None = None
    key: str | None = None
    timeout_seconds: float = 10.0


def parse_options(options: Mapping[str, str]) -> RegistryOptions:
    """Read `schema_registry.options`.

    Raises:
        UnusableSetting: an option that does not exist, or one with an unusable value, by its name.
    """
    for name in options:
        if name not in _NAMES:
            near = nearest(name, _NAMES)
            hint = f"did you mean {near}?" if near else f"choose from {', '.join(_NAMES)}"
            raise UnusableSetting(f"{name}: no such option of the schema registry; {hint}")
    if "basic.auth.user.info" in options and "bearer.auth.token" in options:
        raise UnusableSetting("basic.auth.user.info, bearer.auth.token: give one of the two")
    if "ssl.key.location" in options and "ssl.certificate.location" not in options:
        raise UnusableSetting("ssl.key.location: needs ssl.certificate.location too")
    return RegistryOptions(
        basic_auth=_user_info(options.get("basic.auth.user.info")),
        bearer_token=_token(options.get("bearer.auth.token")),
        ca=_existing(options, "ssl.ca.location"),
        certificate=_existing(options, "ssl.certificate.location"),
        key=_existing(options, "ssl.key.location"),
        timeout_seconds=_milliseconds(options.get("timeout.ms", "10000")) / 1000,
    )


def _user_info(text: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    user, colon, password = text.partition(":")
    if not (user and colon):
        raise UnusableSetting("basic.auth.user.info: must be user:password")
    return user, password


def _token(text: str | None) -> str | None:
    if text is not None and (not text.isascii() or not text.isprintable() or not text.strip()):
        raise UnusableSetting("bearer.auth.token: is empty, or has characters that no HTTP header may hold")
    return text


def _existing(options: Mapping[str, str], name: str) -> str | None:
    path = options.get(name)
    if path is not None and not Path(path).exists():
        raise UnusableSetting(f"{name}: there is no file {path}")
    return path


def _milliseconds(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise UnusableSetting("timeout.ms: must be a whole number of milliseconds above 0")
    return int(text)
