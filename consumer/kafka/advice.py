"""What to do about an error of a connection, by librdkafka's words for it [librdkafka 2.16]."""

from __future__ import annotations

import re
from typing import Final

_KNOWN: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), advice)
    for pattern, advice in (
        (
            r"connecting to a SSL listener|Disconnected:? ?(while requesting ApiVersion|.*state APIVERSION_QUERY)",
            "this port speaks TLS: set security.protocol to SSL, or to SASL_SSL with a sasl.mechanism",
        ),
        (
            r"connecting to a PLAINTEXT broker listener|wrong version number|packet length too long|http request",
            "this port speaks no TLS: use the cluster's TLS port, or set security.protocol without SSL",
        ),
        (
            r"certificate verify failed|unable to get (local )?issuer certificate|self.signed certificate",
            "set ssl.ca.location to the certificate of the authority that signed the brokers', and look at the clock",
        ),
        (
            r"certificate required|bad certificate|handshake failure|unknown ca",
            "the brokers ask for a certificate that they trust: set ssl.certificate.location and ssl.key.location",
        ),
        (
            r"invalid_token|SASL OAUTHBEARER (mechanism )?handshake failed|oauthbearer.*authentication failed",
            "the brokers refuse the token: look at its issuer, audience and scope, and at this machine's clock",
        ),
        (
            r"Failed to (retrieve|acquire)( SASL OAUTHBEARER)? token|OIDC|token endpoint|OAuth token not set",
            "the token's service gives none: check the options sasl.oauthbearer.*, and that service's own log",
        ),
        (
            r"Unsupported SASL mechanism|mechanism handshake failed",
            "the brokers do not take this sasl.mechanism: ask for the one that this port takes",
        ),
        (
            r"Authentication failed|SASL authentication error|invalid credentials",
            "the brokers refuse the user: check sasl.username and sasl.password, and whether they were rotated",
        ),
    )
)


def advice_on(errors: str) -> str:
    """What to do; empty where that cannot be told."""
    return next((advice for pattern, advice in _KNOWN if pattern.search(errors)), "")
