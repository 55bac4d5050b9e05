"""`python -m tests.hostile.parked`: what 300,000 parked records cost the service in memory.

Apache Kafka, a real process of the service with its defaults, the sandbox as Bluecore. The retry topic is full of
customers' profiles before the service starts, and none of them is due within the hour.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click
import yaml
from confluent_kafka import Producer

from consumer.kafka.headers import failure_headers
from consumer.records import Failure, OrderClass, Outcome, Partition, Reason, Record, Stage
from consumer.sandbox.registry import registry_app
from consumer.sandbox.serve import serve
from tests.hostile.measuring import became, peak_megabytes
from tests.support.apache_kafka import ApacheKafka, unavailable
from tests.support.brokers import Broker, Message
from tests.support.pipeline import PREFIX, Pipeline, running_pipeline
from tests.support.shop import Shop, registered
from tests.support.waiting import eventually

_PARTITIONS = 12
_WAITS_SECONDS = 3600.0
_OTHERS = 2000
_VALUES = Path(__file__).parents[2] / "helm" / "bluecore-consumer" / "values.yaml"


def parked(shop: Shop, topic: str, count: int) -> Iterator[Message]:
    """Profiles as the service has put them off, of so many customers."""
    now = time.time()
    failure = Failure(
        Outcome.RETRY, Reason.RETRIES_EXHAUSTED, Stage.DELIVER, "HTTP 500", 500, 4, now, now + _WAITS_SECONDS
    )
    for number in range(count):
        email = f"customer-{number}@example.com"
        key, value = email.encode(), shop.event("customer_patch", email)
        record = Record(Partition(topic, number % _PARTITIONS), number // _PARTITIONS, key, value, int(now * 1000))
        headers = failure_headers(record, failure, key, OrderClass.OTHER)
        kept = tuple((name, text.encode() if isinstance(text, str) else text) for name, text in headers)
        yield Message(key, value, kept)


def run(pipeline: Pipeline, count: int) -> tuple[float, dict[str, int]]:
    """The peak in MiB, and what became of others' profiles, and of one of a parked customer's, meanwhile."""
    topic = pipeline.broker.topic(_PARTITIONS, "profiles")
    pipeline.broker.create(pipeline.retry_topic, _PARTITIONS)
    _write(pipeline, topic, count)
    route = {"topic": topic, "event": "customer_patch"}
    with pipeline.service([route], options={}, dead_letters={"delays_seconds": [_WAITS_SECONDS]}) as service:
        service.wait_ready()
        eventually(
            lambda: service.metric(PREFIX + "cache_entries", cache="parked_keys") >= count,
            600,
            f"{count} records to be known as parked",
        )
        pipeline.produce(topic, "customer_patch", [f"other-{number}@example.com" for number in range(_OTHERS)])
        pipeline.produce(topic, "customer_patch", ["customer-7@example.com"])
        pipeline.accepted(_OTHERS, 120)
        eventually(lambda: bool(became(service, topic).get("retry")), 60, "the parked customer's to follow")
        measured = peak_megabytes(service), became(service, topic)
        service.terminate(60)
    return measured


def _write(pipeline: Pipeline, topic: str, count: int) -> None:
    with Producer({"bootstrap.servers": pipeline.broker.bootstrap, "linger.ms": 20}) as producer:
        for number, each in enumerate(parked(pipeline.shop, topic, count)):
            producer.produce(pipeline.retry_topic, each.value, each.key, headers=list(each.headers))
            if number % 5000 == 0:
                producer.flush(60)
        producer.flush(60)


@click.command()
@click.option("--records", default=300_000, show_default=True, help="how many are parked")
def main(records: int) -> None:
    """Fill the retry topic, start the service, and say how much memory it took; exit 1 above the chart's limit."""
    if reason := unavailable():
        click.echo(reason, err=True)
        sys.exit(1)
    limit = int(yaml.safe_load(_VALUES.read_text())["resources"]["limits"]["memory"].removesuffix("Mi"))
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(registry_app()) as registry_url,
        ApacheKafka(Path(folder)) as kafka,
    ):
        broker = Broker(kafka.bootstrap, lambda topic, partitions: kafka.create_topics({topic: partitions}))
        with running_pipeline(broker, registered(registry_url), Path(folder)) as pipeline:
            peak, others = run(pipeline, records)
    click.echo(f"{records:,} parked records: peak {peak:,.0f} MiB of {limit} MiB; the others meanwhile: {others}")
    sys.exit(peak > limit)


if __name__ == "__main__":
    main()
