"""What a cluster would say of an object: the schemas of Kubernetes, KEDA and the Prometheus operator, strictly.

`custom_resources.json` is what `model_json_schema()` gives of the models in `cloudcoil-models-keda` 2.20.2.1 and
`cloudcoil-models-prometheus-operator` 0.80.1.0. Installed beside pytest their library would load itself as a plugin.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema  # type: ignore[import-untyped]  # it has no types
import kubernetes_validate  # type: ignore[import-untyped]  # it has no types

# It would read a version's definitions, some megabytes, anew for every object.
kubernetes_validate.utils.schema_contents = cache(kubernetes_validate.utils.schema_contents)

OLDEST: Final = "1.27"
"""The oldest Kubernetes that `kubeVersion` allows."""
NEWEST: Final = "1.37"


def faults(thing: dict[str, Any]) -> list[str]:
    """Why the oldest or the newest cluster would refuse the object."""
    return list(_faults(json.dumps(thing)))


@cache
def _faults(text: str) -> tuple[str, ...]:
    """Most objects are the same in most tests."""
    thing = json.loads(text)
    kind = thing["kind"]
    if kind in _CUSTOM:
        found = jsonschema.Draft202012Validator(_CUSTOM[kind]).iter_errors(thing)
        return tuple(f"{kind}: {error.json_path}: {error.message}" for error in found)
    refused = []
    for version in (OLDEST, NEWEST):
        try:
            kubernetes_validate.validate(thing, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            path = ".".join(map(str, error.path))
            refused.append(f"{kind} on Kubernetes {version}: {path}: {error.message}")
    return tuple(refused)


def _closed(schema: Any) -> Any:
    """The models let unknown fields pass: a mistyped one would be ignored by the cluster in silence."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(each) for key, each in schema.items()}
    if "properties" in schema and isinstance(schema["properties"], dict):
        closed.setdefault("additionalProperties", False)
        if closed["additionalProperties"] is True:
            closed["additionalProperties"] = False
    return closed


_CUSTOM = _closed(json.loads(Path(__file__).with_name("custom_resources.json").read_text()))
