"""A document held against the settings' models: the configuration, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from consumer.config.authentication import AuthenticationConfig
from consumer.config.destinations import BluecoreConfig, DestinationConfig
from consumer.config.findings import Finding
from consumer.config.model import Config, DeadLettersConfig, ReceiptsConfig, RegistryConfig
from consumer.config.route import RouteConfig
from consumer.config.tables import TableConfig
from consumer.config.wording import NO_KEY, REQUIRED, setting_findings

_UNREADABLE = "'unreadable'"
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class PartialConfig:
    """What is well formed of a configuration, whatever is wrong with the rest of it.

    Attributes:
        servers: `kafka.bootstrap_servers`; empty where it is not well formed.
        kafka_options: those of them that are well formed.
        destinations: by name; None for one that is not well formed.
        bluecore: None when it is not well formed, and when there is none: see `has_bluecore`.
        authentication: `kafka.authentication`; None when it is not well formed, and when there is none.
        has_authentication: whether there is one, well formed or not.
        schema_registry: None when it is not well formed, and when there is none: see `has_registry`.
        tables: by name; None for one that is not well formed.
        routes: by their index in the file.
        bluecore: None when it is not well formed.
    """

    servers: str
    kafka_options: Mapping[str, Any]
    destinations: Mapping[str, DestinationConfig | None]
    bluecore: BluecoreConfig | None
    has_bluecore: bool
    authentication: AuthenticationConfig | None
    has_authentication: bool
    schema_registry: RegistryConfig | None
    has_registry: bool
    dead_letters: DeadLettersConfig | None
    receipts: ReceiptsConfig | None
    tables: Mapping[str, TableConfig | None]
    routes: Mapping[int, RouteConfig]


def validated(data: dict[Any, Any]) -> tuple[Config | None, list[Finding]]:
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
                    findings.setdefault(finding.key, _in_full(finding, data))
            removed = [_remove(data, each["loc"]) for each in error.errors()]
            if not any(removed):
                return None, list(findings.values())
        else:
            return (None if findings else config), list(findings.values())


def _is_consequence(finding: Finding, earlier: Mapping[str, Finding]) -> bool:
    """Whether it is there only because a setting has been taken out: a route's topic, or all that a section had."""
    if {f"{finding.key}.topic", f"{finding.key}.topic_pattern"} & earlier.keys():
        return True
    if finding.key == "bluecore" and any(key.partition(".")[0] == "destinations" for key in earlier):
        return True
    if finding.key.endswith(".event") and f"{finding.key.removesuffix('event')}preset" in earlier:
        return True
    return finding.message == REQUIRED and any(key.startswith(f"{finding.key}.") for key in earlier)


def _in_full(finding: Finding, data: Mapping[Any, Any]) -> Finding:
    """Who has `bluecore` for what destinations share learns that it is one itself."""
    if (finding.key, finding.message) != ("bluecore.namespace", REQUIRED) or not data.get("destinations"):
        return finding
    advice = "give it one, or move what it sets to each of destinations and leave bluecore out"
    return replace(finding, message=f"{REQUIRED}: bluecore is a destination of its own: {advice}")


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


def partial_config(data: Mapping[Any, Any]) -> PartialConfig:
    """What is well formed of a document."""
    routes, destinations = data.get("routes"), _section(data, "destinations")
    each = enumerate(routes if isinstance(routes, list) else ())
    kafka = _section(data, "kafka")
    servers = kafka.get("bootstrap_servers")
    return PartialConfig(
        destinations={str(name): _valid(DestinationConfig, each) for name, each in destinations.items()},
        bluecore=_valid(BluecoreConfig, data.get("bluecore")),
        has_bluecore=data.get("bluecore") is not None,
        servers=servers if isinstance(servers, str) else "",
        kafka_options=kafka.get("options", {}),
        authentication=_valid(AuthenticationConfig, kafka.get("authentication")),
        has_authentication=kafka.get("authentication") is not None,
        schema_registry=_valid(RegistryConfig, data.get("schema_registry")),
        has_registry=data.get("schema_registry") is not None,
        dead_letters=_valid(DeadLettersConfig, data.get("dead_letters", {})),
        receipts=_valid(ReceiptsConfig, data.get("receipts", {})),
        tables={str(name): _table(table) for name, table in _section(data, "tables").items()},
        routes={index: route for index, value in each if (route := _valid(RouteConfig, value)) is not None},
    )


def _section(data: Mapping[Any, Any], name: str) -> Mapping[Any, Any]:
    section = data.get(name)
    return section if isinstance(section, dict) else {}


def _table(value: Any) -> TableConfig | None:
    try:
        table: TableConfig = TypeAdapter(TableConfig).validate_python(value)
    except ValidationError:
        return None
    return table


def _valid(model: type[_Model], value: Any) -> _Model | None:
    try:
        return model.model_validate(value)
    except ValidationError:
        return None
