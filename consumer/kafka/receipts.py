"""Receipts as they lie in their topic: a JSON object each, and a customer's in one partition, in their order."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import orjson

from consumer.records import Receipt
from consumer.telemetry.masking import customer_hash

_64_BITS = (1 << 64) - 1


def places(name: str, partitions: int) -> list[int]:
    """Where the receipts of this key were and are, while their topic has grown to so many partitions; the last: now.

    Jump consistent hashing (Lamping and Veach, 2014): a partition that is added takes its share from all others, and
    nothing else moves. So few partitions hold all that there is of one customer, whatever was added when.
    """
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    found, following = [], 0
    while following < partitions:
        found.append(following)
        key = (key * 2862933555777941757 + 1) & _64_BITS
        following = int((following + 1) * ((1 << 31) / ((key >> 33) + 1)))
    return found


def name_of(customer: str, namespace: str) -> str:
    """The customer as receipts and logs name them: of no use to who does not know the namespace."""
    return customer_hash(customer, namespace)


class ReceiptWriter:
    """Makes of a receipt what the producer is given."""

    def __init__(self, topic: str, partitions: int, namespace: str) -> None:
        """Takes what is the same for all.

        Args:
            topic: of the receipts.
            partitions: how many it has.
            namespace: Bluecore's, the first of them where there are several: the key of the customers' names.
        """
        self._topic = topic
        self._partitions = partitions
        self._namespace = namespace

    def message(self, receipt: Receipt) -> dict[str, Any]:
        """The arguments of `Producer.produce`. Without a customer there is no key: any partition will do."""
        name = name_of(receipt.customer, self._namespace) if receipt.customer else None
        keyed = {} if name is None else {"key": name, "partition": places(name, self._partitions)[-1]}
        return {"topic": self._topic, "value": encoded(receipt, name), "timestamp": round(receipt.at * 1000)} | keyed


def encoded(receipt: Receipt, name: str | None) -> bytes:
    """The JSON object; `name`: the customer's."""
    at = datetime.fromtimestamp(receipt.at, UTC)
    return orjson.dumps(
        {
            "idempotency_key": receipt.idempotency_key,
            "event": receipt.event,
            "outcome": receipt.outcome,
            "status": receipt.status,
            "reason": receipt.reason,
            **({"bluecore_id": receipt.request_id} if receipt.request_id else {}),
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "customer": name,
        }
    )
