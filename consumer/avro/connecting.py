"""From `schema_registry` to a registry: each type has a module; those of extras are imported where they are named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from consumer.avro.apicurio import ApicurioRegistry, api_addresses
from consumer.avro.cloud_options import parse_cloud_options
from consumer.avro.errors import ExtraMissing
from consumer.avro.options import FILES, parse_options
from consumer.avro.registry import RegistryClient
from consumer.avro.registry_protocol import Registry
from consumer.avro.registry_types import TYPES, RegistryType
from consumer.avro.schema_ids import IdKind
from consumer.config.model import RegistryConfig
from consumer.errors import UnusableSetting

USE_ID: Final = "apicurio.registry.use-id"
_KINDS: Final = {"contentId": IdKind.CONTENT_ID, "globalId": IdKind.GLOBAL_ID}


def open_registry(section: RegistryConfig) -> Registry:
    """The client of the registry; it asks nothing yet.

    Raises:
        UnusableSetting: an option cannot be used.
        ExtraMissing: what its type needs is not installed.
    """
    url, options = section.url or "", section.options
    if section.type == "confluent":
        return RegistryClient(url, parse_options(options))
    if section.type == "apicurio":
        kind, of_http = _use_id(options)
        return ApicurioRegistry(RegistryClient(api_addresses(url), parse_options(of_http)), kind or IdKind.CONTENT_ID)
    of_cloud = parse_cloud_options(section.type, options)
    if section.type == "glue":
        with _needing("aws", section):
            from consumer.avro.glue import GlueRegistry  # noqa: PLC0415 - of an extra
        return GlueRegistry(of_cloud, section.url)
    with _needing("azure", section):
        from consumer.avro.azure import AzureRegistry  # noqa: PLC0415 - of an extra
    return AzureRegistry(url, of_cloud)


def registry_type(section: RegistryConfig) -> RegistryType:
    """What the registry can be asked for.

    Raises:
        UnusableSetting: an option cannot be used.
    """
    known = TYPES[section.type]
    kind = _use_id(section.options)[0] if section.type == "apicurio" else None
    return known if kind is None else known.with_legacy(kind)


def check_options(section: RegistryConfig) -> None:
    """Refuse options that cannot be used.

    Raises:
        UnusableSetting: one, by its name.
    """
    if section.type in {"glue", "azure"}:
        parse_cloud_options(section.type, section.options)
    else:
        parse_options(_use_id(section.options)[1] if section.type == "apicurio" else section.options)


def without_missing_files(section: RegistryConfig) -> RegistryConfig:
    """The same without the options that name a certificate or a key that is not here, and a key without the other."""
    missing = {name for name in FILES if name in section.options and not Path(section.options[name]).exists()}
    if missing & set(FILES[1:]):
        missing |= set(FILES[1:])
    options = {name: value for name, value in section.options.items() if name not in missing}
    return section.model_copy(update={"options": options})


def _use_id(options: Mapping[str, str]) -> tuple[IdKind | None, Mapping[str, str]]:
    """What Apicurio's serializers are told to write where they do not say it, and the other options."""
    given = options.get(USE_ID)
    if given not in {None, *_KINDS}:
        raise UnusableSetting(f"{USE_ID}: must be contentId or globalId, as in the producers")
    others = {name: value for name, value in options.items() if name != USE_ID}
    return None if given is None else _KINDS[given], others


@contextmanager
def _needing(extra: str, section: RegistryConfig) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise ExtraMissing(
            f"{error.name} is not installed: schema_registry.type: {section.type} needs "
            f"`pip install 'bluecore-consumer[{extra}]'`"
        ) from None
