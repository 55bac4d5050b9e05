"""What the environment has to say about the settings: `${VAR}` in the file, and settings of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from consumer.config.faults import Fault
from consumer.config.yaml_reader import NotYamlError, read_yaml

PREFIX: Final = "BLUECORE_CONSUMER__"
_VARIABLE = re.compile(r"\$\{(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\})?")


def filled(value: Any, environ: Mapping[str, str], faults: list[Fault], key: str = "") -> Any:
    """`value` with every `${VAR}` and `${VAR:-default}` in its texts filled in.

    As in a shell, the default stands in for a variable that is not set and for one that is empty. A fault leaves
    an empty text.
    """
    if isinstance(value, dict):
        return {
            name: filled(inner, environ, faults, f"{key}.{name}" if key else str(name))
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [filled(inner, environ, faults, f"{key}[{index}]") for index, inner in enumerate(value)]
    if not isinstance(value, str):
        return value

    def fill(match: re.Match[str]) -> str:
        name, default = match["name"], match["default"]
        if name is None:
            faults.append(Fault(key, "has a ${ that names no variable: write ${NAME} or ${NAME:-default}"))
            return ""
        found = environ.get(name)
        if found is None and default is None:
            faults.append(Fault(key, f"the environment variable {name} is not set"))
        return found or default or ""

    return _VARIABLE.sub(fill, value)


def override(data: dict[Any, Any], environ: Mapping[str, str], faults: list[Fault]) -> dict[str, str]:
    """Puts `BLUECORE_CONSUMER__SECTION__KEY` in the place of what the file says; gives the variable by the key.

    A value in brackets or braces is read as YAML: a list, a section. An element of a list is named by its number. In
    `options`, whose names have dots, underscores stand for them.
    """
    variables = {}
    for variable, text in sorted(environ.items()):
        if not variable.startswith(PREFIX):
            continue
        *above, last = variable.removeprefix(PREFIX).lower().split("__")
        place: Any = data
        key = ""
        for name in above:
            place, key = _below(place, key, name)
        name = last.replace("_", ".") if above[-1:] == ["options"] else last
        if not isinstance(place, dict):
            faults.append(Fault(variable, "names no setting: it goes through a value, or past the end of a list"))
            continue
        key = f"{key}.{name}" if key else name
        variables[key] = variable
        try:
            place[name] = _value(text, variable, faults)
        except NotYamlError as error:
            faults.append(Fault(variable, str(error)))
    return variables


def _below(place: Any, key: str, name: str) -> tuple[Any, str]:
    if isinstance(place, list):
        index = int(name) if name.isdecimal() and len(name) < 6 else len(place)  # noqa: PLR2004 - no list is longer
        return (place[index] if index < len(place) else None), f"{key}[{index}]"
    if not isinstance(place, dict):
        return None, key
    if place.get(name) is None:
        place[name] = {}
    return place[name], f"{key}.{name}" if key else name


def _value(text: str, variable: str, faults: list[Fault]) -> Any:
    if text.lstrip()[:1] not in {"[", "{"}:
        return text
    value, repeated = read_yaml(text)
    faults += [Fault(f"{variable}.{fault.key}", fault.message) for fault in repeated]
    return value
