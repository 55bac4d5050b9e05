"""What of a route's records is encrypted, and whether the route reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from consumer.avro.encryption import Encryption, KeyRule
from consumer.avro.key_service import is_installed
from consumer.commands.typecheck.findings import Finding, Severity
from consumer.commands.typecheck.routes import SchemaVersion
from consumer.config.route import RouteConfig
from consumer.mapping.compiled_route import names_read

_NO_EXTRA = "the extra `encryption` is not installed here: where it is not, records are refused as `encrypted`"


def encryption_findings(key: str, route: RouteConfig, versions: Sequence[SchemaVersion]) -> list[Finding]:
    """Each encrypted field, once for all versions in which it is.

    Args:
        key: the route's, such as `routes[1]`.
        route: the route.
        versions: what its records may be written with.
    """
    found: dict[str, Finding] = {}
    read = names_read(route)
    for version in versions:
        encryption = version.schema.encryption
        if encryption is None:
            continue
        for rule in encryption.payload:
            what = "the records are encrypted as a whole"
            found.setdefault("", _finding(key, version, "", f"{what} {_by(rule)}", wanted=True))
        for path, rules in _paths(version, encryption):
            wanted = read is None or path.partition(".")[0].partition("[")[0] in read
            found.setdefault(path, _finding(key, version, path, f"{path} is encrypted {_by(*rules)}", wanted=wanted))
    return list(found.values())


def _finding(key: str, version: SchemaVersion, path: str, what: str, *, wanted: bool) -> Finding:
    if not wanted:
        message, severity = f"{what}; the route does not read it", Severity.INFO
    elif is_installed():
        message, severity = f"{what}; it is decrypted where its key can be had", Severity.INFO
    else:
        message, severity = f"{what}, and the route reads it; {_NO_EXTRA}", Severity.WARNING
    return Finding(severity, message, key=key, path=path, schema=version.label)


def _by(*rules: KeyRule) -> str:
    return "by " + " and ".join(f"rule {rule.name} (key {rule.kek or 'not named'})" for rule in rules)


def _paths(version: SchemaVersion, encryption: Encryption) -> Iterator[tuple[str, tuple[KeyRule, ...]]]:
    for record in version.schema.records:
        yield from _within(record.parsed, "", version.schema.named, encryption, ())


def _within(
    avro: Any, path: str, named: Mapping[str, Any], encryption: Encryption, seen: tuple[str, ...]
) -> Iterator[tuple[str, tuple[KeyRule, ...]]]:
    """The encrypted fields of a type, each by its path; `[]` stands for an array's or a map's elements."""
    if isinstance(avro, str):
        avro = named.get(avro, avro)
    if isinstance(avro, list):
        for branch in avro:
            yield from _within(branch, path, named, encryption, seen)
    elif isinstance(avro, dict) and avro["type"] in {"array", "map"}:
        inner = avro["items" if avro["type"] == "array" else "values"]
        yield from _within(inner, f"{path}[]", named, encryption, seen)
    elif isinstance(avro, dict) and "fields" in avro and avro["name"] not in seen:
        for field in avro["fields"]:
            place = f"{path}.{field['name']}".lstrip(".")
            if rules := encryption.fields.get((avro["name"], field["name"])):
                yield place, rules
            yield from _within(field["type"], place, named, encryption, (*seen, avro["name"]))
