"""A route's settings: which records, which event, and what of the record goes where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator

from consumer.config.destinations import UNNAMED
from consumer.config.presets import PRESETS
from consumer.config.types import (
    Choice,
    Integer,
    Path,
    SchemaFile,
    Seconds,
    Section,
    TimeZone,
    Topic,
    TopicPattern,
    union_tag,
)


class FieldConfig(Section):
    """A value taken from the record, and what it is turned into.

    Attributes:
        unit: what a number counts since 1970 that becomes a date or a datetime.
    """

    path: Path
    convert: Annotated[
        Literal["string", "number", "integer", "boolean", "date", "datetime"] | None, Field(alias="as")
    ] = None
    unit: Literal["days", "seconds", "milliseconds", "microseconds", "nanoseconds"] | None = None

    @model_validator(mode="after")
    def _unit_of_a_time(self) -> Self:
        if self.unit is not None and self.convert not in {"date", "datetime"}:
            raise ValueError("unit goes with as: date or as: datetime, which it is the unit of")
        return self


class EventTimeConfig(FieldConfig):
    """The record's own time; that it is a datetime goes without saying."""

    convert: Annotated[Literal["datetime"], Field(alias="as")] = "datetime"


SKIP = "skip"
"""In the place of an event: the record is skipped, and counted."""


class EventByValue(Section):
    """The event type chosen by a value of the record: a consent flag, a status.

    Attributes:
        values: the event of each; null is a missing value, and a text also what it is the text of.
        default: the event of all other values; without, such a record is refused.
        ignore_case: texts are compared without regard to the case of their letters.
    """

    path: Path
    values: dict[Choice, str]
    default: str | None = None
    ignore_case: bool = False


class DestinationByValue(Section):
    """The destination chosen by a value of the record, such as its brand.

    Attributes:
        values: names of `destinations`, or `skip`; null is a missing value or a blank text, and a text also what it
            is the text of.
        default: that of all other values; without, such a record is refused.
        ignore_case: texts are compared without regard to the case of their letters.
    """

    path: Path
    values: dict[Choice, str]
    default: str | None = None
    ignore_case: bool = False


FieldSource = Annotated[
    Annotated[Path, Tag("(text)")] | Annotated[FieldConfig, Tag("(section)")],
    Discriminator(union_tag),
]
EventTime = Annotated[
    Annotated[Path, Tag("(text)")] | Annotated[EventTimeConfig, Tag("(section)")],
    Discriminator(union_tag),
]
Event = Annotated[
    Annotated[str, Tag("(text)")] | Annotated[EventByValue, Tag("(section)")],
    Discriminator(union_tag),
]
Addressee = Annotated[
    Annotated[str, Tag("(text)")] | Annotated[DestinationByValue, Tag("(section)")],
    Discriminator(union_tag),
]
SchemaFiles = Annotated[
    Annotated[SchemaFile, Tag("(text)")] | Annotated[tuple[SchemaFile, ...], Tag("(list)")],
    Discriminator(lambda value: "(list)" if isinstance(value, list | tuple) else "(text)"),
]


def _event_or_preset(schema: dict[str, Any]) -> None:
    """A preset has the events: without one, the route names them."""
    schema["required"] = [name for name in schema["required"] if name != "event"]
    schema["anyOf"] = [{"required": ["event"]}, {"required": ["preset"]}]


