"""What other people's libraries wrote: a folder for each, with `recorded.json` and the `record.sh` that makes it.

`values.json` has values of every type that Avro has. Each producer was given each of them, as the field `it` of a
record `com.shop.wild.Wild`, between two texts that show where it ends. What only one producer can write is under
`records` of its own file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.wild.meaning import Tagged

HERE = Path(__file__).parent
_FORMS = ("format", "registry", "headers")


@dataclass(frozen=True, slots=True)
class Given:
    """One value of `values.json`.

    Attributes:
        name: by which recorded values name it.
        avro: its type.
        meant: what `meaning` reads.
    """

    name: str
    avro: Any
    meant: Tagged

    @property
    def schema(self) -> str:
        """Of the record around it."""
        fields = [{"name": "before", "type": "string"}, {"name": "it", "type": self.avro}]
        wild = {"type": "record", "name": "Wild", "namespace": "com.shop.wild"}
        return json.dumps(wild | {"fields": [*fields, {"name": "after", "type": "string"}]})

    @property
    def record(self) -> Tagged:
        """What the record around it means."""
        return {"record": {"before": {"string": "b"}, "it": self.meant, "after": {"string": "a"}}}


@dataclass(frozen=True, slots=True)
class Producer:
    """One library.

    Attributes:
        name: its folder's.
        recorded: the whole of its file.
    """

    name: str
    recorded: Mapping[str, Any]

    @property
    def values(self) -> Mapping[str, Mapping[str, Any]]:
        """What was written of `values.json`, by name.

        `bytes`; the registry's `id`; `fingerprint` of the same as a single object, or all of it as `single_object`;
        `schema` where the library's own text of it is another than it got.
        """
        return {name: each for name, each in self.recorded.get("values", {}).items() if "refused" not in each}

    @property
    def refused(self) -> Mapping[str, str]:
        """What it would not write, in its own words."""
        values = self.recorded.get("values", {})
        return {name: each["refused"] for name, each in values.items() if "refused" in each}

    def as_records(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The values as `reading` takes them."""
        form = {key: self.recorded[key] for key in _FORMS if key in self.recorded}
        for name, written in self.values.items():
            yield name, {"format": "raw", "value": written["bytes"], **form, **written}

    def as_single_objects(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Those that it also wrote so."""
        for name, written in self.values.items():
            whole = written.get("single_object")
            if whole or "fingerprint" in written:
                whole = whole or "c301" + written["fingerprint"] + written["bytes"]
                yield name, {"format": "single_object", "value": whole}

    @property
    def variants(self) -> Mapping[str, Mapping[str, str]]:
        """By the way in which they were written: some of them as hex, without a frame."""
        values: Mapping[str, Mapping[str, str]] = self.recorded.get("variants", {})
        return values

    @property
    def records(self) -> Mapping[str, Mapping[str, Any]]:
        """Kafka records that only this producer writes, by name: as `reading` takes them, and what was `meant`."""
        return {each["name"]: each for each in self.recorded.get("records", ())}


@cache
def given() -> Mapping[str, Given]:
    """By name."""
    read = json.loads((HERE / "values.json").read_text(encoding="utf-8"))
    return {each["name"]: Given(each["name"], each["type"], each["meant"]) for each in read}


@cache
def producers() -> Mapping[str, Producer]:
    """By name."""
    return {
        file.parent.name: Producer(file.parent.name, json.loads(file.read_text(encoding="utf-8")))
        for file in sorted(HERE.glob("*/recorded.json"))
    }
