"""One route held against every version of the schemas that its records are of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

from consumer.avro.schema import AvroSchema
from consumer.commands.typecheck.beside import Beside
from consumer.commands.typecheck.findings import Finding, Severity
from consumer.commands.typecheck.record_checks import record_findings
from consumer.config.route import RouteConfig


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """A schema under the name that the reader of a finding knows it by: a file, or a subject and its version."""

    label: str
    schema: AvroSchema


def check_route(
    key: str, route: RouteConfig, versions: Sequence[SchemaVersion], around: Beside | None = None
) -> list[Finding]:
    """What is wrong between a route and the schemas of its records.

    Args:
        key: the route's, such as `routes[1]`.
        route: one in which nothing is wrong by itself.
        versions: what its records may be of; of a union, each of its record types.
        around: what its expressions have beside the record.
    """
    found = [
        (version.label, list(dict.fromkeys(record_findings(route, record.parsed, version.schema.named, around))))
        for version in versions
        for record in version.schema.records
    ]
    ignored = [{finding.key for finding in findings if _is_ignored(finding)} for _, findings in found]
    without_effect = Counter(chain.from_iterable(ignored))
    findings = []
    for label, of_version in found:
        for finding in of_version:
            # Other versions have it: the records of this one are sent without.
            elsewhere = _is_ignored(finding) and without_effect[finding.key] < len(found)
            judged = finding.downgraded() if elsewhere else finding
            findings.append(replace(judged, key=f"{key}.{finding.key}", schema=label))
    return findings


def _is_ignored(finding: Finding) -> bool:
    return finding.ignored and finding.severity is Severity.ERROR
