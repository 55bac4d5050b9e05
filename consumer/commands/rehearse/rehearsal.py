"""The rehearsal itself: each record through each route that takes its topic, as the service would map it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from consumer.age import AgeLimit, is_ahead
from consumer.avro.cache import SchemaCache
from consumer.avro.errors import SchemaPending, Undecodable
from consumer.commands.preview.translation import (
    masked_translator,
    told_subjects,
    with_schemas,
)
from consumer.commands.rehearse.customers import Customers
from consumer.commands.rehearse.decoded_once import DecodedOnce
from consumer.commands.rehearse.hinting import RouteHints
from consumer.commands.rehearse.tally import RowKey, Span, Tally
from consumer.config.destinations import UNNAMED
from consumer.config.model import Config
from consumer.config.route import DestinationByValue, RouteConfig
from consumer.mapping.compiled_route import names_read
from consumer.mapping.reads import union
from consumer.mapping.rest_parts import IN_THE_FUTURE
from consumer.mapping.said import consented_ms
from consumer.mapping.timing import too_old
from consumer.mapping.translate import Translator
from consumer.pipeline.decoding import decoders, key_decoder
from consumer.records import EventRequest, Mapped, Reason, Record, Reject, Send, Skip, Stage

_EXCERPT: Final = 1_000
_OF_THE_FUTURE: Final = Reject(Reason.INVALID_FIELD, Stage.MAP, f"consented_at: {IN_THE_FUTURE}", "consented_at")
_OF_THE_OTHER_KIND: Final = (Skip("records"), Skip("tombstone"))


class Rehearsal:
    """Counts what would become of records. Its state: the tally, what is known of customers, and values.

    `now_ms`: the time that ages are counted to, ms since the epoch.
    """

    def __init__(self, config: Config, schemas: SchemaCache | None, now_ms: int, *, show_values: bool) -> None:
        self.tally = Tally()
        self.customers = Customers()
        self.hints = RouteHints()
        self._schemas = schemas
        self.now_ms = now_ms
        self._age = AgeLimit(config.delivery.max_event_age_seconds)
        self._show_values = show_values
        self._any_decoder_of = decoders(config, schemas, any_record=True)
        self._decoder_of = decoders(config, schemas)
        self._decoders: dict[str, DecodedOnce] = {}
        keys = key_decoder(config, schemas)
        subjects = told_subjects(schemas, self._foreign)
        # Each route for itself: a record that one refuses, another may send. Age is judged apart, so that a record
        # that is both old and broken is counted as broken.
        self._routes: Sequence[tuple[int, RouteConfig, Translator]] = tuple(
            (
                index,
                route,
                masked_translator(
                    config,
                    self._decoded_once,
                    keys,
                    routes=(route,),
                    max_age_seconds=config.delivery.max_event_age_seconds,
                    subjects=subjects,
                ),
            )
            for index, route in enumerate(config.routes)
        )

    def _foreign(self, topic: str, sentence: str) -> None:
        self.tally.foreign.setdefault(topic, []).append(sentence)

    def _decoded_once(self, topic: str) -> DecodedOnce:
        if topic not in self._decoders:
            fields = union(names_read(route) for _, route, _ in self._routes if route.takes(topic))
            self._decoders[topic] = DecodedOnce(self._decoder_of(topic), fields)
        return self._decoders[topic]

    def counter(self, topic: str) -> Callable[[Record], None]:
        """What counts the records of a topic."""
        taking = [each for each in self._routes if each[1].takes(topic)]
        # Beside a route of tombstones each record is left to the other kind: neither has skipped it.
        of_both_kinds = len({route.records for _, route, _ in taking}) > 1
        span = self.tally.spans.setdefault(topic, Span())

        def count(record: Record) -> None:
            self.tally.read += 1
            span.add(record.timestamp_ms)
            ahead = False
            taken = False
            for index, route, translator in taking:
                outcome = with_schemas(partial(translator.translate, record, None), self._schemas)
                if _untaken(outcome) or (of_both_kinds and outcome in _OF_THE_OTHER_KIND):
                    continue
                taken = True
                ahead = ahead or self._is_ahead(outcome, record)
                self._count(index, route, topic, record, outcome)
            span.future += ahead
            if not taken:
                what = Reject(Reason.UNROUTABLE, Stage.MAP, f"no route takes this type of record of {topic}")
                row = self.tally.row(RowKey(None, topic, "", None))
                row.read += 1
                row.add_refusal(what, record, self._example)

        return count

    def _count(self, index: int, route: RouteConfig, topic: str, record: Record, outcome: Mapped) -> None:
        old = isinstance(outcome, Send) and self._too_old(outcome, record)
        if isinstance(outcome, Send):
            row = self.tally.row(RowKey(index, topic, _event_of(outcome), outcome.requests[0].destination))
            # One that is too old now was not when it was written: it is of the topic's pace.
            row.requests += len(outcome.requests)
            self.hints.see(index, route, topic, outcome)
            if old:
                what = Reject(Reason.TOO_OLD, Stage.MAP, too_old(self._limit(route)))
                row.add_refusal(what, record, self._example)
            elif any(self._is_of_the_future(request) for request in outcome.requests):
                row.add_refusal(_OF_THE_FUTURE, record, self._example)
            else:
                row.send += 1
                row.omitted.update([each.label for each in outcome.omitted])
            if not route.paused:
                for request in outcome.requests:
                    self.customers.add(request, row)
        elif isinstance(outcome, Skip):
            # Where a value chooses the event, `skip` is what it has chosen.
            event = _only_event(route) or ("skip" if outcome.reason == "event" else "")
            row = self.tally.row(RowKey(index, topic, event, _only_destination(route)))
            row.skip[outcome.reason] += 1
        else:
            destination = _only_destination(route) if outcome.destination is None else outcome.destination
            row = self.tally.row(RowKey(index, topic, outcome.event or _only_event(route), destination))
            row.add_refusal(outcome, record, self._example)
        row.read += 1
        row.paused = route.paused

    def _is_ahead(self, outcome: Mapped, record: Record) -> bool:
        own = None if isinstance(outcome, Skip) else outcome.event_time_ms
        time_ms = record.timestamp_ms if own is None else own
        return time_ms is not None and is_ahead(time_ms, self.now_ms)

    def _is_of_the_future(self, request: EventRequest) -> bool:
        """Whether it carries a time of a consent that has not come yet: the service refuses that."""
        at_ms = consented_ms(request)
        return at_ms is not None and is_ahead(at_ms, self.now_ms)

    def _limit(self, route: RouteConfig) -> float:
        own = route.max_event_age_seconds
        return self._age.seconds if own is None else own

    def _too_old(self, outcome: Send, record: Record) -> bool:
        """Of one route, whose requests are all of one time."""
        until_ms = outcome.requests[-1].until_ms
        if until_ms is None:
            return self._age.exceeded(record.timestamp_ms, self.now_ms)
        return self.now_ms > until_ms

    def _example(self, record: Record) -> str:
        if not self._show_values or record.value is None:
            return ""
        try:
            decoded = self._any_decoder_of(record.origin.topic).decode(record.value, record.headers)
        except (Undecodable, SchemaPending):
            return record.value[:_EXCERPT].hex(" ")
        return json.dumps(decoded.value, default=str, ensure_ascii=False)[:_EXCERPT]


def _untaken(outcome: Mapped) -> bool:
    """Whether the route is of other records; one that takes a record for no destination names that field."""
    return isinstance(outcome, Reject) and outcome.reason is Reason.UNROUTABLE and outcome.field is None


def _event_of(outcome: Send) -> str:
    """The record's own event; a link that goes ahead of it is none."""
    return next((request.event for request in outcome.requests if not request.link), "identify")


def _only_event(route: RouteConfig) -> str:
    return route.event if isinstance(route.event, str) else ""


def _only_destination(route: RouteConfig) -> str | None:
    """Where all events of the route go; None where a value of the record chooses."""
    return None if isinstance(route.destination, DestinationByValue) else route.destination or UNNAMED
