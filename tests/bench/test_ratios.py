"""Guards of the hot path. Ratios of CPU times in one process: a slow or busy machine slows both sides alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from consumer.avro.registered import RegistryDecoder
from tests.bench.offline import Schemas, backlog, deliver
from tests.bench.sending import bare, through_the_client
from tests.bench.sinks import SinkUnavailableError, sinks

ROUNDS = 5
pytestmark = pytest.mark.ratio


def least(work: Callable[[], None]) -> float:
    """Seconds of CPU of the best of some rounds: what disturbs only ever adds."""
    spent = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return min(spent)


def test_all_that_is_done_with_an_event_beside_http_costs_a_few_times_its_decoding() -> None:
    """Ordering, settled offsets, retries and metrics included: 3.5 times when this was written."""
    records = backlog(4_000)
    decoder = RegistryDecoder(Schemas())

    def decode() -> None:
        for record in records:
            decoder.decode(record.value or b"")

    decoding = least(decode)

    assert least(lambda: deliver(records)) < 5 * decoding


def test_requests_as_the_interface_costs_less_than_libcurl_itself(tmp_path: Path) -> None:
    """An event through the client, against a bare loop of libcurl: 1.6 times when this was written."""
    try:
        with sinks(tmp_path) as nginx:
            floor = least(lambda: bare(nginx.fast, 4_000))
            client = least(lambda: through_the_client(nginx.fast, 4_000))
    except SinkUnavailableError as missing:
        pytest.skip(str(missing))

    assert client < 2.2 * floor
