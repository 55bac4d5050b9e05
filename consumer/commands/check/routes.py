"""Type-checks the routes against the schemas that their records are written with, or are resolved to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from consumer.avro.files import load_files
from consumer.avro.route_schemas import RouteSchemas, route_schemas
from consumer.avro.schema import parse
from consumer.commands.check.encryption import encryption_findings
from consumer.commands.check.files import FolderSchemas, RouteFiles
from consumer.commands.check.registry import RegistrySchemas
from consumer.commands.check.resolution import labels, read_as, read_version, reader_versions, resolution_findings
from consumer.commands.check.search import Schemas, SearchResult
from consumer.commands.typecheck.beside import Beside, beside
from consumer.commands.typecheck.consent_channels import channel_findings
from consumer.commands.typecheck.documentation import changed_names, undocumented_properties
from consumer.commands.typecheck.findings import Finding, Severity
from consumer.commands.typecheck.negative_totals import BELOW_ZERO, unguarded_total
from consumer.commands.typecheck.routes import SchemaVersion, check_route
from consumer.commands.typecheck.unread_consents import unread_consents
from consumer.commands.validation.routes import overlap
from consumer.config.model import Config
from consumer.config.route import RouteConfig
from consumer.mapping.tables import load_tables
from consumer.pipeline.decoding import registry

_TOMBSTONE = SchemaVersion("a tombstone", parse('{"type": "record", "name": "tombstone", "fields": []}'))


@dataclass(frozen=True, slots=True)
class RouteCheck:
    """What is to be known of one route.

    Attributes:
        checked: it was checked against schemas that are its records'; a guess is none.
        hopeless: an error is there for each version of its records, and it is sure that these are theirs.
    """

    checked: bool
    findings: tuple[Finding, ...]
    hopeless: bool = False


def check_routes(config: Config, folder: Path | None, *, offline: bool = False) -> list[RouteCheck]:
    """Each route against its schemas: its own files, else those in `folder`, else every version in the registry.

    Args:
        config: the configuration.
        folder: of schemas.
        offline: the registry is not asked.

    Raises:
        UnusableSchemas: files cannot be used.
        RegistryError: the registry cannot tell.
    """
    routes = [route_schemas(route) for route in config.routes]
    tables = load_tables(config.tables)
    with ExitStack() as stack:
        shared: Schemas | None = None
        if folder is not None:
            shared = FolderSchemas(load_files([folder]), config.routes)
        elif not offline and any(route.wire_format == "confluent" for route in config.routes):
            client = registry(config)
            if client is not None:
                stack.callback(client.close)
                shared = RegistrySchemas(client)
        checks = [
            _check(f"routes[{index}]", each, _of_topic(each, routes), shared, beside(each.route, tables, key))
            for index, each in enumerate(routes)
            for key in [None if shared is None else shared.key_of(each.route)]
        ]
    spelt = [_with_spelling(index, check, config.routes) for index, check in enumerate(checks)]
    return [_with_channels(index, check, config) for index, check in enumerate(spelt)]


def check_mapping(config: Config, folder: Path | None) -> list[Finding]:
    """The findings of `check_routes` alone."""
    return [finding for check in check_routes(config, folder) for finding in check.findings]


def _with_spelling(index: int, check: RouteCheck, routes: Sequence[RouteConfig]) -> RouteCheck:
    """The check of a route that writes e-mails as they are, where another one cleans them: with what that costs."""
    normalising = [number for number, route in enumerate(routes) if route.normalise_email]
    if not normalising or routes[index].normalise_email:
        return check
    what = f"routes[{normalising[0]}] writes e-mails in lower case, and this route as they are"
    message = f"{what}: one customer, written with a capital here and there, is two; set normalise_email here, too"
    finding = Finding(Severity.WARNING, message, key=f"routes[{index}].normalise_email")
    return replace(check, findings=(*check.findings, finding))


def _with_channels(index: int, check: RouteCheck, config: Config) -> RouteCheck:
    """The check with what is to be said of whom the route's consents are of."""
    found = channel_findings(f"routes[{index}]", config.routes[index], config)
    return replace(check, findings=(*check.findings, *found))


def _of_topic(route: RouteSchemas, routes: Sequence[RouteSchemas]) -> list[RouteSchemas]:
    """The route itself, and those that share its topic's decoder."""
    return [route, *(each for each in routes if each is not route and overlap(route.route, each.route))]


