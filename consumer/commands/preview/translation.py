"""Records mapped as the service maps them, but for the token: what preview and dead-letters share."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import click

from consumer.avro.cache import SchemaCache
from consumer.avro.decoding import WireFormat
from consumer.avro.errors import RegistryUnavailable, SchemaPending
from consumer.avro.subjects import Subjects
from consumer.config.model import Config
from consumer.config.route import RouteConfig
from consumer.mapping.surroundings import ReadKey
from consumer.mapping.translate import Translator
from consumer.pipeline.routing import router
from consumer.telemetry.masking import MASK

UNKNOWN_ID_SECONDS = 2.0
"""A person waits, who can ask again; the service waits for `schema_registry.unknown_id_seconds`."""
_SCHEMA_SECONDS = 20.0
_POLL_SECONDS = 0.02
_T = TypeVar("_T")


def masked_translator(  # noqa: PLR0913 - what the service's translator is made of
    config: Config,
    decoder_of: Callable[[str], WireFormat],
    keys: ReadKey | None = None,
    *,
    routes: Sequence[RouteConfig] | None = None,
    max_age_seconds: float = 0,
    token: str | None = MASK,
    subjects: Subjects | None = None,
) -> Translator:
    """A translator whose requests have `***` for their token: what it makes is pasted into tickets.

    Args:
        config: the configuration.
        decoder_of: a topic's decoder.
        keys: decodes keys in Avro; without, there are none.
        routes: those of it; by default, all.
        max_age_seconds: older records are rejected as too old; 0: none is.
        token: what stands for each namespace; None: itself, where requests are made to be sent.
        subjects: tells which schemas are not of a record's topic; None: nobody knows.
    """
    mapping = router(config, routes, max_age_seconds=max_age_seconds, token=token)
    return Translator(mapping, decoder_of, keys=keys, subjects=subjects)


def told_subjects(schemas: SchemaCache | None, tell: Callable[[str, str], object] | None = None) -> Subjects | None:
    """What tells which schemas are not of a record's topic, by default on stderr: stdout is for what was asked."""
    return None if schemas is None else Subjects(schemas.kept.get, _on_stderr if tell is None else tell)


def _on_stderr(topic: str, sentence: str) -> None:
    click.echo(f"{topic}: {sentence}", err=True)


def with_schemas(call: Callable[[], _T], schemas: SchemaCache | None) -> _T:
    """The result of `call`, once the registry has given it the schemas that it asks for.

    Raises:
        RegistryUnavailable: one is not to be had.
    """
    deadline = time.monotonic() + _SCHEMA_SECONDS
    while True:
        try:
            return call()
        except SchemaPending as pending:
            if (outage := schemas.outage or schemas.key_outage if schemas else None) or time.monotonic() > deadline:
                unanswered = f"the schema registry has not answered: {pending}"
                raise RegistryUnavailable(outage or unanswered) from None
            # The cache tells nobody that a schema has come: its other user, the service, asks with every record.
            time.sleep(_POLL_SECONDS)
