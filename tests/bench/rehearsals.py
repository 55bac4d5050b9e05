"""How many records `rehearse` judges for each second of CPU: `python -m tests.bench.rehearsals`.

The record of the other benches, decoded, mapped and counted, by one route and by three of its topic; what reading it
from Kafka costs is not in it.
"""

from __future__ import annotations

from io import BytesIO
from time import process_time

from fastavro import schemaless_writer

from consumer.avro.files import load_file, schemas_folder
from consumer.commands.rehearse.rehearsal import Rehearsal
from consumer.config.model import Config
from consumer.records import Partition, Record
from tests.mapping.bench_mapping import NOW_MS, ORDER
from tests.support.configs import SOUND

RECORDS = 20_000
EVENTS = ("purchase", "customer_patch", "order_seen")


def records_per_second(routes: int = 1, rounds: int = 5) -> float:
    """The best of some rounds, of a topic that so many routes take."""
    file = schemas_folder() / "purchase.avsc"
    out = BytesIO()
    schemaless_writer(out, load_file(file).parsed, ORDER)
    each = [{"topic": "orders", "event": event, "format": "raw", "schema": str(file)} for event in EVENTS[:routes]]
    count = Rehearsal(Config.model_validate({**SOUND, "routes": each}), None, NOW_MS, show_values=False)
    judge = count.counter("orders")
    # Values of their own, as Kafka's client gives them: what is read of one is remembered while it is the last.
    values = [bytes(bytearray(out.getvalue())) for _ in range(2)]
    records = [Record(Partition("orders", 0), number, b"key", value, NOW_MS) for number, value in enumerate(values)]
    best = 0.0
    for _ in range(rounds):
        begun = process_time()
        for number in range(RECORDS):
            judge(records[number % 2])
        best = max(best, RECORDS / (process_time() - begun))
    return best


if __name__ == "__main__":
    for routes in (1, len(EVENTS)):
        speed = records_per_second(routes)
        print(f"{speed:,.0f} records for each second of CPU, by {routes} routes")  # noqa: T201 - what it is for
