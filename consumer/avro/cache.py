"""The schemas of the registry by id, without ever making the caller wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from queue import SimpleQueue
from threading import Event, Lock, Thread

import structlog
from tenacity import wait_exponential_jitter
from tenacity.wait import wait_base

from consumer.avro.errors import RegistryError, SchemaPending, SchemaUnknown
from consumer.avro.kept import KeptSchemas
from consumer.avro.references import SchemaStore, load_schema
from consumer.avro.schema import AvroSchema
from consumer.backoff import seconds_after

_log = structlog.get_logger(__name__)

REMEMBER_UNKNOWN_SECONDS = 60.0
_MOST_UNKNOWN = 10_000
_MOST_SUBJECTS = 1000
_LONGEST = 500
"""Characters of why one is unknown: a registry may say anything."""
BACKOFF = wait_exponential_jitter(multiplier=0.5, max=30, jitter=0.5)


@dataclass(frozen=True, slots=True)
class _Unknown:
    message: str
    until: float


class SchemaCache:
    """Parsed schemas, kept while there is room: the schema of an id never changes.

    `get` never blocks: one background thread fetches what is missing, one schema at a time, and tries again with
    growing waits while the registry is out of reach.
    """

    def __init__(
        self,
        store: SchemaStore,
        *,
        subjects_of: Callable[[int], Sequence[str]] | None = None,
        clock: Callable[[], float] = time.monotonic,
        backoff: wait_base = BACKOFF,
    ) -> None:
        """Take schemas from `store`.

        Args:
            store: the registry's client.
            subjects_of: which subjects the registry has a schema under; None: that is not asked.
            clock: seconds that only ever grow.
            backoff: the wait after the n-th failure in a row.
        """
        self._store = store
        self._subjects_of = subjects_of
        self._clock = clock
        self._backoff = backoff
        self.kept = KeptSchemas()
        self._lock = Lock()
        self._unknown: dict[int, _Unknown] = {}
        self._wanted: set[int] = set()
        self._failing: dict[int, str] = {}
        self._queue: SimpleQueue[int | None] = SimpleQueue()
        self._closed = Event()
        self._thread = Thread(target=self._fetch_all, name="schema-registry", daemon=True)
        self._thread.start()

    @property
    def outage(self) -> str | None:
        """What is wrong with the registry now, and what to do; None while nothing is known to be wrong."""
        with self._lock:
            return next(iter(self._failing.values()), None)

    def get(self, schema_id: int) -> AvroSchema:
        """The schema of an id.

        Raises:
            SchemaPending: it is not here yet, or the registry is out of reach: ask again later.
            SchemaUnknown: the registry says that it has none. This is remembered for a minute, for a producer may
                register it yet.
        """
        schema = self.kept.get(schema_id)
        return self._request(schema_id) if schema is None else schema

    def close(self) -> None:
        """Stop fetching. A fetch under way ends by itself, within the client's time-out."""
        self._closed.set()
        self._queue.put(None)

    def _request(self, schema_id: int) -> AvroSchema:
        with self._lock:
            if (schema := self.kept.get(schema_id)) is not None:
                return schema
            unknown = self._unknown.get(schema_id)
            if unknown is not None and self._clock() < unknown.until:
                raise SchemaUnknown(unknown.message)
            if schema_id not in self._wanted:
                self._wanted.add(schema_id)
                self._queue.put(schema_id)
        raise SchemaPending(schema_id)

    def _fetch_all(self) -> None:
        failures = 0
        while (schema_id := self._queue.get()) is not None and not self._closed.is_set():
            try:
                found: AvroSchema | SchemaUnknown = self._load(schema_id)
            except SchemaUnknown as error:
                found = error
            except Exception as error:  # noqa: BLE001 - were the thread to end, every new schema would wait for ever
                failures += 1
                self._note_failure(schema_id, str(error))
                # To the end of the queue: one schema that the registry fails on must not hold back the others.
                self._queue.put(schema_id)
                self._closed.wait(seconds_after(failures, self._backoff))
                continue
            failures = 0
            self._note_answer(schema_id, found)

    def _load(self, schema_id: int) -> AvroSchema:
        """With its subjects, which not every registry tells; one that does not is not asked again."""
        schema = load_schema(self._store, schema_id)
        if self._subjects_of is None:
            return schema
        try:
            return replace(schema, subjects=tuple(self._subjects_of(schema_id)[:_MOST_SUBJECTS]))
        except RegistryError:
            self._subjects_of = None
            return schema

    def _note_answer(self, schema_id: int, found: AvroSchema | SchemaUnknown) -> None:
        with self._lock:
            self._wanted.discard(schema_id)
            now = self._clock()
            # In the order of their ends.
            while self._unknown and (
                now >= self._unknown[oldest := next(iter(self._unknown))].until or len(self._unknown) >= _MOST_UNKNOWN
            ):
                del self._unknown[oldest]
            if isinstance(found, SchemaUnknown):
                self._unknown.pop(schema_id, None)
                self._unknown[schema_id] = _Unknown(str(found)[:_LONGEST], now + REMEMBER_UNKNOWN_SECONDS)
            else:
                self.kept.put(schema_id, found)
            recovered = self._failing.pop(schema_id, None) is not None and not self._failing
        if recovered:
            _log.info("the schema registry answers again")

    def _note_failure(self, schema_id: int, problem: str) -> None:
        with self._lock:
            first = not self._failing
            self._failing[schema_id] = problem
        if first:
            _log.warning("the schema registry does not answer", problem=problem, schema_id=schema_id)
