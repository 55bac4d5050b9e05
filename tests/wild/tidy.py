"""JSON in, the same JSON out, so that recorded values read well and differ well: a line for each, in their order.

That is the order of `values.json`, as not every language keeps its own. What a library tells of a schema is left out
where it is what the library was given, and of a single object all but its fingerprint.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

_GIVEN = {
    each["name"]: each["type"]
    for each in json.loads((Path(__file__).parent / "values.json").read_text(encoding="utf-8"))
}
_NAMES = list(_GIVEN)
_ORDER = ("library", "version", "format", "registry", "headers", "values", "variants")


def tidy(recorded: dict[str, Any]) -> str:
    """The text of a `recorded.json`."""
    for name, written in recorded.get("values", {}).items():
        if "schema" in written and json.loads(written["schema"])["fields"][1]["type"] == _GIVEN[name]:
            del written["schema"]
        if "single_object" in written and written["single_object"].endswith(written["bytes"]):
            written["fingerprint"] = written.pop("single_object")[4:20]
    keys = sorted(recorded, key=lambda key: (_ORDER.index(key) if key in _ORDER else len(_ORDER), key))
    return "{\n" + ",\n".join(f" {_text(key)}: {_lines(recorded[key])}" for key in keys) + "\n}\n"


def _lines(value: Any) -> str:
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: _NAMES.index(name) if name in _NAMES else len(_NAMES))
        return "{\n" + ",\n".join(f"  {_text(name)}: {_text(value[name])}" for name in names) + "\n }"
    if isinstance(value, list):
        return "[\n" + ",\n".join(f"  {_text(each)}" for each in value) + "\n ]"
    return _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    sys.stdout.write(tidy(json.load(sys.stdin)))
