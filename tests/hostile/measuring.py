"""What a service says of itself, and what it takes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.support.pipeline import PREFIX
from tests.support.processes import ServiceProcess


def became(service: ServiceProcess, topic: str) -> dict[str, int]:
    """What became of a topic's events so far, by outcome."""
    found: Counter[str] = Counter()
    for sample in service.metrics().get(PREFIX + "events_total", []):
        if sample.labels["topic"] == topic and sample.value:
            found[sample.labels["outcome"]] += int(sample.value)
    return dict(found)


def peak_megabytes(service: ServiceProcess) -> float:
    """The most that it had resident, in MiB."""
    status = Path(f"/proc/{service.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
