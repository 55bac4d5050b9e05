"""What the environment has to say about the settings: `${VAR}` in the file, and settings of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from consumer.config.findings import Finding
from consumer.config.types import without_line_end
from consumer.config.yaml_reader import NotYamlError, read_yaml
from consumer.config.yaml_scalars import Ambiguous

_PROXIES: Final = frozenset(("http_proxy", "https_proxy", "all_proxy"))
PREFIX: Final = "BLUECORE_CONSUMER__"
_FILE = r"file:(?!-)(?P<file>[^}]+)"
_NAME = r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?"
_VARIABLE = re.compile(rf"\$\{{(?:(?:{_FILE}|{_NAME})\}})?")


def interpolate(value: Any, environ: Mapping[str, str], findings: list[Finding], key: str = "") -> Any:
    """`value` with every `${VAR}`, `${VAR:-default}` and `${file:PATH}` in its texts filled in.

    As in a shell, the default stands in for a variable that is not set and for one that is empty. What cannot be
    filled in leaves an empty text. The line's end of a variable that was made of a file is no part of the secret.
    """
    if isinstance(value, dict):
        return {
            name: interpolate(inner, environ, findings, f"{key}.{name}" if key else str(name))
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [interpolate(inner, environ, findings, f"{key}[{index}]") for index, inner in enumerate(value)]
    if not isinstance(value, str) or isinstance(value, Ambiguous):
        return value

    def fill(match: re.Match[str]) -> str:
        name, default = match["name"], match["default"]
        if match["file"] is not None:
            return _content(match["file"], key, findings)
        if name is None:
            findings.append(Finding(key, "has a ${ that names no variable: write ${NAME} or ${NAME:-default}"))
            return ""
        found = environ.get(name)
        if found is None and default is None:
            findings.append(Finding(key, f"the environment variable {name} is not set"))
        return without_line_end(found or "") or default or ""

    return _VARIABLE.sub(fill, value)


def _content(path: str, key: str, findings: list[Finding]) -> str:
    """What a file holds, such as a mounted secret; nothing where it cannot be read, which is told."""
    try:
        content: str = without_line_end(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        findings.append(Finding(key, f"the file {path} cannot be read: {why}"))
        return ""
    return content


def proxy_findings(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Proxies' passwords that no two HTTP clients write alike, and some not at all."""
    for name in sorted(environ):
        if name.lower() in _PROXIES and not unquote(environ[name].rpartition("@")[0]).isascii():
            what = "has a user or a password with characters beyond ASCII, which HTTP clients write in several ways"
            yield Finding(name, f"{what}: give the proxy a user and a password of ASCII")


def apply_overrides(data: dict[Any, Any], environ: Mapping[str, str], findings: list[Finding]) -> dict[str, str]:
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
            place, key = _descend(place, key, name)
        name = last.replace("_", ".") if above[-1:] == ["options"] else last
        if not isinstance(place, dict):
            findings.append(Finding(variable, "names no setting: it goes through a value, or past the end of a list"))
            continue
        key = f"{key}.{name}" if key else name
        variables[key] = variable
        try:
            place[name] = _value(text, variable, findings)
        except NotYamlError as error:
            findings.append(Finding(variable, str(error)))
    return variables


def _descend(place: Any, key: str, name: str) -> tuple[Any, str]:
    if isinstance(place, list):
        index = int(name) if name.isdecimal() and len(name) < 6 else len(place)  # noqa: PLR2004 - no list is longer
        return (place[index] if index < len(place) else None), f"{key}[{index}]"
    if not isinstance(place, dict):
        return None, key
    if place.get(name) is None:
        place[name] = {}
    return place[name], f"{key}.{name}" if key else name


def _value(text: str, variable: str, findings: list[Finding]) -> Any:
    if text.lstrip()[:1] not in {"[", "{"}:
        return without_line_end(text)
    value, repeated = read_yaml(text)
    findings += [Finding(f"{variable}.{finding.key}", finding.message) for finding in repeated]
    return value
