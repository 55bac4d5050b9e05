"""The configuration file and the environment become a `Config`, or one message that names all that is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from consumer.config.environment import apply_overrides, interpolate, proxy_findings
from consumer.config.findings import Finding
from consumer.config.model import Config
from consumer.config.tables import is_file
from consumer.config.validation import PartialConfig, partial_config, validated
from consumer.config.yaml_reader import NotYamlError, read_yaml
from consumer.errors import ExpectedError


class ConfigError(ExpectedError):
    """The configuration is refused.

    Attributes:
        findings: every reason.
    """

    def __init__(self, source: str, findings: Iterable[Finding]) -> None:
        self.findings = tuple(dict.fromkeys(findings))
        count = "1 fault" if len(self.findings) == 1 else f"{len(self.findings)} faults"
        super().__init__(f"{source}: {count}\n" + "\n".join(f"  {finding}" for finding in self.findings))


Checks = Callable[[PartialConfig], Iterable[Finding]]


def load(
    path: Path,
    environ: Mapping[str, str],
    checks: Checks = lambda _: (),
    missing: Mapping[str, Any] = MappingProxyType({}),
) -> Config:
    """Reads the file, fills in `${VAR}`, lets `BLUECORE_CONSUMER__SECTION__KEY` override it, and checks it all.

    Args:
        path: the file.
        environ: the environment's variables.
        checks: finds what is wrong with settings that are well formed; it is named together with the rest.
        missing: sections that stand in for those that neither the file nor the environment has.

    Raises:
        ConfigError: something is wrong, all of which it names.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(str(path), [Finding("", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise ConfigError(str(path), [Finding("", "cannot be read: it is no UTF-8 text")]) from None
    return parse(text, environ, str(path), checks, path.parent, missing)


def parse(  # noqa: PLR0913, PLR0917 - `load` hands on what it is given
    text: str,
    environ: Mapping[str, str],
    source: str,
    checks: Checks = lambda _: (),
    folder: Path | None = None,
    missing: Mapping[str, Any] = MappingProxyType({}),
) -> Config:
    """The same for a text.

    Args:
        text: YAML.
        environ: the environment's variables.
        source: what messages call the text.
        checks: see `load`.
        folder: where the files lie that its routes name.
        missing: see `load`.

    Raises:
        ConfigError: something is wrong, all of which it names.
    """
    try:
        data, findings = read_yaml(text)
    except NotYamlError as error:
        raise ConfigError(source, [Finding("", str(error))]) from None
    data = {} if data is None else data
    if not isinstance(data, dict):
        raise ConfigError(source, [Finding("", "holds no settings: expected keys such as kafka, bluecore, routes")])
    data = interpolate(data, environ, findings)
    variables = apply_overrides(data, environ, findings)
    findings += proxy_findings(environ)
    data = {**missing, **data}
    if folder is not None:
        _resolve_paths(data, folder)
    # What is left of a value that has been told of says nothing of its own.
    found_keys = {finding.key for finding in findings}
    config, found = validated(data)
    findings += [_with_variable(finding, variables) for finding in found if finding.key not in found_keys]
    findings += [finding for finding in checks(partial_config(data)) if not _is_told(finding, found_keys)]
    if config is None or findings:
        raise ConfigError(source, findings)
    return config


def _resolve_paths(data: Mapping[Any, Any], folder: Path) -> None:
    """Schemas and tables lie beside the configuration, wherever the command is started."""
    tables = data.get("tables")
    tables = tables if isinstance(tables, dict) else {}
    for name, table in tables.items():
        if isinstance(table, str) and table:
            tables[name] = str(folder / table)
        elif isinstance(table, dict) and isinstance(table.get("file"), str) and is_file(table):
            table["file"] = str(folder / table["file"])
    routes = data.get("routes")
    for route in routes if isinstance(routes, list) else ():
        for key in ("schema", "reader_schema"):
            named = route.get(key) if isinstance(route, dict) else None
            if isinstance(named, str) and named:
                route[key] = str(folder / named)
            elif isinstance(named, list):
                route[key] = [str(folder / each) if isinstance(each, str) and each else each for each in named]


def _is_told(finding: Finding, told: Collection[str]) -> bool:
    """Whether it only says in other words what has been told of a key, or of one within it that it names."""
    return finding.key in told or any(_names(finding, key) for key in told)


def _names(finding: Finding, told: str) -> bool:
    section, options, name = told.partition(".options.")
    if not options:
        section, _, name = told.rpartition(".")
        return finding.key == section and section.startswith("tables.")
    named = re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.]*\w)", finding.message)
    return finding.key.startswith(f"{section}.options") and named is not None


def _with_variable(finding: Finding, variables: Mapping[str, str]) -> Finding:
    """A setting that came from the environment is put right there, not in the file."""
    variable = variables.get(finding.key)
    return finding if variable is None else replace(finding, message=f"{finding.message} (set by {variable})")
