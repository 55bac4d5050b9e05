"""The settings: one frozen model a section, under the keys of the configuration file.

`consumer.config.load.load` makes a `Config` of a file and the environment, or refuses it and names all that is wrong.
"""

from __future__ import annotations

import re
from itertools import combinations
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SecretStr,
    Tag,
    field_validator,
    model_validator,
)

from consumer.config.types import (
    Choice,
    ClientName,
    Count,
    HttpStatus,
    HttpUrl,
    Integer,
    KafkaOption,
    Number,
    OpenHttpUrl,
    Path,
    Positive,
    Scalar,
    SchemaFile,
    Seconds,
    Topic,
    TopicPattern,
    union_tag,
)

EVENT_TYPES = (
    "customer_patch",
    "identify",
    "optin",
    "unsubscribe",
    "viewed_product",
    "search",
    "add_to_cart",
    "remove_from_cart",
    "wishlist",
    "purchase",
)


class Section(BaseModel):
    """Settings are values: frozen, and a mistyped key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class KafkaConfig(Section):
    bootstrap_servers: Annotated[str, Field(min_length=1)]
    group_id: ClientName = "bluecore-consumer"
    options: dict[KafkaOption, Scalar] = {}


class RegistryConfig(Section):
    url: HttpUrl
    options: dict[str, str] = {}


class BluecoreConfig(Section):
    url: OpenHttpUrl = "https://api.bluecore.app/api/track/mobile/v1"
    namespace: SecretStr
    api_key: SecretStr = SecretStr("")
    api_key_header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")] = "Authorization"
    api_key_prefix: str = "Bearer "
    timeout_seconds: Positive = 10
    ca_location: Annotated[str, Field(min_length=1)] | None = None
    transport: Literal["auto", "curl", "requests"] = "auto"

    @field_validator("namespace")
    @classmethod
    def _not_empty(cls, namespace: SecretStr) -> SecretStr:
        if not namespace.get_secret_value().strip():
            raise ValueError("is empty: set it to the namespace that Bluecore gave you")
        return namespace


class RetryConfig(Section):
    attempts: Count = 4
    initial_seconds: Positive = 0.5
    max_seconds: Positive = 30


class StatusesConfig(Section):
    """Which HTTP statuses are the record's fault, which may be, and which are the endpoint's."""

    reject: tuple[HttpStatus, ...] = (400, 409, 413, 422)
    retry: tuple[HttpStatus, ...] = (408, 425)
    pause: tuple[HttpStatus, ...] = (401, 403, 404, 405)

    @model_validator(mode="after")
    def _disjoint(self) -> Self:
        lists = {"reject": self.reject, "retry": self.retry, "pause": self.pause}
        twice = sorted({status for a, b in combinations(lists.values(), 2) for status in set(a) & set(b)})
        if twice:
            raise ValueError(f"{', '.join(map(str, twice))}: stands in two of reject, retry and pause")
        return self


class BreakerConfig(Section):
    """When failures are an outage, and how it is probed."""

    failures: Count = 5
    window_seconds: Positive = 60
    initial_seconds: Positive = 1
    max_seconds: Positive = 60


class FloodConfig(Section):
    """When dead letters are a flood that stops the intake."""

    ratio: Annotated[Number, Field(gt=0, le=1)] = 0.5
    minimum: Count = 200
    window_seconds: Positive = 60


class DeliveryConfig(Section):
    ordering: Literal["key", "partition", "none"] = "key"
    max_in_flight: Count = 64
    rate_limit_per_second: Seconds = 0
    retry: RetryConfig = RetryConfig()
    max_event_age_seconds: Seconds = 86400
    max_hold_seconds: Positive = 300
    max_buffered_records: Count = 10_000
    max_buffered_bytes: Count = 64 << 20
    commit_interval_seconds: Positive = 0.05
    drain_seconds: Positive = 25
    statuses: StatusesConfig = StatusesConfig()
    breaker: BreakerConfig = BreakerConfig()
    flood: FloodConfig = FloodConfig()


class DeadLettersConfig(Section):
    retry_topic: Topic = "bluecore-consumer.retry"
    dead_letter_topic: Topic = "bluecore-consumer.dead-letter"
    delays_seconds: tuple[Seconds, ...] = (60, 600, 3600)
    ordered_events: tuple[str, ...] = ("customer_patch", "identify", "optin", "unsubscribe")

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that there are: without a delay nothing is redelivered, and there is no retry topic."""
        return (self.retry_topic, self.dead_letter_topic) if self.delays_seconds else (self.dead_letter_topic,)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.retry_topic == self.dead_letter_topic:
            raise ValueError("retry_topic and dead_letter_topic must be two topics")
        return self


