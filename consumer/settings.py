"""The configuration file and the environment become a `Config`, or one message that names every fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from consumer import config as sections
from consumer.config import Config, RouteConfig

PREFIX = "BLUECORE_CONSUMER__"
_VARIABLE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}")
_KEYS = sorted(
    {
        name
        for section in vars(sections).values()
        if isinstance(section, type) and issubclass(section, BaseModel)
        for name, field in section.model_fields.items()
        for name in (field.alias or name,)
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one setting; `key` is its path in the file, empty for the file itself."""

    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.key}: {self.message}" if self.key else self.message


class ConfigError(Exception):
    """The configuration is refused; `faults` has every reason."""

    def __init__(self, source: str, faults: list[Fault]) -> None:
        self.faults = faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"{source}: {count}\n" + "\n".join(f"  {fault}" for fault in faults))


RouteFaults = Callable[[Mapping[int, RouteConfig]], Iterable[Fault]]


def load(path: Path, environ: Mapping[str, str], route_faults: RouteFaults = lambda _: ()) -> Config:
    """Reads the file, fills in `${VAR}`, lets `BLUECORE_CONSUMER__SECTION__KEY` override it, and checks it all.

    `route_faults` finds what is wrong with routes that are well formed, by their index: they are named together
    with the faults of the rest. Raises ConfigError.
    """
    return parse(_read(path), environ, str(path), route_faults)


def parse(text: str, environ: Mapping[str, str], source: str, route_faults: RouteFaults = lambda _: ()) -> Config:
    """The same for a text; `source` is what messages call it."""
    try:
        data = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader that also refuses a key given twice
    except yaml.YAMLError as error:
        raise ConfigError(source, [Fault("", f"is not YAML: {' '.join(str(error).split())}")]) from None
    if not isinstance(data, dict):
        raise ConfigError(source, [Fault("", "holds no settings: expected keys such as kafka, bluecore, routes")])
    faults: list[Fault] = []
    data = _filled(data, environ, "", faults)
    _override(data, environ, faults)
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        unset = {fault.key for fault in faults}
        faults += [fault for each in error.errors() if (fault := _fault(each)).key not in unset]
        faults += route_faults(_sound_routes(data.get("routes")))
        raise ConfigError(source, list(dict.fromkeys(faults))) from None
    faults += route_faults(dict(enumerate(config.routes)))
    if faults:
        raise ConfigError(source, faults)
    return config


def _sound_routes(routes: Any) -> dict[int, RouteConfig]:
    sound = {}
    for index, route in enumerate(routes if isinstance(routes, list) else []):
        try:
            sound[index] = RouteConfig.model_validate(route)
        except ValidationError:
            continue
    return sound


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(str(path), [Fault("", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise ConfigError(str(path), [Fault("", "cannot be read: it is no UTF-8 text")]) from None


class _Loader(yaml.SafeLoader):
    """YAML takes the last of two equal keys in silence; a setting that is silently lost is a fault."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is given twice", key_node.start_mark
                )
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep)


def _filled(value: Any, environ: Mapping[str, str], key: str, faults: list[Fault]) -> Any:
    """`value` with every `${VAR}` and `${VAR:-default}` in its strings filled in."""
    if isinstance(value, dict):
        return {
            name: _filled(inner, environ, f"{key}.{name}" if key else str(name), faults)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_filled(inner, environ, f"{key}[{index}]", faults) for index, inner in enumerate(value)]
    if not isinstance(value, str):
        return value

    def fill(match: re.Match[str]) -> str:
        name, default = match["name"], match["default"]
        if (found := environ.get(name) or default) is None:
            faults.append(Fault(key, f"the environment variable {name} is not set"))
            return ""
        return found

    return _VARIABLE.sub(fill, value)


def _override(data: dict[Any, Any], environ: Mapping[str, str], faults: list[Fault]) -> None:
    """Settings from the environment take the place of those in the file."""
    for variable, text in sorted(environ.items()):
        if not variable.startswith(PREFIX):
            continue
        *path, last = variable.removeprefix(PREFIX).lower().split("__")
        section: Any = data
        for name in path:
            section = section.setdefault(name, {}) if isinstance(section, dict) else None
        if not isinstance(section, dict):
            faults.append(Fault(variable, "names no setting: its path goes through a value"))
            continue
        section[last] = yaml.safe_load(text) if text.lstrip()[:1] in {"[", "{"} else text


def _fault(error: Any) -> Fault:
    """A fault of pydantic's, under its key as a reader of the file would write it."""
    key = ""
    for part in error["loc"]:
        if isinstance(part, int):
            key += f"[{part}]"
        elif part not in {"str", "int", "float", "bool"} and "[" not in part and not part[:1].isupper():
            key += f".{part}" if key else part
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "missing":
        message = "is required"
    elif error["type"] == "extra_forbidden":
        nearest = get_close_matches(str(error["loc"][-1]), _KEYS, n=1)
        message = "is no setting" + (f"; did you mean {nearest[0]}?" if nearest else "")
    return Fault(key, message[:1].lower() + message[1:])
