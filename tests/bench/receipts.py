"""What a receipt costs: the service with nothing outside of it but a broker, in a process of its own.

`python -m tests.bench.receipts`: microseconds of CPU for each event, without receipts and with them.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from consumer.config.model import Config
from consumer.kafka.publisher import Publisher
from consumer.kafka.topics import ensure_topics
from tests.bench.offline import backlog, deliver
from tests.simulation.quiet import silenced

EVENTS, ROUNDS = 4_000, 6
_BROKER = """
from consumer.kafka.embedded import embedded_broker
with embedded_broker(["receipts"]) as bootstrap:
    print(bootstrap, flush=True)
    input()
"""


@contextmanager
def publisher() -> Iterator[Publisher]:
    """The service's own, to a broker that runs as long as the block."""
    with subprocess.Popen(
        [sys.executable, "-c", _BROKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdout is None or process.stdin is None:
            raise OSError("the broker has no pipes")
        bootstrap = process.stdout.readline().strip()
        config = Config.model_validate(
            {
                "kafka": {"bootstrap_servers": bootstrap},
                "bluecore": {"namespace": "bench"},
                "receipts": {"topic": "receipts"},
                "routes": [{"topic": "backlog", "event": "search"}],
            }
        )
        writer = Publisher(config, ensure_topics(config.kafka, ["receipts"]))
        try:
            yield writer
        finally:
            writer.close(5)
            process.stdin.write("\n")
            process.stdin.close()


def microseconds(work: Callable[[], None]) -> float:
    """CPU of this process for an event, all threads included; of the best round."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best / EVENTS * 1e6


def main() -> None:
    silenced()
    records = backlog(EVENTS)
    with publisher() as writer:

        def with_receipts() -> None:
            deliver(records, writer)
            writer.close(30)
            writer.poll()

        without, receipts = microseconds(lambda: deliver(records)), microseconds(with_receipts)
    sys.stdout.write(f"an event: {without:.1f} µs; with its receipt: {receipts:.1f} µs; {receipts / without:.2f}\n")


if __name__ == "__main__":
    main()
