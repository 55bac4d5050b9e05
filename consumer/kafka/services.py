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
        msk_iam: whether it takes the tokens of Amazon MSK alone.
        event_hubs: whether it speaks the protocol with the limits of Azure Event Hubs.
    """

    name: str
    host: str
    ports: frozenset[str] | None = None
    mechanisms: tuple[str, ...] = ()
    msk_iam: bool = False
    event_hubs: bool = False

    def has(self, host: str, port: str) -> bool:
        return re.search(self.host, host) is not None and (self.ports is None or port in self.ports)


_MSK: Final = r"\.kafka(-serverless)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$"
_KNOWN: Final = (
    Service("Amazon MSK by IAM", _MSK, frozenset(("9098", "9198")), ("OAUTHBEARER",), msk_iam=True),
    Service("Amazon MSK by SCRAM", _MSK, frozenset(("9096", "9196")), ("SCRAM-SHA-512",)),
    Service("Amazon MSK by TLS", _MSK, frozenset(("9094", "9194"))),
    Service("Confluent Cloud", r"\.confluent\.cloud$", None, ("PLAIN", "OAUTHBEARER")),
    Service("Google's Managed Kafka", r"\.managedkafka\..+\.cloud\.goog$", None, ("OAUTHBEARER", "PLAIN")),
    Service(
        "Azure Event Hubs",
        r"\.servicebus\.(windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)$",
        None,
        ("OAUTHBEARER", "PLAIN"),
        event_hubs=True,
    ),
    Service("Aiven", r"\.aivencloud\.com$"),
    Service("Redpanda Cloud", r"\.(cloud\.redpanda\.com|fmc\.cloud\.redpanda\.com)$"),
)


def service_of(bootstrap_servers: str) -> tuple[Service, str] | None:
    """The service that these addresses are of, and the first of them; None where none is known. All take TLS only."""
    for host, port in _hosts(bootstrap_servers):
        for service in _KNOWN:
            if service.has(host, port):
                return service, f"{host}:{port}"
    return None


def is_event_hubs(bootstrap_servers: str) -> bool:
    """Whether the cluster is Azure Event Hubs."""
    found = service_of(bootstrap_servers)
    return found is not None and found[0].event_hubs


def _hosts(bootstrap_servers: str) -> Iterator[tuple[str, str]]:
    for address in bootstrap_servers.split(","):
        host, _, port = address.strip().rpartition("://")[2].rpartition(":")
        yield (host or port).lower(), port if host else "9092"
