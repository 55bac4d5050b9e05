"""The settings: one frozen model a section, under the keys of the configuration file.

`consumer.settings.load` makes a `Config` of a file and the environment, or refuses it with every fault named.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

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


def _compiles(path: str) -> str:
    try:
        jmespath.compile(path)
    except JMESPathError as error:
        raise ValueError(f"is no JMESPath expression: {error}") from None
    return path


def _http_url(url: str) -> str:
    if not re.match(r"https?://[^/\s]+", url):
        raise ValueError("must be an http:// or https:// address")
    return url.rstrip("/")


Path = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Topic = Annotated[str, Field(min_length=1, max_length=249, pattern=r"^[A-Za-z0-9._-]+$")]


class Section(BaseModel):
    """Settings are values: frozen, and a mistyped key is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class KafkaConfig(Section):
    bootstrap_servers: Annotated[str, Field(min_length=1)]
    group_id: Annotated[str, Field(min_length=1)] = "bluecore-consumer"
    options: dict[str, str | int | float | bool] = {}

    @field_validator("options")
    @classmethod
    def _ours(cls, options: dict[str, Any]) -> dict[str, Any]:
        taken = sorted({"bootstrap.servers", "group.id", "enable.auto.commit", "enable.auto.offset.store"} & set(options))
        if taken:
            raise ValueError(f"{', '.join(taken)}: set by the service, not here")
        return options


class RegistryConfig(Section):
    url: HttpUrl
    options: dict[str, str] = {}


class BluecoreConfig(Section):
    url: HttpUrl = "https://api.bluecore.app/api/track/mobile/v1"
    namespace: SecretStr
    api_key: SecretStr = SecretStr("")
    api_key_header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")] = "Authorization"
    api_key_prefix: str = "Bearer "
    timeout_seconds: Positive = 10

    @field_validator("namespace")
    @classmethod
    def _not_empty(cls, namespace: SecretStr) -> SecretStr:
        if not namespace.get_secret_value().strip():
            raise ValueError("is empty: set it to the namespace that Bluecore gave you")
        return namespace


class RetryConfig(Section):
    attempts: Annotated[int, Field(ge=1)] = 4
    initial_seconds: Positive = 0.5
    max_seconds: Positive = 30


class DeliveryConfig(Section):
    ordering: Literal["key", "partition", "none"] = "key"
    max_in_flight: Annotated[int, Field(ge=1)] = 64
    rate_limit_per_second: Seconds = 0
    retry: RetryConfig = RetryConfig()
    max_event_age_seconds: Seconds = 86400


class DeadLettersConfig(Section):
    retry_topic: Topic = "bluecore-consumer.retry"
    dead_letter_topic: Topic = "bluecore-consumer.dead-letter"
    delays_seconds: tuple[Seconds, ...] = (60, 600, 3600)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.retry_topic == self.dead_letter_topic:
            raise ValueError("retry_topic and dead_letter_topic must be two topics")
        return self


class TelemetryConfig(Section):
    host: str = "0.0.0.0"  # noqa: S104 - a pod's probes and Prometheus come from outside it
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class FieldConfig(Section):
    """A value taken from the record, and what it is turned into."""

    path: Path
    convert: Annotated[Literal["string", "number", "integer", "boolean", "date", "datetime"] | None, Field(alias="as")] = None


class EventByValue(Section):
    """The event type chosen by a value of the record: a consent flag, a status."""

    path: Path
    values: dict[bool | int | str, str]


class RouteConfig(Section):
    topic: Topic | None = None
    topic_pattern: Annotated[str, Field(pattern=r"^\^")] | None = None
    record: str | None = None
    when: Path | None = None
    event: str | EventByValue
    fields: dict[str, Path | FieldConfig] = {}
    attributes: dict[str, Path | FieldConfig] = {}

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.topic is None) == (self.topic_pattern is None):
            raise ValueError("give either topic or topic_pattern")
        return self


class Config(Section):
    kafka: KafkaConfig
    schema_registry: RegistryConfig | None = None
    bluecore: BluecoreConfig
    delivery: DeliveryConfig = DeliveryConfig()
    dead_letters: DeadLettersConfig = DeadLettersConfig()
    telemetry: TelemetryConfig = TelemetryConfig()
    routes: Annotated[tuple[RouteConfig, ...], Field(min_length=1)]
