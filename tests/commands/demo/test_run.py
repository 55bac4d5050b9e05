"""The demo as its user meets it: with nothing installed, and on a cluster of one's own."""

from __future__ import annotations

import json
import subprocess

import pytest
from confluent_kafka.admin import AdminClient

from consumer.commands.demo.run import run_demo
from consumer.config.model import EVENT_TYPES, Config
from tests.support.apache_kafka import ApacheKafka
from tests.support.configs import SOUND
from tests.support.processes import CONSUMER
from tests.support.shop import Shop


@pytest.mark.kafka
def test_in_a_pipe_it_accounts_for_every_event_in_json_lines() -> None:
    done = subprocess.run(
        [*CONSUMER, "demo", "--events", "60"], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    *rows, summary = map(json.loads, done.stdout.splitlines())
    assert [row["event"] for row in rows] == list(EVENT_TYPES)
    assert [row["produced"] for row in rows] == [6] * 10
    assert all(row["delivered"] for row in rows)
    assert sum(sum(row["dead_lettered"].values()) for row in rows) > 0
    assert summary["summary"] == "all 60 events accounted for"


def test_on_a_real_cluster_it_takes_its_topics_with_it(apache_kafka: ApacheKafka, shop: Shop) -> None:
    """The same code with other addresses; whoever tries it on his own cluster finds it as it was."""
    given = Config.model_validate(
        {
            **SOUND,
            "kafka": {"bootstrap_servers": apache_kafka.bootstrap},
            "schema_registry": {"url": shop.registry_url},
        }
    )
    told: dict[str, int] = {}
    summary = run_demo(40, given, lambda stage, done: told.update({stage: done}))
    assert (summary.produced, summary.missing) == (40, [])
    assert told == {"produced": 40, "settled": 40}
    with AdminClient({"bootstrap.servers": apache_kafka.bootstrap}) as admin:
        assert [topic for topic in admin.list_topics(timeout=10).topics if topic.startswith("bluecore-demo")] == []
