"""Whether a schema's subjects in the registry are of the topic that a record of it came from.

Rules: Confluent's "Subject name strategy", its three; Apicurio's `SimpleTopicIdStrategy`, by which a subject is the
topic's own name; the prefixes of MirrorMaker's copies of topics and of a registry's contexts. Other strategies exist,
so that what is found is told, and no record is refused for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

import structlog

from consumer.avro.schema import AvroSchema
from consumer.avro.schema_ids import SchemaId

_log = structlog.get_logger(__name__)

_MOST_REMEMBERED = 4096
_MOST_NAMED = 3
_CONTEXT = re.compile(r":[^:]*:")


class Subjects:
    """Remembers of each topic and schema whether they belong together, and tells of those that do not, once."""

    def __init__(
        self, schema_of: Callable[[SchemaId], AvroSchema | None], tell: Callable[[str, str], object] | None = None
    ) -> None:
        """Takes where schemas are, and whom to tell.

        Args:
            schema_of: the schema of an id if it is known; it does not block.
            tell: told a topic and the sentence, once for each; by default that is the log.
        """
        self._schema_of = schema_of
        self._tell = _log_it if tell is None else tell
        self._known: dict[tuple[str, SchemaId], str] = {}

    def foreign(self, topic: str, schema_id: SchemaId | None) -> str:
        """What is odd about records of this topic that name this schema; empty: nothing, or it cannot be told."""
        if schema_id is None:
            return ""
        key = topic, schema_id
        if (known := self._known.get(key)) is not None:
            return known
        schema = self._schema_of(schema_id)
        if schema is None or schema.subjects is None:
            return ""
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = found = _sentence(topic, schema_id, schema)
        if found:
            self._tell(topic, found)
        return found


def _log_it(topic: str, sentence: str) -> None:
    _log.warning("records of a topic name a schema of another subject", topic=topic, problem=sentence)


def _sentence(topic: str, schema_id: SchemaId, schema: AvroSchema) -> str:
    subjects = schema.subjects or ()
    if not subjects or is_of(topic, [record.name for record in schema.records], subjects):
        return ""
    more = " and others" if len(subjects) > _MOST_NAMED else ""
    named = ", ".join(each[:100] for each in subjects[:_MOST_NAMED])
    return f"the registry has schema {schema_id} under {named}{more}, which is no subject of topic {topic}"


def is_of(topic: str, records: Collection[str], subjects: Collection[str]) -> bool:
    """Whether one of the subjects is that of the topic, or of a record type of the schema, or of both."""
    for subject in subjects:
        name = _CONTEXT.sub("", subject, count=1) if subject.startswith(":") else subject
        if name in records:
            return True
        for end in ("", "-value", *(f"-{record}" for record in records)):
            of_topic = name.removesuffix(end) if name.endswith(end) else ""
            if of_topic and (topic == of_topic or topic.endswith(f".{of_topic}")):
                return True
    return False
