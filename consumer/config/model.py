"""The settings: one frozen model a section, under the keys of the configuration file.

`consumer.config.load.load` makes a `Config` of a file and the environment, or refuses it and names all that is wrong.
"""

from __future__ import annotations

from itertools import combinations
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticKnownError

from consumer.config.authentication import AuthenticationConfig
from consumer.config.destinations import (
    UNNAMED,
    BluecoreConfig,
    Destination,
    DestinationConfig,
    DestinationName,
    resolved,
)
from consumer.config.route import RouteConfig
from consumer.config.tables import TableConfig
from consumer.config.types import (
    ClientName,
    Count,
    HttpStatus,
    HttpUrls,
    Integer,
    KafkaOption,
    KafkaValue,
    Number,
    Option,
    Positive,
    Seconds,
    Section,
    Topic,
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


class KafkaConfig(Section):
    bootstrap_servers: Annotated[str, Field(min_length=1)]
    group_id: ClientName = "bluecore-consumer"
    authentication: AuthenticationConfig | None = None
    options: dict[KafkaOption, KafkaValue] = {}  # noqa: RUF012 - pydantic copies it


class RegistryConfig(Section):
    """Where the schemas of records are.

    Attributes:
        type: which protocol it speaks. `confluent` is also Karapace's, Redpanda's and Apicurio's compatible address.
        url: of `glue`, in place of the region's own address.
    """

    type: Literal["confluent", "apicurio", "glue", "azure"] = "confluent"
    url: Annotated[HttpUrls | None, Field(validate_default=True)] = None
    options: dict[str, Option] = {}  # noqa: RUF012 - pydantic copies it
    unknown_id_seconds: Positive = 60

    @field_validator("url")
    @classmethod
    def _required(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url is None and info.data.get("type") != "glue":
            raise ValueError("is required: give the registry's address")
        return url


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
    ordering: Literal["key", "customer", "partition", "none"] = "key"
    max_in_flight: Count = 64
    rate_limit_per_second: Seconds = 0
    retry: RetryConfig = RetryConfig()
    max_event_age_seconds: Seconds = 86400
    max_hold_seconds: Positive = 300
    max_buffered_records: Count = 10_000
    max_buffered_bytes: Count = 64 << 20
    max_record_bytes: Count = 8 << 20
    commit_interval_seconds: Positive = 0.05
    drain_seconds: Positive = 25
    statuses: StatusesConfig = StatusesConfig()
    breaker: BreakerConfig = BreakerConfig()
    flood: FloodConfig = FloodConfig()
    on_destination_outage: Literal["hold", "set_aside"] | None = None


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


class ReceiptsConfig(Section):
    topic: Topic | None = None


class TelemetryConfig(Section):
    host: str = "0.0.0.0"  # noqa: S104 - a pod's probes and Prometheus come from outside it
    port: Annotated[Integer, Field(ge=0, le=65535)] = 8000
    log_level: Literal["debug", "info", "warning", "error"] = "info"


def _at_least_one(routes: tuple[RouteConfig, ...]) -> tuple[RouteConfig, ...]:
    if not routes:
        raise ValueError("is empty: name at least one topic and its event")
    return routes


def _one_of_both(schema: dict[str, Any]) -> None:
    """Events go somewhere."""
    schema["anyOf"] = [{"required": ["bluecore"]}, {"required": ["destinations"]}]


class Config(Section):
    model_config = ConfigDict(json_schema_extra=_one_of_both)

    kafka: KafkaConfig
    schema_registry: RegistryConfig | None = None
    destinations: dict[DestinationName, DestinationConfig] = {}  # noqa: RUF012 - pydantic copies it
    bluecore: Annotated[BluecoreConfig | None, Field(validate_default=True)] = None
    delivery: DeliveryConfig = DeliveryConfig()
    dead_letters: DeadLettersConfig = DeadLettersConfig()
    receipts: ReceiptsConfig = ReceiptsConfig()
    telemetry: TelemetryConfig = TelemetryConfig()
    tables: dict[str, TableConfig] = {}  # noqa: RUF012 - pydantic copies it
    routes: Annotated[tuple[RouteConfig, ...], AfterValidator(_at_least_one)]

    @field_validator("bluecore")
    @classmethod
    def _required(cls, bluecore: BluecoreConfig | None, info: ValidationInfo) -> BluecoreConfig | None:
        if bluecore is None and not info.data.get("destinations", True):
            raise PydanticKnownError("missing")
        return bluecore

    @property
    def every_destination(self) -> dict[str, Destination]:
        """By name, each with what it inherits; that of `bluecore`, which has none, is the first."""
        rate = self.delivery.rate_limit_per_second
        unnamed = {} if self.bluecore is None else {UNNAMED: Destination(self.bluecore, rate)}
        return unnamed | {name: resolved(each, self.bluecore, rate) for name, each in self.destinations.items()}

    @property
    def endpoints(self) -> dict[str, BluecoreConfig]:
        """The same without the rates: how each is reached."""
        return {name: each.bluecore for name, each in self.every_destination.items()}

    @property
    def customer_hash_key(self) -> str:
        """What the names of customers in logs and receipts are made with: the first namespace."""
        return next(iter(self.every_destination.values())).token

    @property
    def own_topics(self) -> tuple[str, ...]:
        """The topics that the service writes to."""
        receipts = () if self.receipts.topic is None else (self.receipts.topic,)
        return (*self.dead_letters.topics, *receipts)
