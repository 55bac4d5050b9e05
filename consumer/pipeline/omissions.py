"""What was left out of events: counted beside the values of the same field, and told in the log.

How many values a field has is counted only while some of it was left out lately, which is when a share is asked for:
a clean field costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from consumer.mapping.emails import is_email
from consumer.mapping.fields import IDENTITY, PRODUCT
from consumer.mapping.products import PREFIX
from consumer.mapping.said import properties_of
from consumer.mapping.timing import FIELD as TIME
from consumer.records import Omission, Record, Send
from consumer.telemetry.incidents import Incidents
from consumer.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

_WATCHED_SECONDS = 3600.0
_NAMED = frozenset(("id", *PRODUCT))


class OmittedFields:
    """Looks at what mapping made of each record that was read for the first time."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._incidents = Incidents()
        self._watched: dict[str, dict[str, float]] = {}
        """By event type and field, until when its values are counted."""

    def look(self, record: Record, mapped: Send, now: float) -> None:
        """A record was mapped; a redelivery was counted before."""
        if record.redelivery is not None:
            return
        for each in mapped.omitted:
            self._omitted(record, each, now)
        if self._watched:
            # What stands in for an id that was left out is no value of that one.
            ids = frozenset(each.label for each in mapped.omitted if each.label in IDENTITY)
            self._count_values(mapped, ids, now)

    @property
    def watching(self) -> bool:
        """Whether records in which nothing was left out are of interest, too."""
        return bool(self._watched)

    def _omitted(self, record: Record, omission: Omission, now: float) -> None:
        key = omission.event, omission.label
        self._metrics.fields_omitted[key].inc()
        self._metrics.fields_read[key].inc()
        self._watched.setdefault(omission.event, {})[omission.label] = now + _WATCHED_SECONDS
        if (suppressed := self._incidents.happened(key, now)) is not None:
            log.warning(
                "an optional field could not be read, and was left out of its event",
                event_type=omission.event,
                # What rides along is named by the record, whose keys may be data.
                field=omission.label if omission.label.endswith("*") else omission.field,
                why=None if omission.label.endswith("*") else omission.message,
                topic=record.origin.topic,
                partition=record.origin.number,
                offset=record.origin_offset,
                suppressed=suppressed,
            )

    def _count_values(self, mapped: Send, without: frozenset[str], now: float) -> None:
        seen: set[str] = set()
        for request in mapped.requests:
            watched = self._watched.get(request.event)
            if watched is None or request.link:
                continue
            properties = properties_of(request)
            for field, until in list(watched.items()):
                if now > until:
                    del watched[field]
                elif field in without:
                    continue
                # A record that is split repeats all but its products.
                elif (request.event not in seen or field.startswith(PREFIX)) and (
                    values := mapped.event_time_ms is not None if field == TIME else _values(properties, field)
                ):
                    self._metrics.fields_read[request.event, field].inc(values)
            seen.add(request.event)
            if not watched:
                del self._watched[request.event]


def _values(properties: Mapping[str, Any], field: str) -> int:
    """How many values an event has of a field."""
    if field.startswith(PREFIX):
        products, name = properties.get("products", ()), field.removeprefix(PREFIX)
        if name == "*":
            return sum(len(product.keys() - _NAMED) for product in products)
        return sum(name in product for product in products)
    customer = properties.get("customer", {})
    if field in IDENTITY:
        return not is_email(properties["distinct_id"])
    return field in customer or field in properties
