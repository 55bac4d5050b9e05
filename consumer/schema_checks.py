"""Type-checks the routes against Avro schemas, from a folder or from the registry, and says what was found."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path

import click
import orjson

from consumer.assembly import registry_client
from consumer.avro import AvroSchema, InvalidSchema, SchemaFaults, load_folder
from consumer.avro.references import parse_registered
from consumer.avro.registry import RegistryClient
from consumer.config import Config, RouteConfig
from consumer.mapping.faults import events_of
from consumer.mapping.typecheck import Finding, SchemaVersion, Severity, check_types

_VALUE = "-value"


def check_mapping(config: Config, folder: Path | None) -> list[Finding]:
    """What is wrong between the routes and the schemas: those in `folder`, else every version in the registry.

    Raises SchemaFaults for a folder with unusable files, RegistryError when the registry cannot tell.
    """
    if folder is not None:
        return _against_folder(config, load_folder(folder))
    client = registry_client(config)
    if client is None:
        return [Finding(Severity.INFO, "schema_registry", "", "", "not checked: name a folder with --schemas")]
    try:
        return check_types(config.routes, dict(_registered(client, config)))
    finally:
        client.close()


def print_findings(findings: Iterable[Finding]) -> int:
    """Prints each finding: a sentence on a terminal, JSON in a pipe. Gives the exit code: 2 when there are errors."""
    counts = dict.fromkeys(Severity, 0)
    for finding in findings:
        counts[finding.severity] += 1
        click.echo(_sentence(finding) if sys.stdout.isatty() else orjson.dumps(asdict(finding)))
    verdict = "the mapping is refused" if counts[Severity.ERROR] else "the configuration and its mapping are right"
    if sys.stdout.isatty():
        click.echo(
            f"{verdict}: "
            + ", ".join(f"{count} {severity}{'' if count == 1 else 's'}" for severity, count in counts.items())
        )
    else:
        click.echo(orjson.dumps({"summary": verdict} | {severity.value: count for severity, count in counts.items()}))
    return 2 if counts[Severity.ERROR] else 0


def _sentence(finding: Finding) -> str:
    where = (
        f" (path {finding.path}" + (f", schema {finding.schema})" if finding.schema else ")") if finding.path else ""
    )
    hint = f"; did you mean {finding.nearest}?" if finding.nearest else ""
    return f"{finding.severity.value}: {finding.key}{where}: {finding.message}{hint}"


def _against_folder(config: Config, schemas: Mapping[str, AvroSchema]) -> list[Finding]:
    """Files do not name topics: a route finds its schema by its record, by a like name, or by the best fit."""
    findings: list[Finding] = []
    for index, route in enumerate(config.routes):
        candidates = [name for name in schemas if route.record is None or name == route.record]
        alike = [name for name in candidates if _alike(name, route)]
        results = [_findings_of(index, route, {name: schemas[name]}) for name in (alike or candidates)]
        best = min(results or [_findings_of(index, route, schemas)], key=_weight)
        # A producer checks the folder of its own schemas against all routes: one that only looks unlike is no error.
        guessed = not alike and len(candidates) > 1
        findings += [_doubted(finding) for finding in best] if guessed else best
    return findings


def _doubted(finding: Finding) -> Finding:
    if finding.severity is not Severity.ERROR:
        return finding
    message = f"{finding.message}; no schema is named like the topic or the event, and this one fits best"
    return replace(finding, severity=Severity.WARNING, message=message)


def _findings_of(index: int, route: RouteConfig, schemas: Mapping[str, AvroSchema]) -> list[Finding]:
    topic = route.topic or ""
    versions = {topic: [SchemaVersion(name, schema) for name, schema in schemas.items()]} if schemas else {}
    one = route.model_copy(update={"topic": topic, "topic_pattern": None})
    return [
        replace(finding, key=finding.key.replace("routes[0]", f"routes[{index}]", 1))
        for finding in check_types([one], versions)
    ]


def _weight(findings: Iterable[Finding]) -> tuple[int, int]:
    severities = [finding.severity for finding in findings]
    return severities.count(Severity.ERROR), severities.count(Severity.WARNING)


def _alike(name: str, route: RouteConfig) -> bool:
    wanted = {_letters(each) for each in events_of(route)}
    if route.topic is not None:
        wanted |= {_letters(route.topic), _letters(route.topic.rsplit(".", 1)[-1])}
    return _letters(name) in wanted or _letters(name.rsplit(".", 1)[-1]) in wanted


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _registered(client: RegistryClient, config: Config) -> Iterator[tuple[str, list[SchemaVersion]]]:
    """Every version of every subject that a route's records may be of, by topic or record name."""
    for subject in client.subjects():
        if subject.endswith(_VALUE) and any(route.takes(subject.removesuffix(_VALUE)) for route in config.routes):
            name = subject.removesuffix(_VALUE)
        elif any(subject in {route.record, f"{route.topic}-{route.record}"} for route in config.routes):
            name = subject if any(subject == route.record for route in config.routes) else subject.rsplit("-", 1)[-1]
        else:
            continue
        yield name, [_version(client, subject, version) for version in client.versions(subject)]


def _version(client: RegistryClient, subject: str, version: int) -> SchemaVersion:
    label = f"{subject} version {version}"
    try:
        return SchemaVersion(label, parse_registered(client, client.schema_of(subject, version)))
    except InvalidSchema as error:
        raise SchemaFaults((f"{label}: {error}",)) from None
