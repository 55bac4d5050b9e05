"""From a record as Kafka has it to what becomes of it: decoded, then mapped."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import structlog

from consumer.avro.decoding import Decoded, Narrowable, WireFormat
from consumer.avro.errors import EncryptedPayload, SchemaPending, Undecodable, UnknownSchema
from consumer.avro.schema_ids import SchemaId
from consumer.avro.subjects import Subjects
from consumer.mapping.links import LinkCache
from consumer.mapping.router import Router
from consumer.mapping.surroundings import ReadKey, Surroundings
from consumer.records import Mapped, Partition, Reason, Record, Reject, Skip, Stage

# A redelivery names its topic itself, in a header that anyone may write.
_MOST_REMEMBERED = 256
_log = structlog.get_logger(__name__)


class Translator:
    """Decodes and maps, one record at a time. For one thread: it remembers which ids it has linked."""

    def __init__(  # noqa: PLR0913 - what it is made of, handed in
        self,
        router: Router,
        decoder_of: Callable[[str], WireFormat],
        links: LinkCache | None = None,
        keys: ReadKey | None = None,
        *,
        subjects: Subjects | None = None,
        group: str | None = None,
        doubt: Callable[[SchemaId], object] | None = None,
    ) -> None:
        """Takes what it is made of.

        Args:
            router: the compiled routes.
            decoder_of: a topic's decoder; topics differ in their wire format.
            links: the ids that are known to be linked; by default, none.
            keys: decodes keys in Avro; without, there are none.
            subjects: tells which schemas are not of a record's topic; None: nobody knows.
            group: ours; of another's records in the retry topic, those that no route takes are left to it.
            doubt: has an unknown schema asked for anew; None: nobody can be asked.
        """
        self._keys = keys
        self._group = group
        self._left: set[tuple[str, str]] = set()
        self._router = router
        self._decoder_of = decoder_of
        self._links = LinkCache() if links is None else links
        self._subjects = Subjects(lambda _: None) if subjects is None else subjects
        self._doubt = doubt
        self._doubted: dict[Partition, int] = {}
        """Of each partition with redeliveries, the last one for which unknown schemas were asked for anew."""
        self._narrowed: dict[str, tuple[WireFormat, WireFormat]] = {}

    @property
    def links(self) -> int:
        """How many ids are known to be linked."""
        return len(self._links)

    def translate(self, record: Record, now_ms: int | None) -> Mapped:
        """What becomes of the record, by the routes of the topic that it was first written to.

        Whatever the record holds, it comes back as an outcome: a mistake in this code costs one record, which the
        dead-letter topic keeps, and not the stream.

        Args:
            record: as it was read, from its topic or from the retry topic.
            now_ms: ms since the epoch; None: no age is judged.

        Raises:
            SchemaPending: the record's schema, or the key of a value that a route reads, is not known yet; ask again
                with the same record.
        """
        if record.left_out:
            what = f"the record has {record.left_out} bytes, more than delivery.max_record_bytes allows"
            return Reject(Reason.TOO_LARGE, Stage.DECODE, f"{what}; its value is at its origin only")
        topic, group = record.origin.topic, None if record.redelivery is None else record.redelivery.group
        if group is None or group == self._group or self._group is None:
            return self._translated(record, topic, now_ms)
        if self._router.takes_topic(topic):
            mapped = self._translated(record, topic, now_ms)
            # What chooses no destination was taken by a route.
            if not isinstance(mapped, Reject) or mapped.reason is not Reason.UNROUTABLE or mapped.field is not None:
                return mapped
        self._tell_left(topic, group)
        return Skip("other_group")

    def _tell_left(self, topic: str, group: str) -> None:
        """Once each: another release shares our retry topic, and reads it by a group of its own."""
        if (topic, group) not in self._left and len(self._left) < _MOST_REMEMBERED:
            self._left.add((topic, group))
            _log.warning("the retry topic has another group's records: they are left to it", topic=topic, group=group)

    def _translated(self, record: Record, topic: str, now_ms: int | None) -> Mapped:
        if record.value is None:
            return self._mapped(record, topic, None, now_ms)
        if self._router.takes_tombstones and self._router.takes_tombstones_only(topic):
            return Skip("records")
        decoded = self._decode(topic, record, record.value)
        if isinstance(decoded, Reject):
            return decoded
        mapped = self._mapped(record, topic, decoded, now_ms)
        foreign = self._subjects.foreign(topic, decoded.schema_id)
        if foreign and isinstance(mapped, Reject):
            return replace(mapped, message=f"{mapped.message}; {foreign}")
        return mapped

    def _mapped(self, record: Record, topic: str, decoded: Decoded | None, now_ms: int | None) -> Mapped:
        """What becomes of a decoded record, or of a tombstone."""
        router = self._router
        name, value, _ = (None, None, None) if decoded is None else decoded
        claim = around = None
        if router.links_identities:
            claim = partial(self._links.claim, record=(record.origin, record.origin_offset))
        if router.reads_surroundings:
            around = Surroundings(record, self._keys)
        try:
            return router.map(topic, name, value, record.written_ms, now_ms, claim=claim, around=around)
        except SchemaPending:
            raise
        except Exception as error:  # noqa: BLE001 - a bug here must not stop the stream; the text may quote values
            _tell("mapping_failed", record, error)
            return Reject(Reason.INVALID_FIELD, Stage.MAP, type(error).__name__)

    def _decode(self, topic: str, record: Record, value: bytes) -> Decoded | Reject:
        try:
            decoder = self._decoder_of(topic)
            known = self._narrowed.get(topic)
            if known is None or known[0] is not decoder:
                known = self._narrow(topic, decoder)
            return known[1].decode(value, record.headers)
        except Undecodable as error:
            if isinstance(error, UnknownSchema) and self._doubts(record, error.unknown):
                raise SchemaPending(error.unknown[0]) from None
            foreign = self._subjects.foreign(topic, error.schema_id)
            reason = Reason.ENCRYPTED if isinstance(error, EncryptedPayload) else Reason.UNDECODABLE
            return Reject(reason, Stage.DECODE, f"{error}; {foreign}" if foreign else str(error))
        except SchemaPending:
            raise
        except Exception as error:  # noqa: BLE001 - a bug here must not stop the stream; the text may quote values
            _tell("decoding_failed", record, error)
            return Reject(Reason.UNDECODABLE, Stage.DECODE, type(error).__name__)

    def _doubts(self, record: Record, unknown: tuple[SchemaId, ...]) -> bool:
        """Whether the registry is asked anew for the sake of this record: once of each that comes again.

        Who sends a dead letter again may have put the registry right a moment before.
        """
        if self._doubt is None or record.redelivery is None or self._doubted.get(record.partition) == record.offset:
            return False
        self._doubted[record.partition] = record.offset
        for schema_id in unknown:
            self._doubt(schema_id)
        return True

    def _narrow(self, topic: str, decoder: WireFormat) -> tuple[WireFormat, WireFormat]:
        """A topic's decoder, and the same for who need not read of its records what no route looks at."""
        if len(self._narrowed) >= _MOST_REMEMBERED:
            self._narrowed.clear()
        fields = self._router.reads(topic)
        narrowed = decoder
        if fields is not None and isinstance(decoder, Narrowable):
            narrowed = decoder.narrowed(fields)
        self._narrowed[topic] = (decoder, narrowed)
        return self._narrowed[topic]


def _tell(what: str, record: Record, error: Exception) -> None:
    where = traceback.extract_tb(error.__traceback__)[-1]
    _log.error(
        what,
        topic=record.origin.topic,
        partition=record.origin.number,
        offset=record.origin_offset,
        exception=type(error).__name__,
        where=f"{where.name}:{where.lineno}",
    )
