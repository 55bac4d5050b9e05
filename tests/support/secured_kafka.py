"""Apache Kafka that asks who is there: by signed tokens, by SCRAM, and by certificates, each on a port of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.support.apache_kafka import ApacheKafka
from tests.support.authority import Authority
from tests.support.waiting import free_port

_OAUTH = "org.apache.kafka.common.security.oauthbearer"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"
_TOKENS, _PASSWORDS = "listener.name.tokens.oauthbearer", "listener.name.passwords.scram-sha-512"
REAUTHENTICATION_MS = 10_000
"""A session ends after it, or with its token: then the client has to show a token once more."""


@dataclass(frozen=True)
class SecuredKafka:
    """A broker and its doors; `kafka.bootstrap` asks nobody.

    Attributes:
        kafka: the broker.
        tokens: takes OAUTHBEARER, without TLS.
        passwords: takes SCRAM-SHA-512, without TLS; the user `bluecore` has the password `first`.
        certificates: takes clients whose certificate the authority has signed.
    """

    kafka: ApacheKafka
    tokens: str
    passwords: str
    certificates: str


def secured_kafka(folder: Path, keys_url: str, authority: Authority) -> SecuredKafka:
    """A broker that does not run yet.

    Args:
        folder: for all that it keeps.
        keys_url: where the keys are that tokens are signed with (JWKS).
        authority: who signs the certificates of both sides.
    """
    tokens, passwords, certificates = (f"127.0.0.1:{free_port()}" for _ in range(3))
    settings = {
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,TOKENS:SASL_PLAINTEXT,"
        "PASSWORDS:SASL_PLAINTEXT,CERTIFICATES:SSL",
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.name.tokens.sasl.enabled.mechanisms": "OAUTHBEARER",
        f"{_TOKENS}.sasl.jaas.config": f"{_OAUTH}.OAuthBearerLoginModule required ;",
        f"{_TOKENS}.sasl.server.callback.handler.class": f"{_OAUTH}.OAuthBearerValidatorCallbackHandler",
        f"{_TOKENS}.sasl.oauthbearer.jwks.endpoint.url": keys_url,
        f"{_TOKENS}.connections.max.reauth.ms": str(REAUTHENTICATION_MS),
        "listener.name.passwords.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        f"{_PASSWORDS}.sasl.jaas.config": f"{_SCRAM} required ;",
        "listener.name.certificates.ssl.client.auth": "required",
        "listener.name.certificates.ssl.keystore.type": "PEM",
        "listener.name.certificates.ssl.keystore.location": str(authority.signed("broker", "IP:127.0.0.1").both),
        "listener.name.certificates.ssl.truststore.type": "PEM",
        "listener.name.certificates.ssl.truststore.location": str(authority.certificate),
    }
    kafka = ApacheKafka(
        folder,
        settings,
        doors={"TOKENS": tokens, "PASSWORDS": passwords, "CERTIFICATES": certificates},
        java_options=[f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={keys_url}"],
        format_options=["--add-scram", "SCRAM-SHA-512=[name=bluecore,password=first]"],
    )
    return SecuredKafka(kafka, tokens, passwords, certificates)
