"""How many records `rehearse` judges for each second of CPU: `python -m tests.bench.rehearsals`.

The record of the other benches, decoded, mapped and counted; what reading it from Kafka costs is not in it.
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


def records_per_second(rounds: int = 5) -> float:
    """The best of some rounds."""
    file = schemas_folder() / "purchase.avsc"
    out = BytesIO()
    schemaless_writer(out, load_file(file).parsed, ORDER)
    route = {"topic": "orders", "event": "purchase", "format": "raw", "schema": str(file)}
    count = Rehearsal(Config.model_validate({**SOUND, "routes": [route]}), None, NOW_MS, show_values=False)
    judge = count.counter("orders")
    record = Record(Partition("orders", 0), 0, b"key", out.getvalue(), NOW_MS)
    best = 0.0
    for _ in range(rounds):
        begun = process_time()
        for _ in range(RECORDS):
            judge(record)
        best = max(best, RECORDS / (process_time() - begun))
    return best


if __name__ == "__main__":
    print(f"{records_per_second():,.0f} records for each second of CPU")  # noqa: T201 - what it is for
