"""What stands in `kafka` beside the addresses of a rented cluster, and cannot be of that cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from consumer.config.authentication import AuthenticationConfig
from consumer.config.findings import Finding
from consumer.kafka.services import MSK, Service, hosts, service_of

_SERVERS: Final = "bootstrap_servers"
_MSK_PORTS: Final = {"9092": "plaintext", "9094": "TLS without SASL", "9096": "SCRAM", "9098": "IAM"}
"""A cluster that is open to the internet has 9194, 9196 and 9198 for the last three."""
_OF_WAY: Final = {"IAM": "9098", "SCRAM": "9096", "TLS": "9094"}
_TOLD: Final = frozenset((("TLS", "SCRAM"), ("TLS", "IAM")))
"""There it is security.protocol that is wrong."""
_PUBLIC: Final = re.compile(r"919[468]")
_REGISTRY: Final = re.compile(r"psrc-.*\.confluent\.cloud$|schema-registry-.*\.redpanda\.com$")
_ANY_HUBS: Final = "eventhubs.azure.net"
"""The audience of a token for Event Hubs of whatever namespace."""


def port_findings(servers: str, protocol: str, mechanism: str, identity: str) -> Iterator[Finding]:
    """Addresses of which another way to log in is at home there, under the keys of `kafka`.

    Args:
        servers: `kafka.bootstrap_servers`.
        protocol: `security.protocol`.
        mechanism: of SASL; empty where none is in the options.
        identity: the type of `kafka.authentication`; empty where there is none.
    """
    for host, port in hosts(servers):
        if _REGISTRY.search(host):
            yield Finding(_SERVERS, f"{host} is a schema registry: give the address of the brokers")
        elif (found := re.search(MSK, host)) is not None:
            yield from _of_msk(port, _way(protocol, mechanism, identity), serverless=found[1] is not None)
        elif (known := service_of(f"{host}:{port}")) is not None and known[0].only_ports:
            service = known[0]
            if port not in service.only_ports:
                own = " or ".join(service.only_ports)
                yield Finding(_SERVERS, f"port {port} is none of {service.name}: its brokers have {own}")


def _way(protocol: str, mechanism: str, identity: str) -> str:
    """The way into Amazon MSK that is asked for; empty where that is none of its own."""
    if identity:
        return "IAM" if identity == "aws_msk_iam" else ""
    if mechanism:
        return "SCRAM" if mechanism.startswith("SCRAM-") else "SASL"
    return "TLS" if protocol == "SSL" else ""


def _of_msk(port: str, way: str, *, serverless: bool) -> Iterator[Finding]:
    if serverless:
        if port != _OF_WAY["IAM"]:
            yield Finding(_SERVERS, f"port {port} is none of MSK Serverless, which takes IAM alone: its port is 9098")
        return
    public = _PUBLIC.fullmatch(port) is not None
    own = _MSK_PORTS.get(f"90{port[2:]}" if public else port)
    wanted = "SCRAM" if way == "SASL" and own in {"plaintext", "TLS without SASL"} else way
    needed = _OF_WAY.get(wanted)
    if own is not None and needed is not None and _MSK_PORTS[needed] != own and (way, own) not in _TOLD:
        yield Finding(
            _SERVERS, f"port {port} is that of {own}; {wanted}'s is {f'91{needed[2:]}' if public else needed}"
        )


def identity_findings(servers: str, authentication: AuthenticationConfig) -> Iterator[Finding]:
    """A `kafka.authentication` whose tokens this cluster does not take, under the keys of `kafka`."""
    found = service_of(servers)
    if found is None:
        return
    service, address = found
    if service.identities is not None and authentication.type not in service.identities:
        takes = _instead(service)
        yield Finding(
            "authentication.type", f"is {authentication.type}, and {address} ({service.name}) takes {takes}"
        )
        return
    host = address.rpartition(":")[0]
    if (place := re.search(MSK, host)) is not None and authentication.region not in {None, place["region"]}:
        region = place["region"]
        what = f"is {authentication.region}, and {address} is in {region}"
        yield Finding("authentication.region", f"{what}: set {region}")
    if service.event_hubs and authentication.scope is not None:
        yield from scope_findings("authentication.scope", authentication.scope, address)


def scope_findings(key: str, scope: str, address: str) -> Iterator[Finding]:
    """A scope for another namespace of Event Hubs than the one at this address."""
    host = address.rpartition(":")[0]
    named = (urlsplit(scope).hostname or "").lower()
    if named not in {host, _ANY_HUBS}:
        what = f"is for {named or scope}, and kafka.bootstrap_servers has {address}"
        yield Finding(key, f"{what}: set https://{host}/.default")


def _instead(service: Service) -> str:
    if service.identities:
        return f"{service.identities[0]} only"
    return "no kafka.authentication: use sasl.oauthbearer.method: oidc, or an API key"
