"""FastStream over aiokafka, aiohttp on uvloop: a batch is acknowledged once all its requests are answered."""

from __future__ import annotations

import asyncio

import aiohttp
import uvloop
from faststream import AckPolicy, FastStream  # type: ignore[import-not-found]
from faststream.kafka import KafkaBroker, KafkaMessage  # type: ignore[import-not-found]

from tests.bench.peers.work import BATCH, Job, headers, job


async def main(work: Job) -> None:
    broker = KafkaBroker(work.bootstrap, logger=None)
    free = asyncio.Semaphore(work.in_flight)
    connector = aiohttp.TCPConnector(limit=work.in_flight)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def post(value: bytes, sent: dict[str, str]) -> None:
            async with free, session.post(work.url, data=work.body(value), headers=sent) as answer:
                await answer.read()
                answer.raise_for_status()

        async def handle(values: list[bytes], message: KafkaMessage) -> None:
            records = message.raw_message
            await asyncio.gather(
                *(
                    post(value, headers(record.topic, record.partition, record.offset))
                    for value, record in zip(values, records, strict=True)
                )
            )

        broker.subscriber(
            work.topic,
            batch=True,
            max_records=max(BATCH, work.in_flight),
            batch_timeout_ms=10,
            group_id=work.group,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
        )(handle)
        await FastStream(broker, logger=None).run()


if __name__ == "__main__":
    uvloop.run(main(job()))
