"""Where a suggestion comes from: the topics that there are, the schemas of their records, and some records."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from consumer.avro.cache import SchemaCache
from consumer.avro.errors import SchemaUnknown, Undecodable
from consumer.avro.references import load_schema
from consumer.avro.registry_protocol import Registry
from consumer.avro.schema import AvroSchema, branches_alone
from consumer.avro.schema_ids import SchemaId
from consumer.commands.check.registry import RegistrySchemas
from consumer.commands.preview.translation import UNKNOWN_ID_SECONDS, with_schemas
from consumer.config.model import Config
from consumer.config.route import RouteConfig
from consumer.errors import ExpectedError
from consumer.kafka.reading import topic_names
from consumer.kafka.tail import tail
from consumer.pipeline.decoding import decoders, schema_cache
from consumer.suggestions import did_you_mean

RECORDS: Final = 200
"""The newest of a topic that are looked at."""
_INTERNAL: Final = re.compile(r"_|connect-(configs|offsets|status)$|.*-(changelog|repartition)$")


class NoSuchTopics(ExpectedError):
    """No topic fits a name or pattern that was asked for."""


@dataclass(slots=True)
class TopicContents:
    """What is known of a topic.

    Attributes:
        types: by the record type's full name, the versions of its schema, the newest last.
        records: of each type, some of the newest.
        problems: what could not be had, as sentences.
    """

    topic: str
    types: dict[str, list[AvroSchema]] = field(default_factory=dict)
    records: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def topics_of(config: Config) -> list[str]:
    """The names of all topics that we may see, without internal ones and the service's own.

    Raises:
        Unreachable: no broker answers.
    """
    letters = config.dead_letters
    own = {*config.own_topics, letters.retry_topic, letters.dead_letter_topic}
    return [name for name in topic_names(config.kafka) if name not in own and not _INTERNAL.match(name)]


def chosen(wanted: Sequence[str], known: Sequence[str]) -> list[str]:
    """The topics that are meant: a name, a pattern with `*`, or a regular expression that begins with `^`.

    Raises:
        NoSuchTopics: one of them fits none.
    """
    found: dict[str, None] = {}
    for each in wanted:
        fitting = [name for name in known if _fits(each, name)]
        if not fitting:
            raise NoSuchTopics(f"no topic is named like {each}{did_you_mean(each, known)}")
        found |= dict.fromkeys(fitting)
    return list(found)


def _fits(wanted: str, name: str) -> bool:
    if wanted.startswith("^"):
        try:
            return re.match(wanted, name) is not None
        except re.error as error:
            raise NoSuchTopics(f"{wanted} is no regular expression: {error}") from None
    return fnmatch.fnmatchcase(name, wanted) if "*" in wanted else name == wanted


def read_topics(config: Config, client: Registry, topics: Sequence[str]) -> Iterator[TopicContents]:
    """What the registry and the brokers know of each; what cannot be had of one does not keep from the next.

    Raises:
        RegistryUnavailable: the registry does not answer at all.
    """
    registry, cache = RegistrySchemas(client), schema_cache(config, UNKNOWN_ID_SECONDS)
    with closing(cache) if cache is not None else nullcontext():
        for topic in topics:
            yield _contents(config, client, registry, cache, topic)


def _contents(
    config: Config, client: Registry, registry: RegistrySchemas, cache: SchemaCache | None, topic: str
) -> TopicContents:
    # No event is named like this: only what is named like the topic is of it.
    route = RouteConfig(topic=topic, event="-")
    contents = TopicContents(topic)
    written = _add_records(contents, config.model_copy(update={"routes": (route,)}), cache)
    found = registry.for_route(route)
    contents.problems += [finding.message for finding in found.unusable]
    for version in (version for versions in found.choices for version in versions):
        record = version.schema.record
        of_topic = version.label.startswith(f"{topic}-")
        if record is not None and (of_topic or record.name in written or not written):
            contents.types.setdefault(record.name, []).append(version.schema)
    for name, schema_id in written.items():
        if name not in contents.types and schema_id is not None:
            _add_type(contents, name, schema_id, client)
    if not contents.types and not contents.problems:
        contents.problems.append("neither the registry nor a record of it has an Avro schema")
    return contents


def _add_records(contents: TopicContents, config: Config, cache: SchemaCache | None) -> dict[str, SchemaId | None]:
    """Gives the record types that were found, with a schema's id of each."""
    written: dict[str, SchemaId | None] = {}
    refused: str | None = None
    try:
        decoder = decoders(config, cache)(contents.topic)
        for record in tail(config, contents.topic, RECORDS):
            if record.value is None:
                continue
            try:
                decoded = with_schemas(partial(decoder.decode, record.value, record.headers), cache)
            except Undecodable as error:
                refused = str(error)
                continue
            written[decoded.name] = decoded.schema_id
            contents.records.setdefault(decoded.name, []).append(decoded.value)
        if refused is not None and not written:
            contents.problems.append(f"its records cannot be read: {refused}")
    except ExpectedError as error:
        contents.problems.append(f"its records could not be looked at: {error}")
    return written


def _add_type(contents: TopicContents, name: str, schema_id: SchemaId, client: Registry) -> None:
    try:
        schema = load_schema(client, schema_id)
    except SchemaUnknown as error:
        contents.problems.append(str(error))
        return
    each_type = (schema, *branches_alone(schema))
    contents.types[name] = [each for each in each_type if each.record is not None and each.record.name == name]
