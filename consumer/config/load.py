"""The configuration file and the environment become a `Config`, or one message that names all that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from consumer.config.environment import apply_overrides, interpolate
from consumer.config.findings import Finding
from consumer.config.model import Config, DeadLettersConfig, RegistryConfig, RouteConfig
from consumer.config.wording import NO_KEY, REQUIRED, setting_findings
from consumer.config.yaml_reader import NotYamlError, read_yaml
from consumer.errors import ExpectedError

_UNREADABLE = "'unreadable'"
_Model = TypeVar("_Model", bound=BaseModel)


class ConfigError(ExpectedError):
    """The configuration is refused.

    Attributes:
        findings: every reason.
    """

    def __init__(self, source: str, findings: Iterable[Finding]) -> None:
        self.findings = tuple(dict.fromkeys(findings))
        count = "1 fault" if len(self.findings) == 1 else f"{len(self.findings)} faults"
        super().__init__(f"{source}: {count}\n" + "\n".join(f"  {finding}" for finding in self.findings))


@dataclass(frozen=True, slots=True)
class PartialConfig:
    """What is well formed of a configuration, whatever is wrong with the rest of it.

    Attributes:
        kafka_options: those of them that are well formed.
        schema_registry: None when it is not well formed, and when there is none: see `has_registry`.
        routes: by their index in the file.
    """

    kafka_options: Mapping[str, Any]
    schema_registry: RegistryConfig | None
    has_registry: bool
    dead_letters: DeadLettersConfig | None
    routes: Mapping[int, RouteConfig]


Checks = Callable[[PartialConfig], Iterable[Finding]]


def load(path: Path, environ: Mapping[str, str], checks: Checks = lambda _: ()) -> Config:
    """Reads the file, fills in `${VAR}`, lets `BLUECORE_CONSUMER__SECTION__KEY` override it, and checks it all.

    Args:
        path: the file.
        environ: the environment's variables.
        checks: finds what is wrong with settings that are well formed; it is named together with the rest.

    Raises:
        ConfigError: something is wrong, all of which it names.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(str(path), [Finding("", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise ConfigError(str(path), [Finding("", "cannot be read: it is no UTF-8 text")]) from None
    return parse(text, environ, str(path), checks, path.parent)


def parse(
    text: str, environ: Mapping[str, str], source: str, checks: Checks = lambda _: (), folder: Path | None = None
) -> Config:
    """The same for a text.

    Args:
        text: YAML.
        environ: the environment's variables.
        source: what messages call the text.
        checks: see `load`.
        folder: where the files lie that its routes name.

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
    if folder is not None:
        _resolve_paths(data, folder)
    # What is left of a value that has been told of says nothing of its own.
    found_keys = {finding.key for finding in findings}
    config, found = _validated(data)
    findings += [_with_variable(finding, variables) for finding in found if finding.key not in found_keys]
    findings += [finding for finding in checks(_partial(data)) if finding.key not in found_keys]
    if config is None or findings:
        raise ConfigError(source, findings)
    return config


def _resolve_paths(data: Mapping[Any, Any], folder: Path) -> None:
    """Schemas lie beside the configuration, wherever the command is started."""
    routes = data.get("routes")
    for route in routes if isinstance(routes, list) else ():
        for key in ("schema", "reader_schema"):
            named = route.get(key) if isinstance(route, dict) else None
            if isinstance(named, str) and named:
                route[key] = str(folder / named)
            elif isinstance(named, list):
                route[key] = [str(folder / each) if isinstance(each, str) and each else each for each in named]


def _validated(data: dict[Any, Any]) -> tuple[Config | None, list[Finding]]:
    """The configuration, or everything that is wrong with it.

    Some findings, such as two settings that contradict each other, show only when each is well formed. So what is
    wrong is taken out of `data`, and the rest is validated again.
    """
    findings: dict[str, Finding] = {}
    while True:
        try:
            config = Config.model_validate(data)
        except ValidationError as error:
            for finding in setting_findings(error):
                if not _is_consequence(finding, findings):
                    findings.setdefault(finding.key, finding)
            removed = [_remove(data, each["loc"]) for each in error.errors()]
            if not any(removed):
                return None, list(findings.values())
        else:
            return (None if findings else config), list(findings.values())


def _is_consequence(finding: Finding, earlier: Mapping[str, Finding]) -> bool:
    """Whether it is there only because a setting has been taken out: a route's topic, or all that a section had."""
    if {f"{finding.key}.topic", f"{finding.key}.topic_pattern"} & earlier.keys():
        return True
    return finding.message == REQUIRED and any(key.startswith(f"{finding.key}.") for key in earlier)


def _remove(data: Any, location: tuple[int | str, ...]) -> bool:
    """Takes out the setting that is wrong, a list for one of its elements, but no route; False: there was none."""
    holder: dict[Any, Any] = {}
    name: int | str = ""
    for part in location:
        if isinstance(data, dict) and part in data:
            holder, name, data = data, part, data[part]
        elif isinstance(data, list) and isinstance(part, int):
            data = data[part]
            if name == "routes":
                holder = {}
        elif isinstance(part, str) and NO_KEY.fullmatch(part):
            break
        else:
            return False
    if name not in holder:
        return False
    if name == "when" and holder[name] != _UNREADABLE:
        # Without one, the route would take all records, and perhaps be the same as another.
        holder[name] = _UNREADABLE
    else:
        del holder[name]
    return True


def _with_variable(finding: Finding, variables: Mapping[str, str]) -> Finding:
    """A setting that came from the environment is put right there, not in the file."""
    variable = variables.get(finding.key)
    return finding if variable is None else replace(finding, message=f"{finding.message} (set by {variable})")


def _partial(data: Mapping[Any, Any]) -> PartialConfig:
    routes = data.get("routes")
    each = enumerate(routes if isinstance(routes, list) else ())
    return PartialConfig(
        kafka_options=_section(data, "kafka").get("options", {}),
        schema_registry=_valid(RegistryConfig, data.get("schema_registry")),
        has_registry=data.get("schema_registry") is not None,
        dead_letters=_valid(DeadLettersConfig, data.get("dead_letters", {})),
        routes={index: route for index, value in each if (route := _valid(RouteConfig, value)) is not None},
    )


def _section(data: Mapping[Any, Any], name: str) -> Mapping[Any, Any]:
    section = data.get(name)
    return section if isinstance(section, dict) else {}


def _valid(model: type[_Model], value: Any) -> _Model | None:
    try:
        return model.model_validate(value)
    except ValidationError:
        return None
