"""The options of the registry client, under Confluent's names for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from consumer.errors import UnusableSetting
from consumer.suggestions import nearest

_SOURCE = "bearer.auth.credentials.source"
_ISSUER = "bearer.auth.issuer.endpoint.url"
_CLIENT = "bearer.auth.client.id"
_SECRET = "bearer.auth.client.secret"  # noqa: S105 - an option's name
_SCOPE = "bearer.auth.scope"
_CLUSTER = "bearer.auth.logical.cluster"
_POOL = "bearer.auth.identity.pool.id"
_OF_TOKENS = (_ISSUER, _CLIENT, _SECRET, _SCOPE)
FILES = ("ssl.ca.location", "ssl.certificate.location", "ssl.key.location")
"""Options that name a file."""
_NAMES = (
    "basic.auth.user.info",
    "bearer.auth.token",
    _SOURCE,
    *_OF_TOKENS,
    _CLUSTER,
    _POOL,
    *FILES,
    "timeout.ms",
)
_HEADERS = {_CLUSTER: "target-sr-cluster", _POOL: "Confluent-Identity-Pool-Id"}
RULES = "rule.executors._default_.param."
"""What an option of the key management service begins with, as in Confluent's client for Java."""


@dataclass(frozen=True, slots=True)
class TokenClient:
    """OAuth client credentials: by what, and where, a token is fetched."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class RegistryOptions:
    """How to reach the registry. Paths are of PEM files.

    Attributes:
        headers: Confluent Cloud's, which go with a token.
        keys: the settings of the key management services that keep encrypted fields' keys.
    """

    basic_auth: tuple[str, str] | None = field(default=None, repr=False)
    bearer_token: str | None = field(default=None, repr=False)
    ca: str | None = None
    certificate: str | None = None
    key: str | None = None
    timeout_seconds: float = 10.0
    token_client: TokenClient | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)


def parse_options(options: Mapping[str, str]) -> RegistryOptions:
    """Read `schema_registry.options`.

    Raises:
        UnusableSetting: an option that does not exist, or one with an unusable value, by its name.
    """
    for name in options:
        if name not in _NAMES and not (name.startswith(RULES) and name != RULES):
            near = nearest(name, _NAMES)
            hint = f"did you mean {near}?" if near else f"choose from {', '.join(_NAMES)}"
            raise UnusableSetting(f"{name}: no such option of the schema registry; {hint}")
    given = [name for name in ("basic.auth.user.info", "bearer.auth.token", _ISSUER) if name in options]
    if len(given) > 1:
        raise UnusableSetting(f"{', '.join(given)}: give one of the {'two' if len(given) == 2 else 'three'}")  # noqa: PLR2004 - two
    if "ssl.key.location" in options and "ssl.certificate.location" not in options:
        raise UnusableSetting("ssl.key.location: needs ssl.certificate.location too")
    return RegistryOptions(
        basic_auth=_user_info(options.get("basic.auth.user.info")),
        bearer_token=_token(options.get("bearer.auth.token")),
        ca=_existing(options, "ssl.ca.location"),
        certificate=_existing(options, "ssl.certificate.location"),
        key=_existing(options, "ssl.key.location"),
        timeout_seconds=_milliseconds(options.get("timeout.ms", "10000")) / 1000,
        token_client=_token_client(options),
        headers=_headers(options),
        keys={name.removeprefix(RULES): value for name, value in options.items() if name.startswith(RULES)},
    )


def _token_client(options: Mapping[str, str]) -> TokenClient | None:
    source = options.get(_SOURCE, "STATIC_TOKEN" if "bearer.auth.token" in options else None)
    given = [name for name in _OF_TOKENS if name in options]
    if source not in {None, "OAUTHBEARER", "STATIC_TOKEN"}:
        raise UnusableSetting(f"{_SOURCE}: must be OAUTHBEARER or STATIC_TOKEN")
    if source != "OAUTHBEARER":
        if given:
            raise UnusableSetting(f"{given[0]}: needs {_SOURCE}: OAUTHBEARER")
        if source and "bearer.auth.token" not in options:
            raise UnusableSetting(f"{_SOURCE}: STATIC_TOKEN needs bearer.auth.token")
        return None
    for name in (_ISSUER, _CLIENT, _SECRET):
        if not options.get(name):
            raise UnusableSetting(f"{name}: is required by {_SOURCE}: OAUTHBEARER")
    if not re.match(r"https?://[^/\s]+", options[_ISSUER]):
        raise UnusableSetting(f"{_ISSUER}: must be an http:// or https:// address")
    return TokenClient(options[_ISSUER], options[_CLIENT], options[_SECRET], options.get(_SCOPE))


def _headers(options: Mapping[str, str]) -> dict[str, str]:
    found = {header: options[name] for name, header in _HEADERS.items() if name in options}
    for name in (_CLUSTER, _POOL):
        if name not in options:
            continue
        if _SOURCE not in options and "bearer.auth.token" not in options:
            raise UnusableSetting(f"{name}: goes with a token: give {_SOURCE}, or bearer.auth.token")
        if not options[name].isascii() or not options[name].isprintable() or not options[name].strip():
            raise UnusableSetting(f"{name}: is empty, or has characters that no HTTP header may hold")
    return found


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
