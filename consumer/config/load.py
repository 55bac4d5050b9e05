"""The configuration file and the environment become a `Config`, or one message that names every fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from consumer.config.environment import filled, override
from consumer.config.faults import IS_NO_NAME, REQUIRED, Fault, faults_of
from consumer.config.model import Config, DeadLettersConfig, RegistryConfig, RouteConfig
from consumer.config.yaml_reader import NotYamlError, read_yaml
from consumer.errors import ExpectedError

_UNREADABLE = "'unreadable'"
_Model = TypeVar("_Model", bound=BaseModel)


class ConfigError(ExpectedError):
    """The configuration is refused; `faults` has every reason."""

    def __init__(self, source: str, faults: Iterable[Fault]) -> None:
        self.faults = tuple(dict.fromkeys(faults))
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__(f"{source}: {count}\n" + "\n".join(f"  {fault}" for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Sound:
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


Checks = Callable[[Sound], Iterable[Fault]]


def load(path: Path, environ: Mapping[str, str], checks: Checks = lambda _: ()) -> Config:
    """Reads the file, fills in `${VAR}`, lets `BLUECORE_CONSUMER__SECTION__KEY` override it, and checks it all.

    `checks` finds what is wrong with settings that are well formed: its faults are named together with those of the
    rest. Raises ConfigError.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(str(path), [Fault("", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise ConfigError(str(path), [Fault("", "cannot be read: it is no UTF-8 text")]) from None
    return parse(text, environ, str(path), checks, path.parent)


def parse(
    text: str, environ: Mapping[str, str], source: str, checks: Checks = lambda _: (), folder: Path | None = None
) -> Config:
    """The same for a text; `source` is what messages call it, `folder` where the files lie that its routes name."""
    try:
        data, faults = read_yaml(text)
    except NotYamlError as error:
        raise ConfigError(source, [Fault("", str(error))]) from None
    data = {} if data is None else data
    if not isinstance(data, dict):
        raise ConfigError(source, [Fault("", "holds no settings: expected keys such as kafka, bluecore, routes")])
    data = filled(data, environ, faults)
    variables = override(data, environ, faults)
    if folder is not None:
        _locate(data, folder)
    # What a fault has left of a value says nothing of its own.
    told = {fault.key for fault in faults}
    config, found = _validated(data)
    faults += [_naming(fault, variables) for fault in found if fault.key not in told]
    faults += [fault for fault in checks(_sound(data)) if fault.key not in told]
    if config is None or faults:
        raise ConfigError(source, faults)
    return config


def _locate(data: Mapping[Any, Any], folder: Path) -> None:
    """Schemas lie beside the configuration, wherever the command is started."""
    routes = data.get("routes")
    for route in routes if isinstance(routes, list) else ():
        for key in ("schema", "reader_schema"):
            named = route.get(key) if isinstance(route, dict) else None
            if isinstance(named, str) and named:
                route[key] = str(folder / named)
            elif isinstance(named, list):
                route[key] = [str(folder / each) if isinstance(each, str) and each else each for each in named]


def _validated(data: dict[Any, Any]) -> tuple[Config | None, list[Fault]]:
    """The configuration, or every fault of it.

    Some faults, such as two settings that contradict each other, show only when each is well formed. So what is at
    fault is taken out of `data`, and the rest is validated again.
    """
    faults: dict[str, Fault] = {}
    while True:
        try:
            config = Config.model_validate(data)
        except ValidationError as error:
            for fault in faults_of(error):
                if not _follows(fault, faults):
                    faults.setdefault(fault.key, fault)
            taken = [_taken_out(data, each["loc"]) for each in error.errors()]
            if not any(taken):
                return None, list(faults.values())
        else:
            return (None if faults else config), list(faults.values())


def _follows(fault: Fault, earlier: Mapping[str, Fault]) -> bool:
    """Whether it is there only because a setting has been taken out: a route's topic, or all that a section had."""
    if {f"{fault.key}.topic", f"{fault.key}.topic_pattern"} & earlier.keys():
        return True
    return fault.message == REQUIRED and any(key.startswith(f"{fault.key}.") for key in earlier)


def _taken_out(data: Any, location: tuple[int | str, ...]) -> bool:
    """Whether there was anything to take out: the setting at fault, a list for one of its elements; but no route."""
    holder: dict[Any, Any] = {}
    name: int | str = ""
    for part in location:
        if isinstance(data, dict) and part in data:
            holder, name, data = data, part, data[part]
        elif isinstance(data, list) and isinstance(part, int):
            data = data[part]
            if name == "routes":
                holder = {}
        elif isinstance(part, str) and IS_NO_NAME.fullmatch(part):
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


def _naming(fault: Fault, variables: Mapping[str, str]) -> Fault:
    """A setting that came from the environment is put right there, not in the file."""
    variable = variables.get(fault.key)
    return fault if variable is None else replace(fault, message=f"{fault.message} (set by {variable})")


def _sound(data: Mapping[Any, Any]) -> Sound:
    routes = data.get("routes")
    each = enumerate(routes if isinstance(routes, list) else ())
    return Sound(
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
