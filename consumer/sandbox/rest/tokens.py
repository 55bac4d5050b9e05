"""Access tokens: handed out for a client's secret, with their rights and their end, and looked up again."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from consumer.sandbox.bounded import BoundedMapping
from consumer.sandbox.contract.rules import Rule
from consumer.sandbox.rest.refused import Refused
from consumer.sandbox.settings import SandboxSettings

_MOST: Final = 1_000
_NEEDED: Final = ("client_id", "client_secret", "audience", "grant_type")


@dataclass(frozen=True, slots=True)
class _Grant:
    ends: float
    scopes: frozenset[str]


class Tokens:
    """Those that were handed out last, at most 1,000."""

    def __init__(self, settings: SandboxSettings, clock: Callable[[], float]) -> None:
        """Takes the key of the account; `clock` gives seconds."""
        self._settings = settings.rest
        self._namespaces = frozenset(settings.rest.namespaces) or settings.accepted
        self._clock = clock
        self._grants: BoundedMapping[_Grant] = BoundedMapping(_MOST)

    def hand_out(self, asked: object, seconds: int) -> dict[str, Any]:
        """A token in the form of the token service, for so many seconds.

        Raises:
            Refused: the request lacks something, or client, secret or audience are not this account's.
        """
        if not isinstance(asked, Mapping):
            raise Refused("", Rule.JSON, "The body must be one JSON object.")
        for name in _NEEDED:
            if not isinstance(asked.get(name), str) or not asked[name]:
                raise Refused(name, Rule.ACCESS, f"{name} is missing.")
        if asked["grant_type"] != "client_credentials":
            raise Refused("grant_type", Rule.ACCESS, "The only grant_type is client_credentials.")
        settings = self._settings
        if asked["client_id"] != (settings.client_id or asked["client_id"]) or asked["client_secret"] != (
            settings.client_secret or asked["client_secret"]
        ):
            raise Refused("client_secret", Rule.ACCESS, "The client_id or the client_secret is wrong.", 401)
        if asked["audience"] != settings.audience:
            raise Refused("audience", Rule.ACCESS, f"There is no such audience: it is {settings.audience}.", 403)
        token = secrets.token_urlsafe(32)
        self._grants.put(token, _Grant(self._clock() + seconds, frozenset(settings.scopes)))
        return {
            "access_token": token,
            "expires_in": seconds,
            "token_type": "Bearer",
            "scope": " ".join(settings.scopes),
        }

    def check(self, header: bytes, scope: str, namespace: str) -> None:
        """Let a request pass whose `authorization` has this right for this namespace.

        Raises:
            Refused: it has not.
        """
        kind, _, token = header.decode("latin-1").partition(" ")
        grant = self._grants.get(token) if kind.lower() == "bearer" else None
        if grant is None:
            raise Refused("authorization", Rule.ACCESS, "The access token is missing or is not known.", 401)
        if self._clock() >= grant.ends:
            raise Refused("authorization", Rule.ACCESS, "The access token has ended.", 401)
        if scope not in grant.scopes:
            raise Refused("authorization", Rule.ACCESS, f"The key has not the right {scope}.", 403)
        if self._namespaces and namespace not in self._namespaces:
            raise Refused("namespace", Rule.ACCESS, "The key does not cover this namespace.", 403)
