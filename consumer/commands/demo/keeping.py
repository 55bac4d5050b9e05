"""A Kafka, a registry and a Bluecore to try one's own topics on, until they are stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from consumer.kafka.embedded import PARTITIONS, embedded_broker
from consumer.sandbox.callers import Callers
from consumer.sandbox.registry import registry_app
from consumer.sandbox.sandbox import Running, running_sandbox
from consumer.sandbox.serve import serve
from consumer.sandbox.settings import SandboxSettings

_TOPICS: Final = ("shop.add_to_cart", "trial.retry", "trial.dead-letter")
"""They are there from the start: a subscription creates no topic on the embedded broker."""


def keep(finish: threading.Event, configuration: Callable[[str], object], told: Callable[[str], object]) -> None:
    """Runs the three until `finish` is set.

    Args:
        finish: ends it.
        configuration: takes a configuration for them, as YAML.
        told: takes what to know of them, a sentence at a time.

    Raises:
        KafkaException: the broker did not come up.
    """
    with (
        embedded_broker(_TOPICS) as bootstrap,
        serve(Callers(registry_app())) as registry,
        running_sandbox(SandboxSettings()) as sandbox,
    ):
        configuration(_configuration(bootstrap, registry, sandbox))
        told(f"Kafka is at {bootstrap}, the schema registry at {registry}, and the sandbox's page at {sandbox.url}/")
        told(
            f"Bluecore's REST APIs are at {sandbox.rest_url}, and their tokens at {sandbox.token_url}, for any client"
        )
        told(
            f"A topic appears with its first record, with {PARTITIONS} partitions of about 5 MB, "
            "after which the oldest records go"
        )
        told("All of it is kept in memory until Ctrl+C; the next start has other addresses and is empty")
        finish.wait()


def _configuration(bootstrap: str, registry: str, sandbox: Running) -> str:
    _, retry_topic, dead_letter_topic = _TOPICS
    return f"""\
# For what `bluecore-consumer demo --keep` runs, for as long as it runs.
kafka:
  bootstrap_servers: {bootstrap}
  group_id: trial
schema_registry:
  url: {registry}
bluecore:
  url: {sandbox.api_url}
  namespace: trial
  rest_api:                            # for routes with `api: eligibility` or `customers`; the sandbox takes any key
    url: {sandbox.rest_url}
    token_url: {sandbox.token_url}
    client_id: trial
    client_secret: any
delivery:
  max_event_age_seconds: 0             # a trial takes old events, too
dead_letters:
  retry_topic: {retry_topic}
  dead_letter_topic: {dead_letter_topic}
routes:
  - topic: {_TOPICS[0]}            # your topic
    event: add_to_cart                 # what its records become"""
