"""One route held against every version of the schemas that its records are of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from consumer.avro.schema import AvroSchema
from consumer.commands.typecheck.problems import Problem, Severity
from consumer.commands.typecheck.record_checks import record_problems
from consumer.config.model import RouteConfig


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """A schema under the name that the reader of a finding knows it by: a file, or a subject and its version."""

    label: str
    schema: AvroSchema


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a route.

    Attributes:
        key: the configuration's, such as `routes[1].fields.order_id`.
        path: the path in question.
        schema: the label of the schema version, empty when it is about none.
        nearest: the name that exists and was probably meant.
    """

    severity: Severity
    key: str
    path: str
    schema: str
    message: str
    nearest: str | None = None


def check_route(key: str, route: RouteConfig, versions: Sequence[SchemaVersion]) -> list[Finding]:
    """What is wrong between a route and the schemas of its records.

    Args:
        key: the route's, such as `routes[1]`.
        route: one in which nothing is wrong by itself.
        versions: what its records may be of; of a union, each of its record types.
    """
    found = [
        (version.label, list(dict.fromkeys(record_problems(route, record.parsed, version.schema.named))))
        for version in versions
        for record in version.schema.records
    ]
    ignored = [{problem.key for problem in problems if _is_ignored(problem)} for _, problems in found]
    without_effect = Counter(chain.from_iterable(ignored))
    findings = []
    for label, problems in found:
        for problem in problems:
            # Other versions have it: the records of this one are sent without.
            elsewhere = _is_ignored(problem) and without_effect[problem.key] < len(found)
            findings.append(_finding(key, problem.doubtful() if elsewhere else problem, label))
    return findings


def _is_ignored(problem: Problem) -> bool:
    return problem.ignored and problem.severity is Severity.ERROR


def _finding(key: str, problem: Problem, label: str) -> Finding:
    return Finding(problem.severity, f"{key}.{problem.key}", problem.path, label, problem.message, problem.nearest)
