"""What clusters that are rented take, told by their addresses: before anything is connected to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Service:
    """One service.

    Attributes:
        name: as its documentation calls it.
        host: a pattern of its hosts.
        ports: those that this is about; None: all.
        mechanisms: of SASL; empty: certificates do, too.
        only_ports: those that its brokers have; empty: any.
        identities: the types of `kafka.authentication` that it takes; None: any.
        msk_iam: whether it takes the tokens of Amazon MSK alone.
        event_hubs: whether it speaks the protocol with the limits of Azure Event Hubs.
    """

    name: str
    host: str
    ports: frozenset[str] | None = None
    mechanisms: tuple[str, ...] = ()
    only_ports: tuple[str, ...] = ()
    identities: tuple[str, ...] | None = None
    msk_iam: bool = False
    event_hubs: bool = False

    def has(self, host: str, port: str) -> bool:
        return re.search(self.host, host) is not None and (self.ports is None or port in self.ports)


MSK: Final = r"\.kafka(-serverless)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?$"
_GOOGLE: Final = r"\.managedkafka\..+\.cloud\.goog$"
_KNOWN: Final = (
    Service(
        "Amazon MSK by IAM",
        MSK,
        frozenset(("9098", "9198")),
        ("OAUTHBEARER",),
        identities=("aws_msk_iam",),
        msk_iam=True,
    ),
    Service("Amazon MSK by SCRAM", MSK, frozenset(("9096", "9196")), ("SCRAM-SHA-512",), identities=("aws_msk_iam",)),
    Service("Amazon MSK by TLS", MSK, frozenset(("9094", "9194")), identities=("aws_msk_iam",)),
    Service("Confluent Cloud", r"\.confluent\.cloud$", None, ("PLAIN", "OAUTHBEARER"), ("9092",), ()),
    Service("Google's Managed Kafka by certificate", _GOOGLE, frozenset(("9192",))),
    Service("Google's Managed Kafka", _GOOGLE, None, ("OAUTHBEARER", "PLAIN"), ("9092", "9192"), ("google",)),
    Service(
        "Azure Event Hubs",
        r"\.servicebus\.(windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)$",
        None,
        ("OAUTHBEARER", "PLAIN"),
        ("9093",),
        ("azure",),
        event_hubs=True,
    ),
    Service("Aiven", r"\.aivencloud\.com$"),
    Service("Redpanda Cloud", r"\.(cloud\.redpanda\.com|fmc\.cloud\.redpanda\.com)$"),
)


def service_of(bootstrap_servers: str) -> tuple[Service, str] | None:
    """The service that these addresses are of, and the first of them; None where none is known. All take TLS only."""
    for host, port in hosts(bootstrap_servers):
        if (service := _of_host(host, port)) is not None:
            return service, f"{host}:{port}"
    return None


def is_event_hubs(bootstrap_servers: str) -> bool:
    """Whether the cluster is Azure Event Hubs."""
    found = service_of(bootstrap_servers)
    return found is not None and found[0].event_hubs


def hosts(bootstrap_servers: str) -> Iterator[tuple[str, str]]:
    """The hosts, in small letters, with their ports."""
    for address in bootstrap_servers.split(","):
        host, _, port = address.strip().rpartition("://")[2].rpartition(":")
        yield (host or port).lower(), port if host else "9092"


def _of_host(host: str, port: str) -> Service | None:
    return next((service for service in _KNOWN if service.has(host, port)), None)
