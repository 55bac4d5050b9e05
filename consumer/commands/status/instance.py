"""What an instance says of itself on its telemetry port."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from prometheus_client.parser import text_string_to_metric_families

from consumer.kafka.group import Member
from consumer.telemetry.metrics import PREFIX

_SECONDS: Final = 3.0
_MOST_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance, as it answered.

    Attributes:
        address: host and port.
        error: why there is no answer; empty where there is one.
        ready: what `/readyz` says: empty, or why it is not ready.
        stalled: what `/healthz` says: empty, or why it is not alive.
        details: those of `/readyz`.
        samples: by name without prefix, each with its labels and its value.
    """

    address: str
    error: str = ""
    ready: str = ""
    stalled: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    samples: Mapping[str, list[tuple[Mapping[str, str], float]]] = field(default_factory=dict)

    def value(self, name: str, **labels: str) -> float:
        """The sum over the samples of this name with these labels; 0 when there is none."""
        return sum(value for own, value in self.samples.get(name, ()) if labels.items() <= own.items())

    def shown(self, name: str, label: str) -> list[str]:
        """The values of a label of those samples that are above 0."""
        return sorted({own[label] for own, value in self.samples.get(name, ()) if value > 0})

    @property
    def version(self) -> str:
        return next(iter(self.shown("build_info", "version")), "")

    @property
    def started_at(self) -> float:
        """Seconds since the epoch; 0 where it does not say."""
        return self.value("process_start_time_seconds")


def addresses(given: Iterable[str], members: Iterable[Member], port: int) -> list[str]:
    """Where to ask: the addresses that were given, or else the hosts of the group's members.

    Args:
        given: `host`, `host:port` or a URL, each.
        members: of the group.
        port: of an instance's telemetry, where an address names none.

    Raises:
        ValueError: an address that was given is none.
    """
    named = list(given) or [f"[{each.host}]" if ":" in each.host else each.host for each in members]
    found: dict[str, None] = {}
    for each in named:
        url = urlsplit(each if "//" in each else f"//{each}")
        if not (url.hostname or "").strip():
            raise ValueError("it names no host")
        host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
        found[f"{host}:{url.port or port}"] = None
    return list(found)


def ask_all(where: Iterable[str]) -> list[Instance]:
    """What each of these says; one that hangs holds up no other."""
    asked = list(where)
    if not asked:
        return []
    with ThreadPoolExecutor(min(len(asked), _MOST_AT_ONCE)) as pool:
        return list(pool.map(ask, asked))


def ask(address: str) -> Instance:
    """What one says; whatever keeps it from that is in `error`."""
    try:
        # Of an address in the cluster, whatever HTTPS_PROXY says.
        with requests.Session() as session:
            session.trust_env = False
            ready, alive = (
                session.get(f"http://{address}/{page}", timeout=_SECONDS).json() for page in ("readyz", "healthz")
            )
            metrics = session.get(f"http://{address}/metrics", timeout=_SECONDS).text
        return Instance(
            address,
            ready=str(ready.get("reason", "")),
            stalled=str(alive.get("reason", "")),
            details=ready.get("details", {}),
            samples=_samples(metrics),
        )
    except requests.Timeout:
        return Instance(address, f"no answer within {_SECONDS:g} s")
    except (requests.RequestException, ValueError, AttributeError):
        return Instance(address, "nothing of this service answers there")


def _samples(page: str) -> dict[str, list[tuple[Mapping[str, str], float]]]:
    found: dict[str, list[tuple[Mapping[str, str], float]]] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            found.setdefault(sample.name.removeprefix(f"{PREFIX}_"), []).append((sample.labels, sample.value))
    return found
