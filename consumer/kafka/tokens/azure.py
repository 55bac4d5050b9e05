"""Tokens for Azure Event Hubs, by azure-identity: a managed or a workload identity. Needs the extra `azure`."""

from __future__ import annotations

import logging
import os
from typing import Any, Final

import requests
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import EnvironmentCredential, ManagedIdentityCredential, WorkloadIdentityCredential

from consumer.config.authentication import AuthenticationConfig
from consumer.tokens.token import Token, TokenUnavailable
from consumer.web.session import bounded_session

_SECONDS: Final = 10.0
_CLOCK: Final = ("AADSTS700024", "AADSTS50013")
_IDENTITY: Final = (
    "give the pod a workload or managed identity, with the role Azure Event Hubs Data Owner, or Receiver and Sender, "
    "in the namespace"
)


class AzureTokens:
    """Those of one scope; one thread calls it."""

    def __init__(self, config: AuthenticationConfig) -> None:
        """Asks nothing yet."""
        self._config = config
        # The source tells of an outage, once; this library tells of each try.
        logging.getLogger("azure.identity").setLevel(logging.ERROR)

    def __call__(self) -> Token:
        """Fetches one.

        Raises:
            TokenUnavailable: there is no identity, or Azure gives no token for it.
        """
        # One that is kept gives a token until shortly before its end, and after a refusal none for a minute.
        try:
            with bounded_session(_SECONDS) as session, self._credential(session) as credential:
                found = credential.get_token(self._config.scope or "")
        except ClientAuthenticationError as error:
            advice = "set this machine's clock" if any(code in error.message for code in _CLOCK) else _IDENTITY
            raise TokenUnavailable(f"Azure gives no token: {_short(error.message)}; {advice}") from None
        except (AzureError, requests.RequestException, OSError, ValueError) as error:
            why = f"Azure's token service cannot be used: {_short(str(error))}"
            raise TokenUnavailable(f"{why}; {_IDENTITY}") from None
        return Token(found.token, float(found.expires_on))

    def _credential(self, session: requests.Session) -> Any:
        """What the environment is of: a chain of all would not say which of them has failed."""
        transport = RequestsTransport(session=session, session_owner=False)
        bounded: dict[str, Any] = {"transport": transport, "retry_total": 0}
        chosen: dict[str, Any] = {} if self._config.client_id is None else {"client_id": self._config.client_id}
        if os.environ.get("AZURE_FEDERATED_TOKEN_FILE"):
            return WorkloadIdentityCredential(**chosen, **bounded)
        if os.environ.get("AZURE_CLIENT_SECRET") or os.environ.get("AZURE_CLIENT_CERTIFICATE_PATH"):
            return EnvironmentCredential(**bounded)
        return ManagedIdentityCredential(**chosen, **bounded)


def _short(said: str) -> str:
    return " ".join(said.split())[:400]