def _check(
    key: str, route: RouteSchemas, of_topic: Sequence[RouteSchemas], shared: Schemas | None, around: Beside
) -> RouteCheck:
    if route.route.records == "tombstones":
        of_tombstones = tuple(check_route(key, route.route, [_TOMBSTONE], around))
        return RouteCheck(checked=True, findings=of_tombstones, hopeless=_has_errors(of_tombstones))
    found = _search(route, of_topic, shared)
    by_itself = [replace(each, key=key) for each in found.unusable]
    by_itself += undocumented_properties(key, route.route)
    by_itself += changed_names(key, route.route)
    if not found.choices:
        checked, findings = _check_reader_alone(key, route, found, around)
        hopeless = _has_errors(findings) or (_has_errors(by_itself) and not found.lacking)
        return RouteCheck(checked, (*by_itself, *findings), hopeless and not found.alike)
    results = [(versions, _check_versions(key, route, of_topic, versions, around)) for versions in found.choices]
    versions, best = min(results, key=lambda result: _severity_counts(result[1]))
    told = any(finding.message.startswith(BELOW_ZERO) for finding in best)
    besides = () if told else unguarded_total(key, route.route)
    basis = _basis(key, found, versions, read_as(versions, of_topic))
    if found.guess:
        return RouteCheck(False, (*by_itself, basis, *map(_downgraded, best), *besides))
    wrong = {finding.schema for finding in best if finding.severity is Severity.ERROR}
    of_all = wrong & {"", labels(versions)}
    of_each = all(wrong & {version.label, read_version(version, of_topic).label} for version in versions)
    return RouteCheck(True, (*by_itself, basis, *best, *besides), not found.alike and bool(of_all or of_each))


def _search(route: RouteSchemas, of_topic: Sequence[RouteSchemas], shared: Schemas | None) -> SearchResult:
    if route.route.wire_format != "confluent":
        # A topic's single objects may be of any route's files: each value names its schema.
        pooled = of_topic if route.route.wire_format == "single_object" else [route]
        return RouteFiles(file for each in pooled for file in each.written).for_route(route.route)
    if shared is None:
        return SearchResult(missing="no registry is asked: give the folder of its schemas with --schemas")
    return shared.for_route(route.route)


def _check_versions(
    key: str,
    route: RouteSchemas,
    of_topic: Sequence[RouteSchemas],
    versions: Sequence[SchemaVersion],
    around: Beside,
) -> list[Finding]:
    resolution = resolution_findings(key, versions, route)
    encrypted = encryption_findings(key, route.route, versions)
    read = read_as(versions, of_topic)
    consents = unread_consents(key, route.route, read)
    return [*resolution, *encrypted, *check_route(key, route.route, read, around), *consents]


def _check_reader_alone(
    key: str, route: RouteSchemas, found: SearchResult, around: Beside
) -> tuple[bool, list[Finding]]:
    """A route of whose records no schema is known: its reader schema still tells what the mapping meets."""
    severity = Severity.WARNING if found.expected or found.nearest else Severity.INFO
    place = f"{key}.record" if route.route.record is not None else key
    if route.reader is None:
        return False, [Finding(severity, f"not checked: {found.missing}", found.nearest, key=place)]
    versions = reader_versions(route)
    names = labels(versions)
    what = f"checked against the reader schema {names}, and not that records can be resolved to it: {found.missing}"
    return True, [
        Finding(severity, what, found.nearest, key=place, schema=names),
        *check_route(key, route.route, versions, around),
    ]


def _basis(key: str, found: SearchResult, written: Sequence[SchemaVersion], read: Sequence[SchemaVersion]) -> Finding:
    names = labels(written)
    if found.guess:
        message = f"not checked, only compared with {names}: {found.how}; name the type of its records with `record`"
        return Finding(Severity.WARNING, message, key=key, schema=names)
    resolved = labels([version for version in read if version not in written])
    message = f"checked against {names} ({found.how})" + (f", resolved to {resolved}" if resolved else "")
    return Finding(Severity.INFO, message, key=key, schema=names)


def _has_errors(findings: Iterable[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


def _downgraded(finding: Finding) -> Finding:
    """What is wrong with a schema that only fits best refuses nothing: it may be of other records."""
    if finding.severity is not Severity.ERROR:
        return finding
    return replace(finding, severity=Severity.WARNING, message=f"{finding.message}, if it is of these records")


def _severity_counts(findings: Iterable[Finding]) -> tuple[int, int]:
    severities = [finding.severity for finding in findings]
    return severities.count(Severity.ERROR), severities.count(Severity.WARNING)
