"""Tokens for Google's Managed Service for Apache Kafka, by google-auth. Needs the extra `google`.

Its brokers take no plain access token, but one in an envelope of the form of a JWT (source: googleapis/managedkafka).
The credentials are the application default ones: workload identity, or the file in GOOGLE_APPLICATION_CREDENTIALS.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from datetime import UTC
from typing import Any, Final

import google.auth
import orjson
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, RefreshError, TransportError
from google.auth.transport.requests import Request

from consumer.tokens.token import Token, TokenUnavailable
from consumer.web.session import bounded_session

_SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
_SECONDS: Final = 10.0
_HEADER: Final = {"typ": "JWT", "alg": "GOOG_OAUTH2_TOKEN"}


class GoogleTokens:
    """Those of the pod's service account; one thread calls it."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Asks nothing yet; `clock`: seconds since the epoch."""
        self._clock = clock
        self._credentials: Any = None

    def __call__(self) -> Token:
        """Fetches one.

        Raises:
            TokenUnavailable: there are no credentials, or Google gives no token for them.
        """
        try:
            with bounded_session(_SECONDS) as session:
                request = Request(session)
                if self._credentials is None:
                    self._credentials, _ = google.auth.default(scopes=[_SCOPE], request=request)
                self._credentials.refresh(request)
        except DefaultCredentialsError:
            raise TokenUnavailable(
                "no credentials of Google were found: give the pod's service account workload identity, or set "
                "GOOGLE_APPLICATION_CREDENTIALS to a key file"
            ) from None
        except TransportError as error:
            why = f"Google's token service cannot be reached: {error}"[:300]
            raise TokenUnavailable(f"{why}; is a firewall or a NetworkPolicy in the way of it?") from None
        except RefreshError as error:
            raise TokenUnavailable(_refusal(str(error.args[0] if error.args else error))) from None
        except (GoogleAuthError, OSError, ValueError) as error:
            raise TokenUnavailable(f"Google's credentials cannot be used: {error}"[:400]) from None
        if not self._credentials.token or self._credentials.expiry is None:
            raise TokenUnavailable("Google's token service answers without a token, or without its end")
        # It is UTC, and does not say so.
        ends = self._credentials.expiry.replace(tzinfo=UTC).timestamp()
        claims = {
            "exp": ends,
            "iat": self._clock(),
            "iss": "Google",
            "scope": "kafka",
            # Of a metadata server it is `default` before the first refresh.
            "sub": getattr(self._credentials, "service_account_email", None) or "unknown",
        }
        parts = (orjson.dumps(_HEADER), orjson.dumps(claims), self._credentials.token.encode())
        return Token(".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), ends)


def _refusal(said: str) -> str:
    if "invalid_grant" in said and "iat" in said:
        advice = "set this machine's clock"
    else:
        advice = "give this service account the role roles/managedkafka.client, and the pod's the right to be it"
    return f"Google gives no token: {said}"[:400] + f"; {advice}"
