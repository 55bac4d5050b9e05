"""From a record as Kafka has it to what becomes of it: decoded, then mapped."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import partial

import structlog

from consumer.avro.decoding import WireFormat
from consumer.avro.errors import Undecodable
from consumer.mapping.links import LinkCache
from consumer.mapping.router import Router
from consumer.records import Mapped, Reason, Record, Reject, Skip, Stage

_log = structlog.get_logger(__name__)


class Translator:
    """Decodes and maps, one record at a time. For one thread: it remembers which ids it has linked."""

    def __init__(
        self, router: Router, decoder_of: Callable[[str], WireFormat], links: LinkCache | None = None
    ) -> None:
        """Takes what it is made of.

        Args:
            router: the compiled routes.
            decoder_of: a topic's decoder; topics differ in their wire format.
            links: the ids that are known to be linked; by default, none.
        """
        self._router = router
        self._decoder_of = decoder_of
        self._links = LinkCache() if links is None else links

    def translate(self, record: Record, now_ms: int) -> Mapped:
        """What becomes of the record, by the routes of the topic that it was first written to.

        Whatever the record holds, it comes back as an outcome: a mistake in this code costs one record, which the
        dead-letter topic keeps, and not the stream.

        Args:
            record: as it was read, from its topic or from the retry topic.
            now_ms: ms since the epoch.

        Raises:
            SchemaPending: the record's schema is not known yet; ask again with the same record.
        """
        if record.left_out:
            what = f"the record has {record.left_out} bytes, more than delivery.max_record_bytes allows"
            return Reject(Reason.TOO_LARGE, Stage.DECODE, f"{what}; its value is at its origin only")
        if record.value is None:
            return Skip("tombstone")
        topic = record.origin.topic
        try:
            decoded = self._decoder_of(topic).decode(record.value)
        except Undecodable as error:
            return Reject(Reason.UNDECODABLE, Stage.DECODE, str(error))
        claim = (
            partial(self._links.claim, record=(record.origin, record.origin_offset))
            if self._router.links_identities
            else None
        )
        try:
            return self._router.map(topic, decoded.name, decoded.value, record.event_time_ms, now_ms, claim=claim)
        except Exception as error:  # noqa: BLE001 - a bug here must not stop the stream; the text may quote values
            where = traceback.extract_tb(error.__traceback__)[-1]
            _log.error(
                "mapping_failed",
                topic=topic,
                partition=record.origin.number,
                offset=record.origin_offset,
                exception=type(error).__name__,
                where=f"{where.name}:{where.lineno}",
            )
            return Reject(Reason.INVALID_FIELD, Stage.MAP, type(error).__name__)
