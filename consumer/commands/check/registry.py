"""The schemas of routes in a registry: every version of every subject that a route's records may be of.

Rules: Confluent's subject name strategies: `<topic>-value`, `<topic>-<record>`, `<record>`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from consumer.avro.encrypted_fields import encryption_of
from consumer.avro.errors import InvalidSchema, SchemaUnknown
from consumer.avro.protocol import RegisteredSchema
from consumer.avro.references import parse_registered
from consumer.avro.registry_protocol import Registry
from consumer.avro.schema import AvroSchema
from consumer.commands.check.likeness import resembles_event, resembles_topic
from consumer.commands.check.search import SearchResult, by_record, key_shape, of_record
from consumer.commands.typecheck.findings import Finding, Severity
from consumer.commands.typecheck.shapes import Shape
from consumer.config.route import RouteConfig
from consumer.suggestions import nearest

_VALUE = "-value"
_KEY = "-key"
_SHOWN = 3
_FULL_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_KINDS = {"JSON": "JSON Schema", "PROTOBUF": "Protobuf"}
_INSTEAD = "let the producer write Avro, or leave these records out of the route"


class _Read(NamedTuple):
    """A subject's versions that can be read, with their labels; what is to be said of the others."""

    schemas: list[tuple[str, AvroSchema]]
    unusable: list[Finding]
    lacking: bool


class RegistrySchemas:
    """Asks the registry; each subject once."""

    def __init__(self, client: Registry) -> None:
        """List its subjects.

        Raises:
            RegistryUnavailable: it cannot tell.
        """
        self._client = client
        listed = client.subjects()
        self._listed = listed is not None
        self._subjects = tuple(listed or ())
        self._read = cache(self._read_subject)

    def for_route(self, route: RouteConfig) -> SearchResult:
        """The versions that the route's records may be of.

        Raises:
            RegistryUnavailable: the registry cannot tell.
        """
        subjects, how = self._subjects_of(route) if self._listed else self._asked_for(route)
        alike = not subjects and self._listed and route.record is None
        if alike:
            subjects, how = self._named_alike(route)
        if not subjects:
            return self._missing(route) if self._listed else _not_listed(route)
        read = [self._read(subject) for subject in subjects]
        schemas = [schema for each in read for schema in each.schemas]
        unusable = tuple(finding for each in read for finding in each.unusable)
        lacking = any(each.lacking for each in read)
        pairs = [pair for label, schema in schemas for pair in by_record(label, schema)]
        if not pairs:
            missing = "no schema of its records is one that can be read"
            return SearchResult(missing=missing, unusable=unusable, expected=True, lacking=lacking)
        found = of_record(route, pairs, f"subject {', '.join(subjects)}", how)
        return replace(found, unusable=unusable, lacking=lacking, alike=alike)

    def key_of(self, route: RouteConfig) -> Shape | None:
        """See `Schemas.key_of`.

        Raises:
            RegistryUnavailable: the registry cannot tell.
        """
        if route.key_format != "avro":
            return None
        subjects = [each for each in self._subjects if each.endswith(_KEY) and route.takes(each.removesuffix(_KEY))]
        return key_shape(schema for subject in subjects for _, schema in self._read(subject).schemas)

    def _subjects_of(self, route: RouteConfig) -> tuple[list[str], str]:
        of_topic = [each for each in self._subjects if _is_of_topic(each, route)]
        # AWS Glue's serializer names a schema like its topic.
        return of_topic or [each for each in self._subjects if route.takes(each)], "by the subject's name"

    def _named_alike(self, route: RouteConfig) -> tuple[list[str], str]:
        names = [each for each in self._subjects if _FULL_NAME.fullmatch(each)]
        for like, what in ((resembles_topic, "topic"), (resembles_event, "event")):
            alike = [each for each in names if like(each, route)]
            if alike:
                return alike, f"the topic has no subject of its own, and a record is named like the {what}"
        return [], ""

    def _asked_for(self, route: RouteConfig) -> tuple[list[str], str]:
        """What a registry that lists nothing has under the record's name."""
        try:
            known = route.record is not None and self._client.versions(route.record)
        except SchemaUnknown:
            known = ()
        return [route.record] if route.record and known else [], "by the record's name"

    def _missing(self, route: RouteConfig) -> SearchResult:
        if route.record is not None:
            known = [each.rpartition("-")[2] for each in self._subjects]
            what = f"the registry has no subject {route.record}, nor one of topic {_topic(route)}"
            return SearchResult(
                missing=f"{what}: correct `record`, or register it",
                nearest=nearest(route.record, known),
                expected=True,
            )
        wanted = f"{_topic(route)}{_VALUE}"
        what = f"the registry has no subject {wanted}, nor one with a record's name like the topic's or the event's"
        advice = f"correct the topic, {self._named_record()}, or give its schemas with --schemas"
        near = nearest(wanted, self._subjects)
        return SearchResult(missing=f"{what}: {advice}", nearest=near and near.removesuffix(_VALUE), expected=True)

    def _named_record(self) -> str:
        """The way of those subjects that are named like records alone, as `schemas register` names them."""
        names = [each for each in self._subjects if "." in each and _FULL_NAME.fullmatch(each)]
        shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
        return f"name the `record` ({shown})" if names else "name the `record`"

    def _read_subject(self, subject: str) -> _Read:
        read: list[tuple[str, AvroSchema]] = []
        refused: list[tuple[str, str]] = []
        lacking = False
        for version in self._client.versions(subject):
            label = f"{subject} version {version}"
            registered = self._client.schema_of(subject, version)
            try:
                schema = parse_registered(self._client, registered)
                read.append((label, replace(schema, encryption=encryption_of(schema, registered))))
            except (InvalidSchema, SchemaUnknown) as error:
                refused.append((label, _reason(registered, error)))
                lacking = lacking or isinstance(error, SchemaUnknown)
        severity = Severity.WARNING if read else Severity.ERROR
        return _Read(
            read, [Finding(severity, f"{label} {reason}", schema=label) for label, reason in refused], lacking
        )


def _is_of_topic(subject: str, route: RouteConfig) -> bool:
    topic, _, record = subject.rpartition("-")
    if subject == route.record:
        return True
    if not topic or not route.takes(topic):
        return False
    if record == "value":
        return True
    return record != "key" and _FULL_NAME.fullmatch(record) is not None and route.record in {None, record}


def _reason(registered: RegisteredSchema, error: Exception) -> str:
    if registered.schema_type == "AVRO":
        return f"{error}: records written with it are dead-lettered as undecodable; register what it lacks"
    kind = _KINDS.get(registered.schema_type, registered.schema_type)
    return f"is {kind}, not Avro: records written with it are dead-lettered as undecodable; {_INSTEAD}"


def _not_listed(route: RouteConfig) -> SearchResult:
    what = "the registry cannot list its schemas" if route.record is None else f"the registry has no {route.record}"
    advice = "name the `record`, its group in schema.group, or give its schemas with --schemas"
    return SearchResult(missing=f"{what}: {advice}", expected=True)


def _topic(route: RouteConfig) -> str:
    return route.topic or route.topic_pattern or ""
