"""What is suggested is held to what `check` asks, before it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from consumer.avro.schema import AvroSchema
from consumer.commands.suggest.suggestion import Mapped, Suggestion
from consumer.commands.typecheck.findings import Finding, Severity
from consumer.commands.typecheck.routes import SchemaVersion, check_route
from consumer.commands.validation.routes import route_findings
from consumer.config.route import FieldConfig, RouteConfig


def route_of(made: Suggestion) -> dict[str, Any]:
    """The route as the configuration has it, with what was found; empty without an event."""
    if made.event is None:
        return {}
    choice = made.event.choice
    route: dict[str, Any] = {"topic": made.topic}
    if made.record is not None:
        route["record"] = made.record
    if choice is None:
        route["event"] = made.event.event
    else:
        route["event"] = {"path": choice.path, "values": dict(choice.values)}
    for section, found in (("fields", made.fields), ("attributes", made.attributes)):
        if found:
            route[section] = {name: _source(each) for name, each in found.items()}
    return route | made.options


def settle(made: Suggestion, schemas: Sequence[AvroSchema]) -> list[str]:
    """Takes out what `check` refuses, with a note, and gives what it refuses nonetheless.

    Where that is anything, the route is none yet.
    """
    versions = [SchemaVersion("", schema) for schema in schemas]
    while True:
        errors = [each for each in _findings(made, versions) if each.severity is Severity.ERROR]
        removable = [each for each in errors if _remove(made, each)]
        if not removable:
            return [each.message for each in errors]
        for each in removable:
            made.notes.append(f"{each.key.removeprefix('routes[0].')} is left out: {each.message}")


def _findings(made: Suggestion, versions: Sequence[SchemaVersion]) -> list[Finding]:
    try:
        route = RouteConfig.model_validate(route_of(made))
    except ValidationError as error:
        return [Finding(Severity.ERROR, each["msg"], key=".".join(map(str, each["loc"]))) for each in error.errors()]
    own = [Finding(Severity.ERROR, each.message, key=each.key) for each in route_findings([route])]
    return [*own, *check_route("routes[0]", route, versions)]


def _remove(made: Suggestion, finding: Finding) -> bool:
    section, _, name = finding.key.removeprefix("routes[0].").partition(".")
    found = {"fields": made.fields, "attributes": made.attributes}.get(section, {})
    return found.pop(name, None) is not None


def _source(found: Mapped) -> str | dict[str, Any]:
    if not isinstance(found.source, FieldConfig):
        return found.source
    return found.source.model_dump(by_alias=True, exclude_none=True)
