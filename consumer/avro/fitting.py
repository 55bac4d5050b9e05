"""Of the schemas that bytes may have been written with, the one that they fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from consumer.avro.errors import EncryptedPayload, SchemaPending, Undecodable, UnknownSchema
from consumer.avro.naming import Place
from consumer.avro.registry_types import RegistryType
from consumer.avro.schema_ids import SchemaId

_T = TypeVar("_T")


def the_one_that_fits(
    places: Sequence[Place], registry: RegistryType, read: Callable[[Place, bool], _T], told: Callable[[_T], object]
) -> _T:
    """What was read by the one schema that fits to the last byte; where several do, they must read the same.

    Args:
        places: the schemas, at least one.
        registry: what the registry can be asked for.
        read: reads by a schema; it is also told whether that is the only one that can be asked for. It may raise
            Undecodable and SchemaPending.
        told: what of a value is compared with another's.

    Raises:
        Undecodable: none fits, or several do and say different things.
        UnknownSchema: none fits, and the registry has some of them not.
        SchemaPending: one that may fit is not here yet.
    """
    askable = registry.askable(places)
    pending: list[SchemaPending] = []
    faults = [] if len(askable) == len(places) else [registry.not_askable(places)]
    fitting: list[tuple[Place, _T]] = []
    encrypted: EncryptedPayload | None = None
    unknown: tuple[SchemaId, ...] = ()
    for place in askable:
        try:
            fitting.append((place, read(place, len(askable) == 1)))
        except SchemaPending as error:
            pending.append(error)
        except EncryptedPayload as error:
            encrypted = error
        except Undecodable as error:
            faults.append(str(error))
            unknown += error.unknown if isinstance(error, UnknownSchema) else ()
    # Where one fits, another that the registry says it has not got is no schema, but bytes that look like its id.
    if waiting := [error for error in pending if not (fitting and error.unknown)]:
        raise waiting[0]
    if not fitting:
        words = "; ".join(dict.fromkeys(faults))
        raise encrypted or (UnknownSchema(words, unknown) if unknown else Undecodable(words))
    (first, value), *others = fitting
    for place, other in others:
        if repr(told(other)) != repr(told(value)):  # a NaN is not equal to itself
            raise Undecodable(
                f"the record names schema {first.schema_id} by {first.how} and schema {place.schema_id} by "
                f"{place.how}, and fits both: let the producer write one of the two"
            )
    return value