class RouteConfig(Section):
    """One way from a topic to Bluecore: which records, which event, and what of the record goes where.

    The options leave a value as it is unless they are asked to change it.

    Attributes:
        api: which of Bluecore's APIs its events go by: the Events API, or one of the REST APIs, which answer.
        destination: one of `destinations`, or what value of the record chooses one; without, that of `bluecore`.
        paused: the topic is not read, and its place in it kept.
        rate_limit_per_second: the most requests a second, within the general limit; 0: no limit of its own.
        records: which records it takes: those with a value, or the tombstones, which have none.
        preset: whose names of events and fields the records have; an `event` beside it is the route's own.
        key_format: what `_kafka.key` is read as: text of UTF-8, JSON, Avro in the registry's format, or bytes.
        properties: what the event has beside Bluecore's fields, by its name there.
        priority: a record of a higher one is sent first when Bluecore cannot take all at once.
        wire_format: how the topic's values are framed: with the registry's schema id, as Avro single objects,
            or not at all. One topic has one.
        schemas: what `raw` and `single_object` values were written with: an .avsc file, a folder of them, or
            a list of either. Those of `confluent` values are in the registry.
        reader_schema: an .avsc file that each record is resolved to, by the rules of schema evolution.
        event_time: the record's own time, by which its age is judged; without, and where it cannot be read, that is
            Kafka's timestamp.
        max_event_age_seconds: older events are too old, 0: none is; without, `delivery`'s limit is theirs.
        timezone: the zone of times that say none, such as Europe/Istanbul; without, they are sent as they are.
        normalise_email: write e-mails in lower case, without display names, `mailto:`, `<...>`, invisible characters
            and full-width letters.
        phone_region: write phones as E.164; one without a country code is of this region (ISO 3166: `US`).
        split_products: make one request for each product of a viewed_product, add_to_cart, remove_from_cart
            or wishlist.
        repeated_products: a purchase that names a product twice: refuse it, or merge the two, quantities added.
        surplus_products: a purchase of more products than Bluecore takes, counted after `repeated_products` has
            merged: refuse it, or drop those beyond, which leaves its `total` whole. There is no third way: in two
            events the order would count twice, and folded into one product they would go by an id that none has.
        invalid_optional: an optional field that cannot be read as what it must be: omit it, or refuse the record.
        link_identities: send an `identify` ahead of the first record that shows an e-mail and another id together
            and can be sent.
    """

    model_config = ConfigDict(json_schema_extra=_event_or_preset)

    topic: Topic | None = None
    topic_pattern: TopicPattern | None = None
    record: str | None = None
    records: Literal["values", "tombstones"] = "values"
    key_format: Literal["text", "json", "avro", "bytes"] = "text"
    when: Path | None = None
    preset: Literal["segment", "rudderstack"] | None = None
    event: Event
    api: Literal["events", "customers", "eligibility"] = "events"
    fields: dict[str, FieldSource] = {}  # noqa: RUF012 - pydantic copies it
    attributes: dict[str, FieldSource] = {}  # noqa: RUF012 - pydantic copies it
    destination: Addressee | None = None
    paused: bool = False
    rate_limit_per_second: Seconds = 0
    properties: dict[str, FieldSource] = {}  # noqa: RUF012 - pydantic copies it
    priority: Integer = 0
    wire_format: Annotated[Literal["confluent", "single_object", "raw"], Field(alias="format")] = "confluent"
    schemas: Annotated[SchemaFiles | None, Field(alias="schema")] = None
    reader_schema: SchemaFile | None = None
    event_time: EventTime | None = None
    max_event_age_seconds: Seconds | None = None
    timezone: TimeZone | None = None
    normalise_email: bool = False
    phone_region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    split_products: bool = False
    repeated_products: Literal["refuse", "merge"] = "refuse"
    surplus_products: Literal["refuse", "drop"] = "refuse"
    invalid_optional: Literal["omit", "refuse"] = "omit"
    link_identities: bool = False

    @model_validator(mode="before")
    @classmethod
    def _events_of_the_preset(cls, data: Any) -> Any:
        if isinstance(data, dict) and "event" not in data and (known := PRESETS.get(str(data.get("preset")))):
            return data | {"event": dict(known.event)}
        return data

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

    @property
    def zone(self) -> ZoneInfo | None:
        return None if self.timezone is None else ZoneInfo(self.timezone)

    @property
    def destinations(self) -> tuple[str, ...]:
        """The names of all that its events may go to; empty is that of `bluecore`."""
        chosen = self.destination
        if not isinstance(chosen, DestinationByValue):
            return (chosen or UNNAMED,)
        named = dict.fromkeys((*chosen.values.values(), *(() if chosen.default is None else (chosen.default,))))
        return tuple(name for name in named if name != SKIP)

    @property
    def own_time(self) -> EventTimeConfig | None:
        """`event_time`, however it is written."""
        return EventTimeConfig(path=self.event_time) if isinstance(self.event_time, str) else self.event_time

    def takes(self, topic: str) -> bool:
        """Whether the topic's records are this route's, as far as the topic tells."""
        if self.topic_pattern is not None:
            return re.match(self.topic_pattern, topic) is not None
        return self.topic == topic


def paths_of(route: RouteConfig) -> Iterator[str]:
    """Every expression of the route."""
    if route.when is not None:
        yield route.when
    if isinstance(route.event, EventByValue):
        yield route.event.path
    if isinstance(route.destination, DestinationByValue):
        yield route.destination.path
    if route.own_time is not None:
        yield route.own_time.path
    for mapped in (*route.fields.values(), *route.attributes.values(), *route.properties.values()):
        yield mapped.path if isinstance(mapped, FieldConfig) else mapped
