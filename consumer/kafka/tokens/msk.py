"""Tokens for Amazon MSK by IAM: an address that is signed here. Needs the extra `aws`.

The credentials come from where AWS's own tools look: a pod's role (IRSA, Pod Identity), variables, a profile. They
are kept in one session, which asks STS only when they are about to end.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from aws_msk_iam_sasl_signer.MSKAuthTokenProvider import generate_auth_token_from_credentials_provider
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    CredentialProvider,
    Credentials,
    DeferredRefreshableCredentials,
)
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, HTTPClientError, ProfileNotFound
from botocore.session import Session

from consumer.config.authentication import AuthenticationConfig
from consumer.tokens.token import Token, TokenUnavailable

_SECONDS: Final = 5
_BOUNDED: Final = Config(connect_timeout=_SECONDS, read_timeout=_SECONDS, retries={"total_max_attempts": 2})
_CLOCK_CODES: Final = frozenset(("SignatureDoesNotMatch", "RequestExpired", "RequestTimeTooSkewed", "ExpiredToken"))
_NO_CREDENTIALS: Final = (
    "no credentials of AWS were found: give the pod's service account a role (IRSA or Pod Identity), or set "
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or kafka.authentication.profile"
)


class MskTokens:
    """Those of one region; one thread calls it."""

    def __init__(self, config: AuthenticationConfig) -> None:
        self._config = config
        self._region = config.region or ""
        self._session = Session(profile=config.profile)
        self._session.set_config_variable("region", self._region)
        self._session.set_default_client_config(_BOUNDED)
        self._assumed: Any = None

    def __call__(self) -> Token:
        """Signs one.

        Raises:
            TokenUnavailable: there are no credentials, or STS does not give any.
        """
        try:
            credentials = self._credentials()
            provider = _Given(credentials.get_frozen_credentials())
            text, ends_ms = generate_auth_token_from_credentials_provider(self._region, provider)
        except ClientError as error:
            raise TokenUnavailable(_refusal(error)) from None
        except ProfileNotFound:
            what = f"AWS's configuration file has no profile {self._config.profile}"
            raise TokenUnavailable(f"{what}: correct kafka.authentication.profile") from None
        except (EndpointConnectionError, HTTPClientError) as error:
            why = f"AWS's token service (STS) cannot be reached: {error}"[:300]
            raise TokenUnavailable(f"{why}; is a firewall, a proxy or a NetworkPolicy in the way?") from None
        except (BotoCoreError, OSError, RuntimeError, ValueError) as error:
            raise TokenUnavailable(f"AWS's credentials cannot be used: {error}"[:400]) from None
        ends = ends_ms / 1000
        # The signer says 900 s whatever the session has left; botocore knows, and tells it by no public name.
        session_ends = getattr(credentials, "_expiry_time", None)
        return Token(text, ends if session_ends is None else min(ends, session_ends.timestamp()))

    def _credentials(self) -> Any:
        if self._assumed is not None:
            return self._assumed
        own = self._session.get_credentials()
        if own is None:
            raise TokenUnavailable(_NO_CREDENTIALS)
        if self._config.role_arn is None:
            return own
        fetcher = AssumeRoleCredentialFetcher(
            partial(self._session.create_client, region_name=self._region),
            own,
            self._config.role_arn,
            extra_args={"RoleSessionName": "bluecore-consumer"},
        )
        self._assumed = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
        return self._assumed


class _Given(CredentialProvider):  # type: ignore[misc]  # botocore has no types
    """The signer takes a provider, and asks it once."""

    METHOD = "given"

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials

    def load(self) -> Any:
        given = self._credentials
        return Credentials(given.access_key, given.secret_key, given.token)


def _refusal(error: ClientError) -> str:
    code, said = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
    if code in _CLOCK_CODES:
        advice = "set this machine's clock, and look at what the role's token says"
    elif code in {"AccessDenied", "InvalidIdentityToken"}:
        advice = "look at the role's trust policy, and at the annotation of the pod's service account"
    else:
        advice = "see the role's permissions and the region"
    return f"AWS's token service (STS) answers {code}: {said}; {advice}"[:500]
