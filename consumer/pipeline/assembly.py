"""How the parts of the service are made of its configuration."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

from prometheus_client import CollectorRegistry
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from consumer.avro.subjects import Subjects
from consumer.bluecore.authorised import AuthorisedTransport
from consumer.bluecore.client import BluecoreClient
from consumer.clock import SystemClock
from consumer.config.addresses import address
from consumer.config.endpoints import reached
from consumer.config.model import Config, DeliveryConfig
from consumer.config.route import RouteConfig
from consumer.config.topic_patterns import subscribed
from consumer.delivery.engine import Engine
from consumer.delivery.parking import NoWatch
from consumer.delivery.parts import CONSENT_STEP, MIXED_STEP
from consumer.delivery.policy import DeliveryPolicy
from consumer.kafka.client import max_poll_seconds
from consumer.kafka.cluster_queries import ClusterQueries
from consumer.kafka.cluster_watch import ClusterWatch
from consumer.kafka.publisher import Publisher
from consumer.kafka.retry_watch import RetryWatch
from consumer.kafka.source import KafkaSource
from consumer.kafka.tokens.process import token_source
from consumer.kafka.topics import ensure_topics
from consumer.mapping.contract import events_of
from consumer.mapping.translate import Translator
from consumer.pipeline.caches import caches_of
from consumer.pipeline.decoding import decoders, key_decoder, schema_cache
from consumer.pipeline.held_back import is_paused, tell_held_back
from consumer.pipeline.intake import Intake
from consumer.pipeline.lag import Lag
from consumer.pipeline.reporter import Reporter
from consumer.pipeline.routing import destinations_of, router
from consumer.pipeline.service import Service
from consumer.pipeline.transports import transport
from consumer.pipeline.verifying import verified
from consumer.ports import Watch
from consumer.records import CONSENTS
from consumer.telemetry.health import Health, stall_seconds
from consumer.telemetry.losses import LossLedger
from consumer.telemetry.masking import customer_hash
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.read_errors import ReadErrors
from consumer.telemetry.server import TelemetryServer
from consumer.telemetry.stats import KafkaStatistics
from consumer.telemetry.stopwatch import Stopwatch
from consumer.tracing.factory import traced


@dataclass(frozen=True, slots=True)
class Assembled:
    """A service ready to run, and what a caller in the same process may look at."""

    service: Service
    reporter: Reporter
    telemetry_port: int


@contextmanager
def assembled(config: Config) -> Iterator[Assembled]:
    """The service of a checked configuration, connected; its parts are closed when the block ends.

    Raises:
        AddressUnavailable: the telemetry port is taken.
        UnusableSetting: Bluecore's address or key cannot be used.
        UnusableSchemas: a route's schema file is gone.
        TopicsMissing: a topic to write to is missing and cannot be created.
        TokenUnavailable: `kafka.authentication` gives no token.
        Unreachable: no broker answered.
    """
    clock, endpoints = SystemClock(), reached(config)
    with ExitStack() as stack:
        prometheus = CollectorRegistry()
        ProcessCollector(registry=prometheus)
        PlatformCollector(registry=prometheus)
        metrics = Metrics(prometheus, endpoints)
        metrics.prepare(events_of_topics(config.routes))
        show_settings(metrics, config.delivery)
        health = Health(clock.now, stall_seconds(max_poll_seconds(config.kafka)))
        telemetry = config.telemetry
        server = stack.enter_context(TelemetryServer(prometheus, health, host=telemetry.host, port=telemetry.port))
        schemas = schema_cache(config)
        if schemas is not None:
            stack.callback(schemas.close)
        tokens = None if config.kafka.authentication is None else token_source(config.kafka.authentication)
        if tokens is not None:
            stack.callback(tokens.close)
        partitions = ensure_topics(config.kafka, config.own_topics)
        engine = Engine(DeliveryPolicy.from_config(config))
        routes = router(config, max_age_seconds=config.delivery.max_event_age_seconds)
        translator = Translator(
            routes,
            decoders(config, schemas),
            keys=key_decoder(config, schemas),
            subjects=None if schemas is None else Subjects(schemas.kept.get),
            group=config.kafka.group_id,
            doubt=None if schemas is None else schemas.doubt,
        )
        statistics = KafkaStatistics(metrics, health, clock.now)
        read_errors = ReadErrors(metrics, health, clock.now)
        named = [topic for topic in subscription(config) if not topic.startswith("^")]
        watch = stack.enter_context(cluster_watch(config, named))
        losses = LossLedger(metrics)
        lag = Lag(
            metrics=metrics,
            health=health,
            engine=engine,
            watch=watch,
            losses=losses,
            named=named,
            retry_topic=config.dead_letters.retry_topic,
            unreadable=read_errors.concern,
        )
        intake = Intake(translator, lambda partition, held: engine.partitions.hold(partition, held=held))
        reporter = Reporter(
            metrics,
            health,
            Stopwatch(clock.now, metrics.loop_seconds),
            engine,
            schemas,
            intake=intake,
            lag=lag,
            caches=caches_of(engine, translator, schemas),
            name_of=partial(customer_hash, key=config.customer_hash_key),
            addresses={name: address(each.url) for name, each in endpoints.items()},
            read_errors=read_errors,
            by_own_time=routes.reads_event_times,
            tokens=tokens,
        )
        carrier = transport(config)
        client = BluecoreClient(endpoints, carrier, metrics)
        checked = stack.enter_context(verified(client, config, metrics, clock))

        def source(listener: Service) -> KafkaSource:
            read = subscription(config)
            opened = KafkaSource(config, read, listener, statistics.observe, read_errors, losses=losses)
            lag.read_by(opened)
            return opened

        service = Service(
            engine=engine,
            intake=intake,
            source=source,
            publisher=Publisher(config, partitions, statistics.observe),
            client=stack.enter_context(traced(checked, config, os.environ)),
            retry_watch=retry_watch(config),
            reporter=reporter,
            clock=clock,
            priority_of=lambda topic: priority_of(config.routes, topic),
            drain_seconds=config.delivery.drain_seconds,
            is_paused=partial(is_paused, config.routes),
            destinations_of=partial(destinations_of, config),
            recovered=carrier.recovered if isinstance(carrier, AuthorisedTransport) else tuple,
        )
        tell_held_back(config, health, metrics, routes.recipients)
        yield Assembled(service, reporter, server.port)


def show_settings(metrics: Metrics, delivery: DeliveryConfig) -> None:
    """What bounds the sending, so that who finds a bound can see since when it has been what it is."""
    settings = {
        "max_in_flight": delivery.max_in_flight,
        "rate_limit_per_second": delivery.rate_limit_per_second,
        "max_buffered_records": delivery.max_buffered_records,
        "max_event_age_seconds": delivery.max_event_age_seconds,
    }
    for setting, value in settings.items():
        metrics.delivery_setting[setting].set(value)


@contextmanager
def cluster_watch(config: Config, named: Sequence[str]) -> Iterator[ClusterWatch]:
    """Asks the brokers until the block ends."""
    watch = ClusterWatch(ClusterQueries(config.kafka), named)
    watch.start()
    try:
        yield watch
    finally:
        watch.close()


def retry_watch(config: Config) -> Watch:
    letters = config.dead_letters
    return RetryWatch(config) if letters.delays_seconds and letters.ordered_events else NoWatch()


def events_of_topics(routes: Iterable[RouteConfig]) -> dict[str, list[tuple[str, str]]]:
    """By topic, the destinations and event types that its routes can yield; those of patterns are not known yet."""
    found: dict[str, list[tuple[str, str]]] = {}
    for route in routes:
        if route.topic is not None:
            pairs = [(name, event) for name in route.destinations for event in events_of(route)]
            found.setdefault(route.topic, []).extend(pairs)
    return found


def priority_of(routes: tuple[RouteConfig, ...], topic: str) -> float:
    """The highest of the topic's routes; one of consents is read before its equals, and one of some before others.

    Consents have a step of their own, so that no other topic fills the memory that they need.
    """
    taking = [(route.priority, set(events_of(route))) for route in routes if route.takes(topic)]
    step = CONSENT_STEP if all(events <= CONSENTS for _, events in taking) else MIXED_STEP
    return max((priority + (step if events & CONSENTS else 0) for priority, events in taking), default=0)


def subscription(config: Config) -> list[str]:
    """The routes' topics and patterns, as Kafka is given them, and the retry topic if there is one."""
    named = [route.topic or subscribed(route.topic_pattern or "") for route in config.routes]
    if config.dead_letters.delays_seconds:
        named.append(config.dead_letters.retry_topic)
    return list(dict.fromkeys(named))
