"""Dead letters as the present configuration would have them: decoded, and mapped once more."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from consumer.avro.cache import SchemaCache
from consumer.avro.decoding import Decoded
from consumer.avro.errors import Undecodable
from consumer.commands.preview.translation import UNKNOWN_ID_SECONDS, masked_translator, told_subjects, with_schemas
from consumer.config.model import Config
from consumer.pipeline.decoding import decoders, key_decoder, schema_cache
from consumer.records import Mapped, Record


class Remapping:
    """Maps as the service does, but for the token, which is masked."""

    def __init__(self, config: Config, schemas: SchemaCache | None) -> None:
        self._schemas = schemas
        self._decoders = decoders(config, schemas)
        self._any_decoders = decoders(config, schemas, any_record=True)
        self._translator = masked_translator(
            config,
            self._decoders,
            key_decoder(config, schemas),
            max_age_seconds=config.delivery.max_event_age_seconds,
            subjects=told_subjects(schemas),
        )

    def outcome(self, record: Record) -> Mapped:
        """What would become of it now.

        Raises:
            RegistryUnavailable: its schema is not to be had.
        """
        return with_schemas(partial(self._translator.translate, record, int(time.time() * 1000)), self._schemas)

    def decoded(self, record: Record) -> dict[str, Any]:
        """The record for a person: its type and value, or why there is none.

        Raises:
            RegistryUnavailable: its schema is not to be had.
        """
        if record.value is None:
            return {"value": None}
        try:
            decoder = self._any_decoders(record.origin.topic)
            found: Decoded = with_schemas(partial(decoder.decode, record.value, record.headers), self._schemas)
        except Undecodable as error:
            return {"undecodable": str(error), "bytes": record.value.hex()}
        return {"name": found.name, "value": found.value}


@contextmanager
def remapping(config: Config) -> Iterator[Remapping]:
    schemas = schema_cache(config, UNKNOWN_ID_SECONDS)
    try:
        yield Remapping(config, schemas)
    finally:
        if schemas is not None:
            schemas.close()
