"""Every metric of the service, with its meaning: the one catalogue.

The names are a contract with the dashboard and the alert rules. No label takes its values from records:
topics and event types come from the configuration and the cluster, every other label from a closed set. What
belongs to that set is there from the start, at zero, so that a rate over the first failure is not lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, disable_created_metrics

from consumer import __version__
from consumer.records import Reason
from consumer.telemetry.children import Children, Metric
from consumer.telemetry.histograms import Histogram, HistogramFamily

Outcome = Literal["delivered", "retry", "dead_letter", "skipped"]
LoopState = Literal["polling", "mapping", "waiting", "backing_off", "paused", "committing"]
StopCause = Literal[
    "memory",
    "dead_letters",
    "route_rate",
    "settled_map",
    "circuit_open",
    "registry",
    "unknown_schema",
    "keys",
    "receipts",
]
Rebalance = Literal["assigned", "revoked", "lost", "deleted"]
CommitOutcome = Literal["ok", "failed"]
Verified = Literal["applied", "differs", "not_known", "superseded", "unreadable", "unavailable", "dropped"]
CacheName = Literal["schemas", "links", "parked_keys", "settled"]

PREFIX = "bluecore_consumer"

DURATION_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
AGE_BUCKETS = (0.1, 0.5, 1, 5, 15, 30, 60, 300, 900, 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400, 7 * 86400)

# Those that rules and panels look for; any other is there once it was answered.
_STATUSES = "202 400 401 403 404 408 409 413 422 429 500 502 503 504 error".split()  # noqa: SIM905 - it fits a line

# A `_created` series beside each counter doubles what Prometheus stores, and no rule reads it.
disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus_client leaves this one without types


class Metrics:
    """The service's metrics, each an attribute."""

    def __init__(  # noqa: PLR0915 - a catalogue is long
        self, registry: CollectorRegistry, destinations: Iterable[str] = ("",)
    ) -> None:
        """Register them all.

        Args:
            registry: where they are shown.
            destinations: their names. Without one that has a name there is no label `destination`.

        Raises:
            ValueError: the registry has them already.
        """
        self._destinations = tuple(destinations)
        several = any(self._destinations)
        destination = ("destination",) if several else ()

        def counter(name: str, meaning: str, *labels: str) -> Counter:
            return Counter(f"{PREFIX}_{name}", meaning, labels, registry=registry)

        def gauge(name: str, meaning: str, *labels: str) -> Gauge:
            return Gauge(f"{PREFIX}_{name}", meaning, labels, registry=registry)

        def histograms(name: str, meaning: str, bounds: Sequence[float], *labels: str) -> HistogramFamily:
            return HistogramFamily(f"{PREFIX}_{name}", meaning, bounds, labels, registry)

        def counters(name: str, meaning: str, *labels: str) -> Children[Any, Counter]:
            return Children(counter(name, meaning, *labels))

        def gauges(name: str, meaning: str, *labels: str) -> Children[Any, Gauge]:
            return Children(gauge(name, meaning, *labels))

        def by_destination(metric: Metric) -> Children[Any, Metric]:
            return Children(metric, unnamed=not several)

        # Events
        self.events_consumed: Children[str, Counter] = counters(
            "events_consumed_total", "Records read from Kafka, by the topic they were read from.", "topic"
        )
        self.events: Children[tuple[str, str, str, str], Counter] = by_destination(
            counter(
                "events_total",
                "Events settled, by topic of origin, event type (empty when it was not mapped) and outcome.",
                *destination,
                *("topic", "event_type", "outcome"),
            )
        )
        self.events_withheld = counter(
            "events_withheld_total", "Events that were not sent, as their customer is none of `bluecore.only_emails`."
        )
        self.dead_letters: Children[str, Counter] = counters(
            "dead_letters_total", "Records acknowledged in the dead-letter topic, by reason.", "reason"
        )
        self.fields_omitted: Children[tuple[str, str], Counter] = counters(
            "fields_omitted_total",
            "Values of optional fields that could not be read, and were left out of their events.",
            *("event_type", "field"),
        )
        # Those of every field that there may be would be hundreds of series at zero.
        self.fields_read: Children[tuple[str, str], Counter] = counters(
            "fields_read_total",
            "Values of a field, those left out too, while some of it were left out in the last hour.",
            *("event_type", "field"),
        )
        self.dead_letter_produce_failures = counter(
            "dead_letter_produce_failures_total",
            "Records that the brokers did not take in the retry or dead-letter topic; they stay unsettled.",
        )
        self.dead_letter_rewrite_failures = counter(
            "dead_letter_rewrite_failures_total", "Repeated writes of those records that failed too."
        )
        self.route_held: Children[tuple[str, str, str, str], Gauge] = by_destination(
            gauge(
                "route_held",
                "1 while a route is held, as most of its records would be dead letters; with the wrong field.",
                *destination,
                *("topic", "event_type", "field"),
            )
        )
        self.records_backdated: Children[str, Counter] = counters(
            "records_backdated_total",
            "Records that were over an hour old when their producer wrote them, by the topic they were read from.",
            "topic",
        )
        self.longest_lane = gauge(
            "longest_lane_records", "Records of one key that wait one after the other: the most of any key."
        )
        self.receipts = counter("receipts_total", "Receipts that the brokers have taken.")
        self.receipt_produce_failures = counter(
            "receipt_produce_failures_total",
            "Receipts that the brokers did not take; what they are of stays uncommitted.",
        )
        self.consent_verified: Children[str, Counter] = counters(
            "consent_verified_total",
            "Consents that were delivered and read back from Bluecore later, by what it had (rest_api.verify_share).",
            "result",
        )
        self.duplicates_skipped = counter(
            "duplicates_skipped_total",
            "Records read again after a restart and not sent, as they had been settled before it.",
        )
        ages = histograms(
            "event_age_seconds",
            "Age of an event by its own time, else by its record's, when it was consumed and when it was delivered.",
            AGE_BUCKETS,
            *destination,
            "stage",
        )
        named = [(name,) for name in self._destinations] if several else [()]
        self.event_age = {"consumed": ages.series(*(("",) if several else ()), "consumed")}
        self.age_delivered: dict[str, Histogram] = {
            name: ages.series(*labels, "delivered") for name, labels in zip(self._destinations, named, strict=True)
        }
        self.events_ahead: Children[str, Counter] = counters(
            "events_from_future_total", "Records read whose time is more than five minutes ahead.", "topic"
        )
        self.oldest_undelivered_age: Children[tuple[str, str], Gauge] = by_destination(
            gauge(
                "oldest_undelivered_age_seconds",
                "Age of the oldest record that was read and is not settled; 0 when there is none.",
                *destination,
                "topic",
            )
        )
        self.in_memory_records = gauge(
            "in_memory_records", "Records read and not settled: queued, in flight or waiting for a retry."
        )
        self.in_memory_bytes = gauge("in_memory_bytes", "Keys and values of those records, in bytes.")
        self.cache_bytes: Children[str, Gauge] = gauges(
            "cache_bytes",
            "About the memory of what is kept beside records, in bytes: schemas, linked ids, keys that are parked in "
            "the retry topic, offsets settled of partitions that left. Each is bounded.",
            "cache",
        )
        self.cache_entries: Children[str, Gauge] = gauges("cache_entries", "How many of these there are.", "cache")

        # Bluecore
        self.http_requests: Children[tuple[str, str], Counter] = by_destination(
            counter(
                "http_requests_total",
                "Requests by the status answered; `error` when there was no answer.",
                *destination,
                "status",
            )
        )
        self.http_request_duration = histograms(
            "http_request_duration_seconds",
            "From the start of a request to its answer or failure.",
            DURATION_BUCKETS,
        ).series()
        self.delivery_setting: Children[str, Gauge] = gauges(
            "delivery_setting",
            "The settings that bound the sending, as this process has them.",
            "setting",
        )
        self.http_in_flight = gauge("http_in_flight", "Requests that wait for Bluecore's answer.")
        self.http_retries = counter("http_retries_total", "Requests sent again from memory after a failure.")
        self.concurrency_limit: Children[tuple[str], Gauge] = by_destination(
            gauge("concurrency_limit", "Requests that may be in flight at present.", *destination)
        )
        self.circuit_open: Children[tuple[str], Gauge] = by_destination(
            gauge("circuit_open", "1 while Bluecore is unavailable and is only probed.", *destination)
        )
        self.endpoint_held_seconds: Children[tuple[str], Counter] = by_destination(
            counter(
                "endpoint_held_seconds_total",
                "Seconds in which Bluecore asked for no requests (429, Retry-After).",
                *destination,
            )
        )
        self.destination_removed: Children[str, Gauge] = gauges(
            "destination_removed_records",
            "Records that are left in the retry topic, as their destination is none of the configuration's.",
            "destination",
        )

        # Kafka
        self.consumer_lag: Children[tuple[str, str], Gauge] = gauges(
            "consumer_lag",
            "Records between what is settled of an assigned partition and its end, an open transaction's and those "
            "behind it too.",
            *("topic", "partition"),
        )
        self.unread_records: Children[tuple[str, str], Gauge] = gauges(
            "unread_records",
            "Of those, the records that were not read yet; 0 behind the marker of a transaction.",
            *("topic", "partition"),
        )
        self.records_lost: Children[str, Counter] = counters(
            "records_lost_total",
            "Records that were gone from Kafka before they were read: retention, a topic made anew, a log cut short.",
            "topic",
        )
        self.open_transaction: Children[str, Gauge] = gauges(
            "open_transaction_seconds",
            "How long an open transaction has held up a partition of the topic, the longest; 0 while none does.",
            "topic",
        )
        self.reading_stands = gauge(
            "reading_stands_seconds", "For how long nothing was read, while what is ours has grown at the brokers."
        )
        self.topic_missing: Children[str, Gauge] = gauges(
            "topic_missing", "1 while the brokers do not have a routed topic, or do not show it to us.", "topic"
        )
        self.topic_partitions: Children[str, Gauge] = gauges(
            "topic_partitions", "Partitions that a topic has, whoever reads them.", "topic"
        )
        self.topic_paused: Children[str, Gauge] = gauges(
            "topic_paused", "1 for a topic that is not read, as `routes[].paused` says.", "topic"
        )
        self.settled_map_bytes: Children[tuple[str, str], Gauge] = gauges(
            "settled_map_bytes",
            "Size of the map of settled offsets in the last commit of an assigned partition.",
            *("topic", "partition"),
        )
        self.assigned_partitions = gauge("assigned_partitions", "Partitions that this process consumes.")
        self.unreadable: Children[str, Gauge] = gauges(
            "unreadable_partitions",
            "Partitions that Kafka does not let this process read, by topic; 1 too where it is the topic as a whole.",
            "topic",
        )
        self.intake_stopped: Children[str, Gauge] = gauges(
            "intake_stopped",
            "1 while records are not taken from Kafka, by cause; memory that an outage filled is that outage's.",
            "cause",
        )
        self.rebalances: Children[str, Counter] = counters(
            "rebalances_total", "Changes of the partitions assigned to this process, by kind.", "kind"
        )
        self.commits: Children[str, Counter] = counters("commits_total", "Commits of offsets, by outcome.", "outcome")
        self.registry_up = gauge("registry_up", "0 while the schema registry does not answer.")
        self.unknown_schemas = gauge(
            "unknown_schemas", "Schema ids that the registry does not know, and that records wait for."
        )
        self.kafka_token_up = gauge("kafka_token_up", "0 while the token for Kafka cannot be renewed.")
        self.kafka_up = gauge("kafka_up", "0 while this process has no connection to any broker.")
        self.broker_up: Children[tuple[str, str], Gauge] = gauges(
            "kafka_broker_up", "1 while the connection to a broker that is needed is up.", *("client", "broker")
        )
        self.broker_round_trip: Children[tuple[str, str, str], Gauge] = gauges(
            "kafka_broker_round_trip_seconds",
            "Round trips to a broker in the last interval of librdkafka's statistics.",
            *("client", "broker", "quantile"),
        )
        self.kafka_queued_messages: Children[str, Gauge] = gauges(
            "kafka_queued_messages", "Messages that librdkafka fetched ahead or has yet to produce.", "client"
        )
        self.kafka_queued_bytes: Children[str, Gauge] = gauges(
            "kafka_queued_bytes", "Size of those messages, in bytes.", "client"
        )

        # Process
        self.loop_seconds: Children[str, Counter] = counters(
            "loop_seconds_total", "The main loop's time by what it did; adds up to the wall clock.", "state"
        )
        gauge("build_info", "1, labelled with the version that runs.", "version").labels(__version__).set(1)
        self._prepare_closed_sets()

    def _prepare_closed_sets(self) -> None:
        self.dead_letters.prepare(Reason)
        for name in self._destinations:
            self.http_requests.prepare((name, status) for status in _STATUSES)
            self.concurrency_limit.prepare([(name,)])
            self.circuit_open.prepare([(name,)])
            self.endpoint_held_seconds.prepare([(name,)])
        self.intake_stopped.prepare(get_args(StopCause))
        self.consent_verified.prepare(get_args(Verified))
        self.rebalances.prepare(get_args(Rebalance))
        self.commits.prepare(get_args(CommitOutcome))
        self.loop_seconds.prepare(get_args(LoopState))
        self.cache_bytes.prepare(get_args(CacheName))
        self.cache_entries.prepare(get_args(CacheName))

    def prepare(self, events: Mapping[str, Iterable[tuple[str, str]]]) -> None:
        """Make the series of topics present, for each destination and event type that its own routes can yield."""
        for topic, event_types in events.items():
            self.events_consumed.prepare((topic,))
            self.unreadable.prepare((topic,))
            self.records_lost.prepare((topic,))
            self.records_backdated.prepare((topic,))
            self.events_ahead.prepare((topic,))
            self.open_transaction.prepare((topic,))
            self.route_held.prepare((("", topic, "", ""),))
            types = (("", ""), *event_types)
            self.events.prepare((name, topic, kind, outcome) for name, kind in types for outcome in get_args(Outcome))

    def route_released(self, destination: str, topic: str, event: str) -> None:
        """This route is no longer held, whichever field was wrong."""
        held = self.route_held
        held.retain(key for key in tuple(held) if key[:3] != (destination, topic, event))
        held.prepare((("", topic, "", ""),))

    def retain_partitions(self, assigned: Iterable[tuple[str, int]]) -> None:
        """Remove the gauges of every partition but these; called after each rebalance.

        Args:
            assigned: pairs of a topic and a partition's number.
        """
        partitions = {(topic, str(number)) for topic, number in assigned}
        self.assigned_partitions.set(len(partitions))
        self.consumer_lag.retain(partitions)
        self.unread_records.retain(partitions)
        self.settled_map_bytes.retain(partitions)
        topics = {topic for topic, _ in partitions}
        ages = self.oldest_undelivered_age
        ages.retain([key for key in ages if key[1] in topics])
