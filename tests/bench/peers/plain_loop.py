"""The loop that everybody writes: `consume`, fastavro, `requests.post` in a pool of threads, commit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import requests
from confluent_kafka import Consumer, Message

from tests.bench.peers.work import BATCH, Job, headers, job


def main(work: Job) -> None:
    def post(message: Message) -> None:
        sent = headers(work.topic, message.partition(), message.offset())
        requests.post(work.url, data=work.body(message.value() or b""), headers=sent, timeout=10).raise_for_status()

    consumer = Consumer(
        {
            "bootstrap.servers": work.bootstrap,
            "group.id": work.group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe([work.topic])
    with ThreadPoolExecutor(work.in_flight) as pool:
        while True:
            messages = [message for message in consumer.consume(BATCH, 0.01) if message.error() is None]
            if messages:
                list(pool.map(post, messages))
                consumer.commit(asynchronous=False)


if __name__ == "__main__":
    main(job())
