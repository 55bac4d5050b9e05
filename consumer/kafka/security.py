"""How `kafka` says who we are: what cannot work, in sentences, where librdkafka is silent or tells too little."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from consumer.config.authentication import AuthenticationConfig
from consumer.config.findings import Finding
from consumer.kafka.addresses import identity_findings, port_findings, scope_findings
from consumer.kafka.services import Service, service_of

FILES: Final = (
    "ssl.ca.location",
    "ssl.certificate.location",
    "ssl.key.location",
    "ssl.keystore.location",
    "ssl.crl.location",
    "https.ca.location",
    "sasl.oauthbearer.assertion.private.key.file",
    "sasl.oauthbearer.assertion.file",
    "sasl.oauthbearer.assertion.jwt.template.file",
)
_OF_SECURITY: Final = ("security.", "sasl.", "ssl.", "https.", "enable.ssl.", "enable.sasl.")
_METHOD, _KIND = "sasl.oauthbearer.method", "sasl.oauthbearer.metadata.authentication.type"
_CONFIG: Final = "sasl.oauthbearer.config"
_EXTENSIONS: Final = "sasl.oauthbearer.extensions"
_MAPPED: Final = re.compile(r"\.aws\.(private|accesspoint\.glb)\.confluent\.cloud:")
"""Addresses of AWS PrivateLink, by which Confluent Cloud may know the cluster."""
_CONNECTION: Final = "$ConnectionString"
_CLOUDS: Final = "kafka.authentication for Amazon MSK, Google and Azure Event Hubs"


@dataclass(frozen=True, slots=True)
class Access:
    """What `kafka` says of it.

    Attributes:
        servers: `kafka.bootstrap_servers`; empty where it is not well formed.
        options: `kafka.options`.
        by_token: whether there is a `kafka.authentication`.
        authentication: that; None where it is not well formed.
    """

    servers: str
    options: Mapping[str, Any]
    by_token: bool = False
    authentication: AuthenticationConfig | None = None

    @property
    def protocol(self) -> str:
        return str(self.options.get("security.protocol", "SASL_SSL" if self.by_token else "PLAINTEXT")).upper()

    @property
    def mechanism(self) -> str:
        """Empty where none is given."""
        given = self.options.get("sasl.mechanism", self.options.get("sasl.mechanisms"))
        return str(given or ("OAUTHBEARER" if self.by_token else "")).upper()

    @property
    def by_aws(self) -> bool:
        """Whether confluent-kafka itself asks STS for tokens (Confluent Cloud)."""
        return str(self.options.get(_KIND, "")).lower() == "aws_iam"


def is_of_security(option: str) -> bool:
    return option.startswith(_OF_SECURITY)


def missing_files(options: Mapping[str, Any]) -> dict[str, str]:
    """The options that name a file that is not there, with its path."""
    given = {name: str(options[name]) for name in FILES if name in options}
    # `probe` is librdkafka's word for the places where systems keep their authorities.
    return {name: path for name, path in given.items() if path != "probe" and not Path(path).exists()}


def security_findings(access: Access) -> Iterator[Finding]:
    """What is wrong, under the names of the options."""
    for name, path in missing_files(access.options).items():
        yield Finding(name, f"there is no file {path} here; `check --offline` passes those that are elsewhere")
    own = list(_beside_tokens(access) if access.by_token else _sasl(access))
    yield from own
    found = service_of(access.servers)
    if found is not None and not any(address_findings(access)):
        told = {each.key for each in own}
        yield from (each for each in _of_service(access, *found) if each.key not in told)
    tls = [name for name in FILES if name.startswith("ssl.") and name in access.options]
    if tls and access.protocol == "PLAINTEXT" and found is None:
        what = f"is PLAINTEXT, and {tls[0]} is given, which nothing would use"
        yield Finding("security.protocol", f"{what}: set SSL, or SASL_SSL with a sasl.mechanism")


def address_findings(access: Access) -> Iterator[Finding]:
    """What of `kafka` beside the options cannot be of the cluster at these addresses, under the keys of `kafka`."""
    identity = "" if access.authentication is None else access.authentication.type
    mechanism = "" if access.by_token else access.mechanism
    ports = list(port_findings(access.servers, access.protocol, mechanism, identity))
    yield from dict.fromkeys(ports)
    if not ports and access.authentication is not None:
        yield from identity_findings(access.servers, access.authentication)


def _beside_tokens(access: Access) -> Iterator[Finding]:
    if not access.protocol.startswith("SASL_"):
        what = "kafka.authentication shows the brokers a token"
        yield Finding("security.protocol", f"{what}, which needs SASL_SSL: leave the option out")
    if access.mechanism != "OAUTHBEARER":
        yield Finding("sasl.mechanism", "is OAUTHBEARER with kafka.authentication: leave the option out")
    for name in access.options:
        if name.startswith("sasl.oauthbearer.") or name in {"sasl.username", "sasl.password"}:
            yield Finding(name, "cannot be together with kafka.authentication: remove one of the two")


def _sasl(access: Access) -> Iterator[Finding]:
    protocol, mechanism, options = access.protocol, access.mechanism, access.options
    if mechanism == "AWS_MSK_IAM":
        instead = "kafka.authentication: {type: aws_msk_iam, region: …}"
        yield Finding("sasl.mechanism", f"AWS_MSK_IAM is for Java alone: remove it and set {instead}")
    elif mechanism == "GSSAPI":
        what = "GSSAPI (Kerberos) is not in the packages of confluent-kafka"
        instead = "use another mechanism, or build confluent-kafka from source with librdkafka and libsasl2"
        yield Finding("sasl.mechanism", f"{what}: {instead}")
    elif protocol.startswith("SASL_") and not mechanism:
        choice = "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER"
        yield Finding("sasl.mechanism", f"is required by security.protocol: {protocol}: give {choice}")
    elif not protocol.startswith("SASL_") and (mechanism or "sasl.username" in options):
        given = "sasl.mechanism" if mechanism else "sasl.username"
        yield Finding("security.protocol", f"is {protocol}, and {given} is given: set SASL_SSL, or remove {given}")
    elif mechanism == "PLAIN" or mechanism.startswith("SCRAM-"):
        for name in ("sasl.username", "sasl.password"):
            if not str(options.get(name, "")):
                yield Finding(name, f"is required by sasl.mechanism: {mechanism}, and is not given or empty")
    elif mechanism == "OAUTHBEARER":
        yield from _oauthbearer(options)


def _oauthbearer(options: Mapping[str, Any]) -> Iterator[Finding]:
    oidc = str(options.get(_METHOD, "")).lower() == "oidc"
    kind = str(options.get(_KIND, "none")).lower()
    unsecured = str(options.get("enable.sasl.oauthbearer.unsecure.jwt", "")).lower() == "true"
    if kind != "none" and not oidc:
        yield Finding(_METHOD, f"must be oidc for {_KIND}: {kind}; without it, that has no effect")
    elif not oidc and not unsecured:
        what = (
            "is required by OAUTHBEARER, or no token would ever come: oidc, with sasl.oauthbearer.token.endpoint.url"
        )
        yield Finding(_METHOD, f"{what}, .client.id and .client.secret; or {_CLOUDS}")
    if kind == "aws_iam":
        if find_spec("boto3") is None:
            yield Finding(_KIND, "boto3 is not installed: aws_iam needs `pip install 'bluecore-consumer[aws]'`")
        given = {pair.partition("=")[0] for pair in re.split(r"[,\s]+", str(options.get(_CONFIG, "")))}
        if missing := [name for name in ("region", "audience") if name not in given]:
            example = "region=eu-central-1,audience=https://confluent.cloud/oidc"
            yield Finding(_CONFIG, f"lacks {' and '.join(missing)} for {_KIND}: aws_iam: give such as {example}")


def _of_service(access: Access, service: Service, address: str) -> Iterator[Finding]:
    protocol = "SASL_SSL" if service.mechanisms else "SSL"
    if not access.protocol.endswith("SSL") or (service.mechanisms and access.protocol != "SASL_SSL"):
        what = f"is {access.protocol}, and {address} ({service.name}) takes {protocol} only"
        yield Finding("security.protocol", f"{what}: set {protocol}")
    if service.msk_iam and not access.by_token:
        what = f"{address} takes tokens of Amazon MSK only: set kafka.authentication"
        aws_iam = "; aws_iam is Confluent Cloud's, not MSK's" if access.options.get(_KIND) == "aws_iam" else ""
        yield Finding("sasl.mechanism", f"{what}: {{type: aws_msk_iam, region: …}}{aws_iam}")
    elif access.mechanism and service.mechanisms and access.mechanism not in service.mechanisms:
        takes = " or ".join(service.mechanisms)
        yield Finding("sasl.mechanism", f"is {access.mechanism}, and {address} ({service.name}) takes {takes}")
    if service.event_hubs:
        yield from _of_event_hubs(access, address)
    if service.name == "Confluent Cloud" and access.mechanism == "OAUTHBEARER" and not _MAPPED.search(address):
        yield from _of_confluent_cloud(access.options)


def _of_confluent_cloud(options: Mapping[str, Any]) -> Iterator[Finding]:
    pairs = (pair.partition("=") for pair in re.split(r"[,\s]+", str(options.get(_EXTENSIONS, ""))))
    cluster = {name: value for name, _, value in pairs}.get("logicalCluster", "")
    if not cluster.startswith("lkc-"):
        what = f"has logicalCluster={cluster}, which is no Kafka cluster" if cluster else "lacks logicalCluster"
        example = "logicalCluster=lkc-a1b2c,identityPoolId=pool-a1b2"
        yield Finding(_EXTENSIONS, f"{what}, by which Confluent Cloud knows the cluster: give such as {example}")


def _of_event_hubs(access: Access, address: str) -> Iterator[Finding]:
    options = access.options
    if access.mechanism == "PLAIN" and options.get("sasl.username", _CONNECTION) != _CONNECTION:
        yield Finding("sasl.username", f"must be {_CONNECTION} for Azure Event Hubs")
    if access.mechanism == "OAUTHBEARER" and not access.by_token and (scope := options.get("sasl.oauthbearer.scope")):
        yield from scope_findings("sasl.oauthbearer.scope", str(scope), address)
    compression = str(options.get("compression.type", options.get("compression.codec", "none"))).lower()
    if compression not in {"none", "gzip"}:
        what = f"is {compression}, and Azure Event Hubs takes gzip only, and that in Premium and Dedicated"
        yield Finding("compression.type", f"{what}: leave it out, or set gzip")
    if str(options.get("group.protocol", "classic")).lower() != "classic":
        yield Finding("group.protocol", "must be classic for Azure Event Hubs: leave the option out")
