"""The schema registry: whether it answers, and whether the routes fit its schemas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing

from consumer.avro.errors import RegistryError, UnusableSchemas
from consumer.commands.check.routes import check_mapping
from consumer.commands.doctor.finding import Finding, Severity, error, ok
from consumer.commands.typecheck.findings import Finding as TypeFinding
from consumer.commands.typecheck.findings import Severity as Weight
from consumer.config.model import Config
from consumer.pipeline.decoding import registry

_SEVERITIES = {Weight.ERROR: Severity.ERROR, Weight.WARNING: Severity.WARNING, Weight.INFO: Severity.OK}

_VERSION = re.compile(r"(\S+) version (\d+)")


def check_schemas(config: Config) -> Iterator[Finding]:
    if config.schema_registry is None:
        yield ok("schema_registry", "none is configured, and no route needs one")
        return
    try:
        yield ok("schema_registry", _answer(config))
        findings = check_mapping(config, None)
    except RegistryError as cause:
        yield error("schema_registry", str(cause), "check schema_registry.url and schema_registry.options")
        return
    except UnusableSchemas as cause:
        yield error("routes", str(cause), "correct the files that `schema` and `reader_schema` name")
        return
    newest = _newest(findings)
    for finding in findings:
        hint = f"did you mean {finding.nearest}?" if finding.nearest else "see `bluecore-consumer check`"
        severity = _SEVERITIES[finding.severity]
        if severity is Severity.ERROR and _is_older(finding.schema, newest):
            # Nobody may write it any more; `check` still fails for it.
            severity, hint = Severity.WARNING, "records of this older version would be refused: are there any left?"
        where = f" ({finding.schema})" if finding.schema and finding.schema not in finding.message else ""
        yield Finding(severity, finding.key, finding.message + where, "" if severity is Severity.OK else hint)


def _newest(findings: Iterable[TypeFinding]) -> dict[str, int]:
    """By subject, the newest version that was looked at."""
    found: dict[str, int] = {}
    for finding in findings:
        for subject, version in _VERSION.findall(finding.schema):
            found[subject] = max(found.get(subject, 0), int(version))
    return found


def _is_older(label: str, newest: Mapping[str, int]) -> bool:
    """Whether these are versions with newer ones beside them, every one."""
    versions = _VERSION.findall(label)
    return bool(versions) and all(int(version) < newest[subject] for subject, version in versions)


def _answer(config: Config) -> str:
    """What the registry says when it is asked.

    Raises:
        RegistryError: it says nothing.
    """
    client = registry(config)
    if client is None:
        return "none is configured"
    with closing(client):
        names = client.subjects()
    count = "" if names is None else f", and has {len(names)} subject{'' if len(names) == 1 else 's'}"
    return f"answers at {client.address}{count}"
