"""The options of the registries that clouds have: `schema_registry.options` of the types glue and azure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from consumer.errors import UnusableSetting
from consumer.suggestions import nearest

NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "glue": ("region", "registry.name", "ssl.ca.location", "timeout.ms"),
        "azure": ("schema.group", "ssl.ca.location", "timeout.ms"),
    }
)
_TIMEOUT_MS: Final = "10000"


@dataclass(frozen=True, slots=True)
class CloudOptions:
    """How to reach a cloud's registry; its credentials are where the cloud's own tools look for them.

    Attributes:
        region: of AWS; None: the one of the environment.
        registry: AWS Glue's name for a registry, whose schemas `check` lists.
        group: Azure's schema group, whose schemas `check` asks for.
        ca: a PEM file of the CA of the registry's address.
        timeout_seconds: how long one answer may take.
    """

    region: str | None = None
    registry: str = "default-registry"
    group: str | None = None
    ca: str | None = None
    timeout_seconds: float = 10.0


def parse_cloud_options(registry_type: Literal["glue", "azure"], options: Mapping[str, str]) -> CloudOptions:
    """Read `schema_registry.options`.

    Raises:
        UnusableSetting: an option that does not exist, or one with an unusable value, by its name.
    """
    names = NAMES[registry_type]
    for name in options:
        if name not in names:
            near = nearest(name, names)
            hint = f"did you mean {near}?" if near else f"choose from {', '.join(names)}"
            raise UnusableSetting(f"{name}: no such option of `type: {registry_type}`; {hint}")
    timeout = options.get("timeout.ms", _TIMEOUT_MS)
    if not (timeout.isdecimal() and int(timeout) > 0):
        raise UnusableSetting("timeout.ms: must be a whole number of milliseconds above 0")
    return CloudOptions(
        region=options.get("region"),
        registry=options.get("registry.name", "default-registry"),
        group=options.get("schema.group"),
        ca=options.get("ssl.ca.location"),
        timeout_seconds=int(timeout) / 1000,
    )
