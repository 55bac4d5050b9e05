"""The demo: a broker, a registry, the sandbox, sample events, and the real service between them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from consumer.avro.files import load_folder, schemas_folder
from consumer.avro.options import parse_options
from consumer.avro.register import register_folder
from consumer.avro.registry import RegistryClient
from consumer.avro.schema import AvroSchema
from consumer.commands.demo.events import Shop
from consumer.commands.demo.ledger import Row, account_for, read_failures
from consumer.commands.demo.producing import Progress, produce
from consumer.config.model import EVENT_TYPES, Config, KafkaConfig, RegistryConfig
from consumer.kafka.embedded import embedded_broker
from consumer.kafka.topics import delete_topics, ensure_topics
from consumer.pipeline.assembly import Assembled, assembled
from consumer.records import Outcome
from consumer.sandbox.callers import Callers
from consumer.sandbox.faults import FaultPlan, Scripts
from consumer.sandbox.latencies import LogNormalLatency
from consumer.sandbox.registry import registry_app
from consumer.sandbox.sandbox import running_sandbox
from consumer.sandbox.serve import serve
from consumer.sandbox.settings import SandboxSettings

NAMESPACE = "demo-shop"
_QUIET_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 0.05
_UNKNOWN_ID_SECONDS = 1.0
"""Some samples name a schema that will never be there."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of the demo's events."""

    rows: Mapping[str, Row]
    seconds: float

    @property
    def produced(self) -> int:
        return sum(row.produced for row in self.rows.values())

    @property
    def missing(self) -> list[str]:
        return [place for row in self.rows.values() for place in row.missing]


def run_demo(count: int, given: Config | None, progress: Progress) -> Summary:
    """Produces sample events and follows each to its end.

    Bluecore is always the sandbox, since sample customers must never reach a real account. The topics are the demo's
    own, and go with it.

    Args:
        count: how many events.
        given: a configuration whose Kafka and registry are used in place of the embedded ones.
        progress: told of each stage.

    Raises:
        Failed: sample events could not be produced.
    """
    started = time.monotonic()
    with ExitStack() as stack:
        kafka, registry = _addresses(given, stack)
        running = stack.enter_context(running_sandbox(_sandbox_settings(count)))
        config = _config(kafka, registry, running.api_url)
        topics = [route.topic or "" for route in config.routes]
        letters = config.dead_letters
        ensure_topics(kafka, [*topics, *letters.topics])
        if given is not None:
            stack.callback(delete_topics, kafka, [*topics, *letters.topics])
        schemas = registered_schemas(registry)
        shop = Shop(schemas, time.time())
        parts = stack.enter_context(assembled(config))
        service = stack.enter_context(_in_background(parts))
        produced, tombstones = produce(
            kafka, dict(zip(EVENT_TYPES, topics, strict=True)), shop.events(count), progress
        )
        _await_settled(parts, service, len(produced), progress)
        skipped = tombstones if parts.reporter.records[Outcome.SKIPPED] >= len(tombstones) else set()
        retried = {place for place, _ in read_failures(config, letters.retry_topic)}
        dead = dict(read_failures(config, letters.dead_letter_topic))
        rows = account_for(produced, skipped, running.sandbox, retried, dead)
        return Summary(rows, time.monotonic() - started)


def _addresses(given: Config | None, stack: ExitStack) -> tuple[KafkaConfig, RegistryConfig]:
    group = f"bluecore-demo-{uuid.uuid4().hex[:8]}"
    if given is not None and given.schema_registry is not None:
        patient = given.schema_registry.model_copy(update={"unknown_id_seconds": _UNKNOWN_ID_SECONDS})
        return given.kafka.model_copy(update={"group_id": group}), patient
    bootstrap = stack.enter_context(embedded_broker())
    registry = stack.enter_context(serve(Callers(registry_app())))
    kafka = KafkaConfig(bootstrap_servers=bootstrap, group_id=group)
    return kafka, RegistryConfig(url=registry, unknown_id_seconds=_UNKNOWN_ID_SECONDS)


def _sandbox_settings(count: int) -> SandboxSettings:
    """Some customers have bad luck: failures that pass, that outlast the attempts, that never end, and a refusal."""
    failing: tuple[Any, ...] = (500,) * 400
    plan = FaultPlan(
        latency=LogNormalLatency(kind="lognormal", median_seconds=0.01),
        scripts=Scripts(
            distinct_id={
                "jane.doe.0@example.com": (503, 500),
                "ali.kaya.1@example.com": (500,) * 5,
                "mia.rossi.2@example.com": failing,
                "noah.berg.3@example.com": (422,),
            }
        ),
    )
    return SandboxSettings(namespace=NAMESPACE, keep_events=count * 20, keep_keys=count * 2, faults=plan)


def _config(kafka: KafkaConfig, registry: RegistryConfig, bluecore_url: str) -> Config:
    return Config.model_validate(
        {
            "kafka": kafka,
            "schema_registry": registry,
            "bluecore": {"url": bluecore_url, "namespace": NAMESPACE},
            "delivery": {"retry": {"initial_seconds": 0.1, "max_seconds": 0.5}},
            "dead_letters": {
                "retry_topic": f"{kafka.group_id}.retry",
                "dead_letter_topic": f"{kafka.group_id}.dead-letter",
                "delays_seconds": [1, 2],
            },
            "telemetry": {"host": "127.0.0.1", "port": 0, "log_level": "error"},
            "routes": [{"topic": f"{kafka.group_id}.{event}", "event": event} for event in EVENT_TYPES],
        }
    )


def registered_schemas(registry: RegistryConfig) -> dict[str, tuple[int, AvroSchema]]:
    """By event type, the id and the schema: the files are named after the types."""
    folder = schemas_folder()
    client = RegistryClient(registry.url or "", parse_options(registry.options))
    ids = {each.subject: each.id for each in register_folder(client, folder)}
    client.close()
    schemas = load_folder(folder)
    by_event = {name.rsplit(".", 1)[-1].lower(): name for name in schemas}
    names = {event: by_event[event.replace("_", "")] for event in EVENT_TYPES}
    return {event: (ids[name], schemas[name]) for event, name in names.items()}


@contextmanager
def _in_background(parts: Assembled) -> Iterator[Future[None]]:
    with ThreadPoolExecutor(1, thread_name_prefix="service") as pool:
        running = pool.submit(parts.service.run)
        try:
            yield running
        finally:
            parts.service.stop()


def _await_settled(parts: Assembled, service: Future[None], count: int, progress: Progress) -> None:
    """Returns when all are settled, or when nothing has moved for a minute; raises what ended the service."""
    settled, moved = -1, time.monotonic()
    while settled < count and time.monotonic() - moved < _QUIET_SECONDS:
        now_settled = parts.reporter.records.total() - parts.reporter.records[Outcome.RETRY]
        if now_settled != settled:
            settled, moved = now_settled, time.monotonic()
            progress("settled", settled)
        if wait([service], _LOOK_AGAIN_SECONDS).done:
            service.result()
