"""The schema registry: whether it answers, and whether the routes fit its schemas."""

from __future__ import annotations

from collections.abc import Iterator

from consumer.avro.errors import RegistryError, UnusableSchemas
from consumer.commands.check.routes import check_mapping
from consumer.commands.doctor.finding import Finding, Severity, error, ok
from consumer.commands.typecheck.findings import Severity as Weight
from consumer.config.model import Config
from consumer.pipeline.assembly import registry_client

_SEVERITIES = {Weight.ERROR: Severity.ERROR, Weight.WARNING: Severity.WARNING, Weight.INFO: Severity.OK}


def check_schemas(config: Config) -> Iterator[Finding]:
    client = registry_client(config)
    if client is None:
        yield ok("schema_registry", "none is configured, and no route needs one")
        return
    try:
        count = len(client.subjects())
        yield ok(
            "schema_registry", f"answers at {client.address}, and has {count} subject{'' if count == 1 else 's'}"
        )
        findings = check_mapping(config, None)
    except RegistryError as cause:
        yield error("schema_registry", str(cause), "check schema_registry.url and schema_registry.options")
        return
    except UnusableSchemas as cause:
        yield error("routes", str(cause), "correct the files that `schema` and `reader_schema` name")
        return
    finally:
        client.close()
    for finding in findings:
        hint = f"did you mean {finding.nearest}?" if finding.nearest else "see `bluecore-consumer check`"
        severity = _SEVERITIES[finding.severity]
        where = f" ({finding.schema})" if finding.schema and finding.schema not in finding.message else ""
        yield Finding(severity, finding.key, finding.message + where, "" if severity is Severity.OK else hint)
