"""The rivals that read Kafka do the service's work: what they cost can be compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from consumer.sandbox.sandbox import running_sandbox
from tests.bench.contenders import Contender, Run
from tests.bench.ground import Ground
from tests.bench.rivals import BENTHOS, GO_WORKER, PARALLEL_CONSUMER
from tests.bench.same_work import document, of_the_service
from tests.bench.sinks import Sinks
from tests.bench.stream import events, write_backlog
from tests.support.apache_kafka import ApacheKafka
from tests.support.waiting import eventually

EVENTS = 200
SCHEMA_ID = 1
NO_SINKS = Sinks("", "", Path(), "", "", Path(), "")


@pytest.mark.parametrize("rival", [BENTHOS, GO_WORKER, PARALLEL_CONSUMER], ids=lambda each: each.name)
def test_it_sends_the_bodies_and_keys_that_the_service_sends(
    rival: Contender, apache_kafka: ApacheKafka, tmp_path: Path
) -> None:
    if why := rival.missing():
        pytest.skip(f"{rival.name}: {why}")
    topic = f"same-work-{tmp_path.name.replace('[', '-')}"[:60]
    apache_kafka.create_topics({topic: 1})
    write_backlog(apache_kafka.bootstrap, topic, SCHEMA_ID, EVENTS)
    with running_sandbox() as bluecore:
        ground = Ground(tmp_path, apache_kafka.bootstrap, "", SCHEMA_ID, NO_SINKS, apache_kafka)
        with rival.running(Run(ground, topic, bluecore.api_url, 8)) as process:
            eventually(
                lambda: process.poll() is not None or len(bluecore.sandbox.events()) >= EVENTS, 120, "all events"
            )
        sent = {received.idempotency_key: document(received.body) for received in bluecore.sandbox.events()}

    values = [value for _, value in events(SCHEMA_ID, EVENTS)]
    assert sent == {f"{topic}:0:{offset}": of_the_service(value, topic) for offset, value in enumerate(values)}
