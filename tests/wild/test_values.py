"""What other people's libraries wrote is read as what was meant, but for what `losses` states."""

from __future__ import annotations

import json
from typing import Any

import pytest

from consumer.avro.decoding import Narrowable
from tests.wild.losses import LOSSES
from tests.wild.meaning import meaning, told
from tests.wild.producers import given, producers
from tests.wild.reading import decoder, read

ALL = list(producers())
GENERAL = [name for name in ALL if producers()[name].values]
"""Those that were given all of `values.json`."""
RECORDS = [
    (name, each)
    for name in ALL
    for each, recorded in producers()[name].records.items()
    if recorded["value"] is not None
]


def owed(producer: str, name: str) -> Any:
    """What is to be read: what was meant, but for what is stated in `losses`."""
    if (producer, name) in LOSSES:
        return told(meaning(LOSSES[producer, name].read))
    recorded = producers()[producer].records.get(name)
    return told(meaning(given()[name].record if recorded is None else recorded["meant"]))


@pytest.mark.parametrize("producer", GENERAL)
def test_each_value_is_what_was_meant(producer: str) -> None:
    found = {name: read(recorded, given()[name].schema) for name, recorded in producers()[producer].as_records()}
    assert found == {name: owed(producer, name) for name in found}


@pytest.mark.parametrize("producer", GENERAL)
def test_each_is_also_by_the_library_s_own_text_of_its_schema(producer: str) -> None:
    """That is what a producer registers which has no other."""
    written = [(name, each) for name, each in producers()[producer].as_records() if "schema" in each]
    found = {name: read(recorded, recorded["schema"]) for name, recorded in written}
    assert found == {name: owed(producer, name) for name in found}


@pytest.mark.parametrize("producer", GENERAL)
def test_each_single_object_is_found_by_its_fingerprint(producer: str) -> None:
    written = producers()[producer].as_single_objects()
    found = {name: read(recorded, given()[name].schema) for name, recorded in written}
    assert found == {name: owed(producer, name) for name in found}


@pytest.mark.parametrize(
    ("producer", "way"), [(name, way) for name, producer in producers().items() for way in producer.variants]
)
def test_the_way_of_writing_does_not_matter(producer: str, way: str) -> None:
    written = producers()[producer].variants[way]
    found = {name: read({"format": "raw", "value": each}, given()[name].schema) for name, each in written.items()}
    assert found == {name: owed(producer, name) for name in written}


@pytest.mark.parametrize(("producer", "name"), RECORDS)
def test_a_record_of_its_own_is_what_was_meant(producer: str, name: str) -> None:
    recorded = producers()[producer].records[name]
    assert read(recorded, recorded["schema"]) == owed(producer, name)


@pytest.mark.parametrize("producer", GENERAL)
def test_a_producer_was_given_every_value(producer: str) -> None:
    assert list(producers()[producer].recorded["values"]) == list(given())


@pytest.mark.parametrize("producer", [name for name in GENERAL if producers()[name].recorded.get("format") is None])
def test_each_value_is_the_same_where_the_others_are_stepped_over(producer: str) -> None:
    """All values of a producer in one wide record, of which an eighth is asked for at a time."""
    values = producers()[producer].values
    fields = [{"name": f"f{at}", "type": given()[name].avro} for at, name in enumerate(values)]
    whole = {"type": "record", "name": "Wide", "namespace": "com.shop.wild", "fields": fields}
    wide = decoder({"format": "raw"}, json.dumps(whole))
    assert isinstance(wide, Narrowable)
    # Without the texts around each: `b` and `a`, behind their lengths.
    value = b"".join(bytes.fromhex(written["bytes"])[2:-2] for written in values.values())

    found: dict[str, Any] = {}
    for eighth in range(8):
        asked = {f"f{at}": name for at, name in enumerate(values) if at % 8 == eighth}
        read_of_it = wide.narrowed(frozenset(asked)).decode(value).value
        found |= {name: read_of_it[field] for field, name in asked.items()}

    assert told(found) == {name: owed(producer, name)["it"] for name in found}
    assert len(found) == len(values)
