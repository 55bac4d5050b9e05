"""The schema registry: whether it answers, and whether the routes fit its schemas."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from consumer.avro.errors import RegistryError, UnusableSchemas
from consumer.commands.check.routes import check_mapping
from consumer.commands.doctor.finding import Finding, Severity, error, ok
from consumer.commands.typecheck.findings import Severity as Weight
from consumer.config.model import Config
from consumer.pipeline.decoding import registry

_SEVERITIES = {Weight.ERROR: Severity.ERROR, Weight.WARNING: Severity.WARNING, Weight.INFO: Severity.OK}


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
    for finding in findings:
        hint = f"did you mean {finding.nearest}?" if finding.nearest else "see `bluecore-consumer check`"
        severity = _SEVERITIES[finding.severity]
        where = f" ({finding.schema})" if finding.schema and finding.schema not in finding.message else ""
        yield Finding(severity, finding.key, finding.message + where, "" if severity is Severity.OK else hint)


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
