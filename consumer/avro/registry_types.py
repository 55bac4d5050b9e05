"""What a registry of each `schema_registry.type` can be asked for, and what to set where that is not enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal

from consumer.avro.naming import LEGACY_PREFIX, Place
from consumer.avro.schema_ids import IdKind

TypeName = Literal["confluent", "apicurio", "glue", "azure"]


@dataclass(frozen=True, slots=True)
class RegistryType:
    """What one registry knows schemas by.

    Attributes:
        name: its `schema_registry.type`.
        numbers: whether it has the numbers of Confluent's wire format.
        kinds: the other kinds of ids.
        legacy: what a legacy id of 8 bytes may be, which does not say its kind.
        needs: where a record of its serializers names the schema.
    """

    name: TypeName
    numbers: bool
    kinds: frozenset[IdKind]
    legacy: frozenset[IdKind]
    needs: str

    def askable(self, places: Iterable[Place]) -> tuple[Place, ...]:
        """Those whose schema it can be asked for."""
        return tuple(place for place in places if self._knows(place))

    def not_askable(self, places: Iterable[Place]) -> str:
        """What was recognised that it cannot be asked for, and what to configure."""
        place = next(place for place in places if not self._knows(place))
        kinds = f"schema_registry.type: {self.name}"
        return f"the record names its schema by {place.how}, for which {kinds} cannot be asked: {_advice(place)}"

    def _knows(self, place: Place) -> bool:
        if isinstance(place.schema_id, int):
            return self.numbers
        return place.schema_id.kind in (self.legacy if place.at == LEGACY_PREFIX else self.kinds)

    def with_legacy(self, kind: IdKind) -> RegistryType:
        """The same where it is known what a legacy id is."""
        return replace(self, legacy=frozenset((kind,)))


_APICURIO: Final = frozenset((IdKind.CONTENT_ID, IdKind.GLOBAL_ID))
_PREFIX: Final = "a value of its format starts with 0x00 and the schema's id"

TYPES: Mapping[TypeName, RegistryType] = MappingProxyType(
    {
        each.name: each
        for each in (
            # Apicurio's compatible address has the contentId for its id.
            RegistryType("confluent", True, frozenset((IdKind.GUID, IdKind.CONTENT_ID)), frozenset(), _PREFIX),
            RegistryType("apicurio", True, _APICURIO, _APICURIO, _PREFIX),
            RegistryType(
                "glue",
                False,
                frozenset((IdKind.GLUE,)),
                frozenset(),
                "a value of AWS Glue's starts with 0x03 0x00 or 0x03 0x05",
            ),
            RegistryType(
                "azure",
                False,
                frozenset((IdKind.AZURE,)),
                frozenset(),
                "Azure's header is `content-type: avro/binary+<id>`",
            ),
        )
    }
)
CONFLUENT: Final = TYPES["confluent"]


def _advice(place: Place) -> str:
    if isinstance(place.schema_id, int):
        return "set schema_registry.type to confluent or apicurio, whichever registry has the schema"
    return _WANTED[place.schema_id.kind]


_WANTED: Mapping[IdKind, str] = MappingProxyType(
    {
        IdKind.GUID: "set schema_registry.type: confluent and the address of Confluent's registry",
        IdKind.GLOBAL_ID: "set schema_registry.type: apicurio and the address of its own API, …/apis/registry/v3",
        IdKind.CONTENT_ID: "set schema_registry.type: apicurio and the address of its own API, …/apis/registry/v3",
        IdKind.GLUE: "set schema_registry.type: glue and its region",
        IdKind.AZURE: "set schema_registry.type: azure and the namespace's address",
    }
)
