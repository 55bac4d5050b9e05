"""The schemas of the registry by id, without ever making the caller wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import Lock

import structlog
from tenacity import wait_exponential_jitter
from tenacity.wait import wait_base

from consumer.avro.errands import Errands
from consumer.avro.errors import RegistryError, SchemaPending, SchemaUnknown, SchemaUnusable
from consumer.avro.failing import Failing
from consumer.avro.kept import KeptSchemas
from consumer.avro.key_ring import KeyRing
from consumer.avro.references import SchemaStore, load_schema
from consumer.avro.schema import AvroSchema
from consumer.avro.schema_ids import SchemaId, for_log
from consumer.avro.unknown_ids import Patience, UnknownIds

_log = structlog.get_logger(__name__)

_MOST_SUBJECTS = 1000
BACKOFF = wait_exponential_jitter(multiplier=0.5, max=5, jitter=0.5)


class SchemaCache:
    """Parsed schemas, kept while there is room: the schema of an id never changes.

    `get` never blocks: one background thread fetches what is missing, one schema at a time. It tries again with
    growing waits while the registry is out of reach, and for a while where the registry says that it has none.
    """

    def __init__(  # noqa: PLR0913 - what it is made of, handed in
        self,
        store: SchemaStore,
        *,
        subjects_of: Callable[[int], Sequence[str]] | None = None,
        patience: Patience = Patience(),  # noqa: B008 - a frozen value
        keys: KeyRing | None = None,
        clock: Callable[[], float] = time.monotonic,
        backoff: wait_base = BACKOFF,
    ) -> None:
        """Take schemas from `store`.

        Args:
            store: the registry's client.
            subjects_of: which subjects the registry has a schema under; None: that is not asked.
            patience: how long a schema may be unknown to it.
            keys: those of its schemas' encrypted fields, to be closed with it.
            clock: seconds that only ever grow.
            backoff: the wait after the n-th failure in a row.
        """
        self._store = store
        self.keys = keys
        self._subjects_of = subjects_of
        self._clock = clock
        self.kept = KeptSchemas()
        self._lock = Lock()
        self._unknown = UnknownIds(patience)
        self._failing: Failing[SchemaId] = Failing(backoff)
        self._answered_at = float("-inf")
        self._failed_at: dict[SchemaId, float] = {}
        """Of those that the registry fails on, the last time."""
        self._errands = Errands(self._fetch, "schema-registry", clock)

    @property
    def outage(self) -> str | None:
        """What is wrong with the registry now, and what to do; None while nothing is known to be wrong."""
        with self._lock:
            return self._failing.problem

    @property
    def key_outage(self) -> str | None:
        """The same of where the keys of encrypted fields are."""
        return None if self.keys is None else self.keys.outage

    @property
    def unknown_ids(self) -> Mapping[SchemaId, str]:
        """The ids that the registry does not know and is asked for again, with what is to be said of each."""
        with self._lock:
            return self._unknown.all_awaited(self._clock())

    def get(self, schema_id: SchemaId) -> AvroSchema:
        """The schema of an id.

        Raises:
            SchemaPending: it is not here yet, the registry is out of reach, or may have it yet: ask again later.
            SchemaUnknown: the registry has said for long enough that it has none.
        """
        schema = self.kept.get(schema_id)
        return self._request(schema_id) if schema is None else schema

    def doubt(self, schema_id: SchemaId) -> None:
        """The registry may have been put right: what it said that it has not got, the next `get` asks for anew."""
        with self._lock:
            self._unknown.doubt(schema_id)

    def close(self) -> None:
        """Stop fetching. A fetch under way ends by itself, within the client's time-out."""
        self._errands.close()
        if self.keys is not None:
            self.keys.close()

    def ended(self, seconds: float) -> bool:
        """Whether nothing is fetched any more, once it was closed; waits for that up to so long."""
        return self._errands.ended(seconds)

    def _request(self, schema_id: SchemaId) -> AvroSchema:
        with self._lock:
            if (schema := self.kept.get(schema_id)) is not None:
                return schema
            if (message := self._unknown.given_up(schema_id, self._clock())) is not None:
                raise SchemaUnknown(message)
            awaited = self._unknown.is_awaited(schema_id)
        self._errands.want(schema_id)
        raise SchemaPending(schema_id, unknown=awaited)

    def _fetch(self, schema_id: SchemaId) -> float | None:
        try:
            schema = self._load(schema_id)
        except SchemaUnknown as error:
            return self._note_unknown(schema_id, error)
        except Exception as error:  # noqa: BLE001 - were the thread to end, every new schema would wait for ever
            return self._note_failure(schema_id, str(error))
        with self._lock:
            self._unknown.found(schema_id)
            self.kept.put(schema_id, schema)
        self._note_answer(schema_id)
        return None

    def _load(self, schema_id: SchemaId) -> AvroSchema:
        """With its subjects, which not every registry tells; one that does not is not asked again."""
        schema = load_schema(self._store, schema_id)
        if self._subjects_of is None or not isinstance(schema_id, int):
            return schema
        try:
            return replace(schema, subjects=tuple(self._subjects_of(schema_id)[:_MOST_SUBJECTS]))
        except RegistryError:
            self._subjects_of = None
            return schema

    def _note_unknown(self, schema_id: SchemaId, error: SchemaUnknown) -> float | None:
        now = self._clock()
        with self._lock:
            first = not self._unknown.is_awaited(schema_id)
            final = isinstance(error, SchemaUnusable)
            again = self._unknown.not_found(schema_id, str(error), now, final=final, unasked=error.unasked)
            waits = self._unknown.awaited(schema_id, now)
        if first and waits is not None:
            what = "a schema is unknown to the registry: its records wait"
            _log.warning(what, problem=waits, schema_id=for_log(schema_id))
        self._note_answer(schema_id)
        return again

    def _note_answer(self, schema_id: SchemaId) -> None:
        with self._lock:
            self._answered_at = self._clock()
            self._failed_at.pop(schema_id, None)
            recovered = self._failing.answered(schema_id)
        if recovered:
            _log.info("the schema registry answers again")

    def _note_failure(self, schema_id: SchemaId, problem: str) -> float:
        with self._lock:
            wait, first = self._failing.failed(schema_id, problem)
            now, last = self._clock(), self._failed_at.get(schema_id)
            self._failed_at[schema_id] = now
            # One that it fails on while it answers of others is no outage: what it does not know is given up.
            if last is None or self._answered_at <= last:
                self._unknown.failed(now)
        if first:
            _log.warning("the schema registry does not answer", problem=problem, schema_id=for_log(schema_id))
        return wait
