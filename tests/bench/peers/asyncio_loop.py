"""aiokafka and aiohttp on uvloop: a batch's requests side by side, then the commit."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import uvloop
from aiokafka import AIOKafkaConsumer  # type: ignore[import-not-found]

from tests.bench.peers.work import BATCH, Job, headers, job


async def main(work: Job) -> None:
    free = asyncio.Semaphore(work.in_flight)
    consumer = AIOKafkaConsumer(
        work.topic,
        bootstrap_servers=work.bootstrap,
        group_id=work.group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    connector = aiohttp.TCPConnector(limit=work.in_flight)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def post(record: Any) -> None:
            body, sent = work.body(record.value), headers(record.topic, record.partition, record.offset)
            async with free, session.post(work.url, data=body, headers=sent) as answer:
                await answer.read()
                answer.raise_for_status()

        await consumer.start()
        while True:
            batches = await consumer.getmany(timeout_ms=10, max_records=max(BATCH, work.in_flight))
            records = [record for batch in batches.values() for record in batch]
            if records:
                await asyncio.gather(*map(post, records))
                await consumer.commit()


if __name__ == "__main__":
    uvloop.run(main(job()))
