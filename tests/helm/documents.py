"""The parts of the chart that are made of something else: of the service's settings, and of `values.yaml`.

`python -m tests.helm.documents` writes them anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from consumer.config.model import Config

CHART = Path(__file__).parents[2] / "helm" / "bluecore-consumer"
SECTIONS = tuple(Config.model_fields)

_NOISE = {"title", "default", "writeOnly", "format", "description"}
# pydantic leaves the bounds of a type with a validator of its own under the names that it has for them.
_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
_MAY_BE_TAKEN_AWAY = {"schema_registry", "bluecore", "resources", "requests", "limits"}
_TABLE = re.compile(r"(?<=<!-- values -->\n).*(?=<!-- /values -->)", re.DOTALL)
_KEY = re.compile(r"(?P<indent> *)(?P<key>[A-Za-z_]\w*):")


def values_schema() -> dict[str, Any]:
    """The chart's `values.schema.json`, with the service's settings in it as `consumer.config.model` has them."""
    schema: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text())
    settings = _plain(Config.model_json_schema(by_alias=True))
    definitions = {name: each for name, each in schema["$defs"].items() if not name.endswith("Config")}
    schema["$defs"] = dict(sorted({**definitions, **settings["$defs"]}.items()))
    sections = {name: settings["properties"][name] for name in SECTIONS}
    sections["schema_registry"], sections["bluecore"] = (
        {"$ref": f"#/$defs/{name}"} for name in ("RegistryConfig", "BluecoreConfig")
    )
    schema["properties"] = {**sections, **{k: v for k, v in schema["properties"].items() if k not in SECTIONS}}
    _leave_to_the_guards(schema)
    _ask_for_what_has_a_default(schema, schema, yaml.safe_load((CHART / "values.yaml").read_text()))
    return schema


def values_table() -> str:
    """The README's table: each commented key of `values.yaml`, its default and its comment."""
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    rows = ["| value | default | what it is |", "|---|---|---|"]
    for path, comment in documented_values():
        default: Any = values
        for key in path.split("."):
            default = default[key]
        rows.append(f"| `{path}` | `{json.dumps(default)}` | {comment.replace('|', chr(92) + '|')} |")
    return "\n".join(rows) + "\n"


def readme() -> str:
    """The chart's README with the table of the present values."""
    table = values_table()
    return _TABLE.sub(lambda _: table, (CHART / "README.md").read_text())


def documented_values() -> Iterator[tuple[str, str]]:
    """The dotted path of each key that has a `# -- ` comment, and the comment."""
    path: list[tuple[int, str]] = []
    comment: list[str] = []
    for line in (CHART / "values.yaml").read_text().splitlines():
        text = line.strip()
        if text.startswith("# -- "):
            comment = [text.removeprefix("# -- ")]
        elif text.startswith("#") and comment:
            comment.append(text.removeprefix("# "))
        elif match := _KEY.match(line):
            indent = len(match["indent"])
            path = [each for each in path if each[0] < indent] + [(indent, match["key"])]
            if comment:
                yield ".".join(key for _, key in path), " ".join(comment)
            comment = []
        else:
            comment = []


def written_schema() -> str:
    """`values_schema` as the file has it."""
    return json.dumps(values_schema(), indent=2) + "\n"


def _plain(schema: Any, *, names: bool = False) -> Any:
    """Without what says nothing to Helm; `names`: the keys are names of settings."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key if names else _BOUNDS.get(key, key): _plain(each, names=not names and key in {"properties", "$defs"})
        for key, each in schema.items()
        if names or key not in _NOISE
    }


def _leave_to_the_guards(schema: dict[str, Any]) -> None:
    """What must be given is asked for by the chart's guards, in sentences; the pod's port must be known."""
    for section in ("KafkaConfig", "RegistryConfig", "BluecoreConfig", "DestinationConfig"):
        schema["$defs"][section].pop("required", None)
    schema["$defs"]["KafkaConfig"]["properties"]["bootstrap_servers"] = {"type": "string"}
    schema["$defs"]["TelemetryConfig"]["properties"]["port"]["minimum"] = 1
    schema["properties"]["routes"].pop("minItems", None)


def _ask_for_what_has_a_default(schema: dict[str, Any], part: dict[str, Any], values: dict[str, Any]) -> None:
    """A default that is taken away by `null` is named by the schema; a template would only break on it.

    Texts, lists and maps of the user's own may be taken away: they are empty then. So may the registry.
    """
    part = schema["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part
    needed = []
    for key, default in values.items():
        below = part["properties"][key]
        section = isinstance(default, dict) and ("$ref" in below or "properties" in below)
        if section:
            _ask_for_what_has_a_default(schema, below, default)
        nobodys = "null" in below.get("type", ())
        if section or not (isinstance(default, dict) or default in ("", []) or nobodys):
            needed.append(key)
    if required := [key for key in needed if key not in _MAY_BE_TAKEN_AWAY]:
        part["required"] = required


if __name__ == "__main__":
    (CHART / "values.schema.json").write_text(written_schema())
    (CHART / "README.md").write_text(readme())
