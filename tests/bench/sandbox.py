"""`python -m tests.bench.sandbox`: what the sandbox bears on one core with its page open, and how its memory grows.

The sandbox runs in a process of its own; the events are of all ten types and of many customers, each
with an idempotency key of its own.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path

import click
import orjson
import pycurl
import requests

from tests.bench.cores import CONTENDER, OTHERS, pin
from tests.bench.measuring import cpu_seconds
from tests.bench.sending import handle
from tests.sandbox.samples import one_of_each
from tests.support.waiting import eventually

CUSTOMERS = 20_000
_IN_FLIGHT = 64
_PATIENCE_SECONDS = 0.1
_PERSON = "person-000000@example.com"
_COMMAND = """
import sys
from consumer.sandbox.run import run_sandbox
from consumer.sandbox.settings import SandboxSettings
sys.exit(run_sandbox(SandboxSettings(), port=0))
"""
_SAMPLES = [orjson.dumps(sample).replace(b"device-7f3a", b"device-000000") for sample in one_of_each(_PERSON)]


@click.command()
@click.option("--events", default=1_000_000, show_default=True, help="how many to send in all")
def main(events: int) -> None:
    """Send events as fast as they are accepted; print rate, CPU time and memory on the way."""
    click.echo(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, the sandbox on one of them, its page open\n")
    click.echo(f"{'events':>10}{'events/s':>10}{'CPU µs an event':>17}{'% of the core':>15}{'resident MB':>13}")
    with _sandbox() as (process, page, api):
        told = _open_page(page)
        click.echo(f"{0:>10,}{'':>42}{_resident_megabytes(process):>13.0f}")
        coming, sent = events_to_send(), 0
        for until in sorted({events // 4, events // 2, events}):
            cpu, begun = cpu_seconds(process), time.monotonic()
            send(api, islice(coming, until - sent))
            took, used = time.monotonic() - begun, cpu_seconds(process) - cpu
            figures = f"{(until - sent) / took:>10,.0f}{used / (until - sent) * 1e6:>17.0f}{used / took:>15.0%}"
            click.echo(f"{until:>10,}{figures}{_resident_megabytes(process):>13.0f}")
            sent = until
        counts = requests.get(page + "_counts", timeout=10).json()
        click.echo(f"\n{counts['accepted']:,} of {counts['total']:,} accepted; the page was told {told[0]:,} times")


def events_to_send() -> Iterator[tuple[bytes, str]]:
    """Bodies and idempotency keys without end."""
    for number in count():
        who = b"%06d" % (number // len(_SAMPLES) % CUSTOMERS)
        yield _SAMPLES[number % len(_SAMPLES)].replace(b"000000", who), f"shop.events:{number % 12}:{number // 12}"


def send(url: str, events: Iterable[tuple[bytes, str]]) -> None:
    """Send all of them over libcurl, `_IN_FLIGHT` at once.

    Raises:
        RuntimeError: one was not accepted.
    """
    multi, idle, coming = pycurl.CurlMulti(), [handle(url) for _ in range(_IN_FLIGHT)], iter(events)
    for free in list(idle):
        if not _next(multi, free, coming):
            break
        idle.remove(free)
    while len(idle) < _IN_FLIGHT:
        multi.perform()
        more = 1
        while more:
            more, answered, failed = multi.info_read()
            if failed:
                raise RuntimeError(f"a request failed: {failed[0][2]}")
            for done in answered:
                if (status := done.getinfo(pycurl.RESPONSE_CODE)) != requests.codes.accepted:
                    raise RuntimeError(f"an event was answered {status}")
                multi.remove_handle(done)
                if not _next(multi, done, coming):
                    idle.append(done)
        multi.select(_PATIENCE_SECONDS)
    multi.close()


def _next(multi: pycurl.CurlMulti, free: pycurl.Curl, coming: Iterator[tuple[bytes, str]]) -> bool:
    following = next(coming, None)
    if following is not None:
        body, key = following
        free.setopt(pycurl.POSTFIELDS, body)
        free.setopt(pycurl.HTTPHEADER, ["Content-Type: application/json", f"Idempotency-Key: {key}", "Expect:"])
        multi.add_handle(free)
    return following is not None


@contextmanager
def _sandbox() -> Iterator[tuple[int, str, str]]:
    """The process, the address of the page, that of the Events API."""
    command = [sys.executable, "-c", _COMMAND]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            page, api = (word for word in process.stdout.readline().split() if word.startswith("http"))
            pin(process.pid, CONTENDER)
            pin(os.getpid(), OTHERS)
            yield process.pid, page, api
        finally:
            process.terminate()


def _open_page(page: str) -> list[int]:
    """Read the page's feed as a browser would, until the sandbox ends; how many messages there were so far."""
    told = [0]

    def read() -> None:
        with requests.get(page + "_stream", stream=True, timeout=60) as stream:
            for line in stream.iter_lines():
                told[0] += line.startswith(b"data:")

    threading.Thread(target=read).start()
    eventually(lambda: told[0], 10, "the page's feed")
    return told


def _resident_megabytes(process: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1000 if found else 0.0


if __name__ == "__main__":
    main()
