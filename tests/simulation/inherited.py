"""Runs under load that begin with what an earlier process, or another tool, has left behind."""

from __future__ import annotations

import base64
import zlib
from random import Random

from consumer.delivery.offset_map import encode, encode_note
from consumer.delivery.offset_ranges import OffsetRanges
from tests.simulation.brokers import RETRY
from tests.simulation.load import Load, load_of, steady
from tests.simulation.setting import TOPIC


def strange_metadata(seed: int) -> Load:
    """The commits' metadata is another tool's, cut off, or of another offset: it calls nothing settled."""
    rng = Random(seed)
    load = load_of(seed, steady(0.05), partitions=6)
    settled = OffsetRanges([(first, first + 3) for first in range(2, 90, 4)])
    whole = encode(0, settled, OffsetRanges([(0, 2)]))
    cut = whole[: rng.randrange(4, len(whole) - 1)]
    strange = [
        "written by another tool",
        "{}",
        "1:0:",
        "1:0:!!!",
        "9:0:" + whole.split(":")[2],
        cut,
        whole.replace(":0:", ":7:"),  # copied from another offset
        encode_note(0, "a note of nobody"),
        "1:0:" + _packed(b"b"),
        "1:0:" + _packed(b"x" + bytes(rng.randrange(256) for _ in range(9))),
        "1:0:" + _packed(b"r" + b"\xff" * 20),
        "1:0:" + base64.b85encode(b"no map").decode(),
        "2:0:" + whole.split(":")[2],
    ]
    rng.shuffle(strange)
    for partition, metadata in zip(load.brokers.of_topic(TOPIC), strange, strict=False):
        load.brokers.committed[partition] = (0, metadata)
    for number in range(300):
        load.write(f"customer-{number}")
    load.run(within=12)
    taken = len(load.accepted())
    load.expect(taken == 300, f"{taken} of 300 records were sent")
    return load


def _packed(body: bytes) -> str:
    return base64.b64encode(zlib.compress(body)).decode()


def unknown_commit(seed: int) -> Load:
    """A settled redelivery is read again, as no broker says what is settled, and its partition leaves before it goes.

    Its key is parked no longer than that: later records of the customer take the short way.
    """
    load = load_of(seed, steady(0.05))
    retry = load.brokers.of_topic(RETRY)
    for number in range(900):
        load.write(f"customer-{number % 40}", at=number * 0.05)
    keys = [f"failing-{number}" for number in range(9)]
    again = next(key for key in keys if load.brokers.partition_for(RETRY, key.encode()) == retry[0])
    waits = next(key for key in keys if key != again and load.brokers.partition_for(RETRY, key.encode()) == retry[0])
    load.write(waits, kind="poison", events=("customer_patch",), at=0.5)
    load.write(again, kind="unlucky", events=("customer_patch",), at=3)

    def away(lost: float) -> None:
        """It comes back without an answer to what was settled, and no commit arrives; or with one."""
        load.instance.give_up(retry)
        load.net.questions_fail = load.net.commits_lost = lost
        load.instance.gain(retry)

    load.world.after(12, lambda: setattr(load.bluecore, "down", "401"))
    load.world.after(12.5, lambda: away(1.0))
    load.world.after(13, lambda: away(0.0))
    load.world.after(14, lambda: setattr(load.bluecore, "down", ""))
    load.write(again, events=("customer_patch",), at=30)
    load.run(within=60)
    ((_, waited),) = [each for each in load.accepted(key=again) if each[0] > 29]
    load.expect(waited < 1, f"{waited:.1f} s for a customer of whom nothing is parked")
    return load