class TelemetryConfig(Section):
    host: str = "0.0.0.0"  # noqa: S104 - a pod's probes and Prometheus come from outside it
    port: Annotated[Integer, Field(ge=0, le=65535)] = 8000
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class FieldConfig(Section):
    """A value taken from the record, and what it is turned into."""

    path: Path
    convert: Annotated[
        Literal["string", "number", "integer", "boolean", "date", "datetime"] | None, Field(alias="as")
    ] = None


class EventByValue(Section):
    """The event type chosen by a value of the record: a consent flag, a status."""

    path: Path
    values: dict[Choice, str]


FieldSource = Annotated[
    Annotated[Path, Tag("(text)")] | Annotated[FieldConfig, Tag("(section)")],
    Discriminator(union_tag),
]
Event = Annotated[
    Annotated[str, Tag("(text)")] | Annotated[EventByValue, Tag("(section)")],
    Discriminator(union_tag),
]
SchemaFiles = Annotated[
    Annotated[SchemaFile, Tag("(text)")] | Annotated[tuple[SchemaFile, ...], Tag("(list)")],
    Discriminator(lambda value: "(list)" if isinstance(value, list | tuple) else "(text)"),
]


class RouteConfig(Section):
    """One way from a topic to Bluecore: which records, which event, and what of the record goes where.

    The options leave a value as it is unless they are asked to change it.

    Attributes:
        priority: a record of a higher one is sent first when Bluecore cannot take all at once.
        wire_format: how the topic's values are framed: with the registry's schema id, as Avro single objects,
            or not at all. One topic has one.
        schemas: what `raw` and `single_object` values were written with: an .avsc file, a folder of them, or
            a list of either. Those of `confluent` values are in the registry.
        reader_schema: an .avsc file that each record is resolved to, by the rules of schema evolution.
        normalise_email: trim e-mails and write them in lower case.
        phone_region: write phones as E.164; one without a country code is of this region (ISO 3166: `US`).
        split_products: make one request for each product of a viewed_product, add_to_cart, remove_from_cart
            or wishlist.
        repeated_products: a purchase that names a product twice: refuse it, or merge the two, quantities added.
        surplus_products: a purchase of more products than Bluecore takes, counted after `repeated_products` has
            merged: refuse it, or drop those beyond, which leaves its `total` whole. There is no third way: in two
            events the order would count twice, and folded into one product they would go by an id that none has.
        link_identities: send an `identify` ahead of the first record that shows an e-mail and another id together
            and can be sent.
    """

    topic: Topic | None = None
    topic_pattern: TopicPattern | None = None
    record: str | None = None
    when: Path | None = None
    event: Event
    fields: dict[str, FieldSource] = {}
    attributes: dict[str, FieldSource] = {}
    priority: Integer = 0
    wire_format: Annotated[Literal["confluent", "single_object", "raw"], Field(alias="format")] = "confluent"
    schemas: Annotated[SchemaFiles | None, Field(alias="schema")] = None
    reader_schema: SchemaFile | None = None
    normalise_email: bool = False
    phone_region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    split_products: bool = False
    repeated_products: Literal["refuse", "merge"] = "refuse"
    surplus_products: Literal["refuse", "drop"] = "refuse"
    link_identities: bool = False

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.topic is None) == (self.topic_pattern is None):
            raise ValueError("give either topic or topic_pattern")
        return self

    @property
    def schema_files(self) -> tuple[str, ...]:
        """The files and folders of `schema`."""
        named = self.schemas
        return () if named is None else (named,) if isinstance(named, str) else named

    def takes(self, topic: str) -> bool:
        """Whether the topic's records are this route's, as far as the topic tells."""
        if self.topic_pattern is not None:
            return re.match(self.topic_pattern, topic) is not None
        return self.topic == topic


def _at_least_one(routes: tuple[RouteConfig, ...]) -> tuple[RouteConfig, ...]:
    if not routes:
        raise ValueError("is empty: name at least one topic and its event")
    return routes


class Config(Section):
    kafka: KafkaConfig
    schema_registry: RegistryConfig | None = None
    bluecore: BluecoreConfig
    delivery: DeliveryConfig = DeliveryConfig()
    dead_letters: DeadLettersConfig = DeadLettersConfig()
    telemetry: TelemetryConfig = TelemetryConfig()
    routes: Annotated[tuple[RouteConfig, ...], AfterValidator(_at_least_one)]
