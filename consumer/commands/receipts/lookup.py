"""A customer's receipts, out of the few partitions that can hold them."""

from __future__ import annotations

from collections.abc import Sequence

from consumer.config.model import Config
from consumer.kafka.reading import TopicReader
from consumer.kafka.receipts import name_of, places


def found(config: Config, topic: str, customers: Sequence[str], since_ms: int | None) -> list[bytes]:
    """The receipts as they were written, a JSON object each, the oldest first.

    Args:
        config: the configuration.
        topic: of the receipts.
        customers: e-mail addresses and ids.
        since_ms: only those written then or later; None: all that the topic holds.

    Raises:
        NoSuchTopic: the brokers have no topic of this name.
        Unreachable: they do not answer.
    """
    names = {name_of(customer, config.customer_hash_key) for customer in customers}
    keys = {name.encode() for name in names}
    with TopicReader(config, topic) as reader:
        numbers = {number for name in names for number in places(name, len(reader.bounds))}
        begins = {number: low for number, (low, _) in reader.bounds.items()}
        if since_ms is not None:
            begins = reader.offsets_since(since_ms)
        starts = {number: begins[number] for number in numbers}
        ends = {number: reader.bounds[number][1] for number in numbers}
        kept = [(record.timestamp_ms or 0, record) for record in reader.read(starts, ends) if record.key in keys]
    # Times are not in the order of the offsets where one was written again.
    kept = [(time, record) for time, record in kept if time >= (since_ms or 0)]
    kept.sort(key=lambda each: (each[0], each[1].partition, each[1].offset))
    return [record.value for _, record in kept if record.value is not None]
