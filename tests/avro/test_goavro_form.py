"""goavro's canonical form, as goavro 2.15.0 prints it (`CanonicalSchema`)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from consumer.avro.goavro_form import goavro_forms
from tests.avro.support import record

MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}
TAX = {"type": "fixed", "name": "T", "size": 4, "logicalType": "decimal", "precision": 9, "scale": 2}
INNER = {"type": "record", "name": "B", "namespace": "y", "fields": [{"name": "again", "type": ["null", "B"]}]}


def written(schema: Any) -> list[str]:
    return [json.dumps(form, separators=(",", ":")) for form in goavro_forms(schema)]


@pytest.mark.parametrize(
    ("avro", "form"),
    [
        ({"type": "string"}, '"string"'),
        ({"type": "string", "pii": True}, '{"type":"string"}'),
        ({"type": "string", "logicalType": "uuid"}, '"string"'),
        ({"type": "string", "logicalType": "uuid", "pii": True}, '{"type":"string"}'),
        ({"type": "long", "logicalType": "timestamp-millis"}, '{"type":"long"}'),
        (["null", {"type": "int", "logicalType": "date"}], '["null",{"type":"int"}]'),
        (
            {"type": "fixed", "name": "T", "size": 4, "logicalType": "decimal"},
            '{"name":"x.T","type":"fixed","size":4}',
        ),
    ],
)
def test_a_type(avro: Any, form: str) -> None:
    whole = record("R", a=avro) | {"namespace": "x"}
    assert written(whole)[0] == f'{{"name":"x.R","type":"record","fields":[{{"name":"a","type":{form}}}]}}'


def test_the_first_decimal_of_its_digits_is_named() -> None:
    three = record("R", a=MONEY, b=MONEY, c=MONEY | {"precision": 9})
    named, plain = '{"name":"bytes.decimal","type":"bytes"}', '{"type":"bytes"}'
    fields = ",".join(
        f'{{"name":"{key}","type":{form}}}' for key, form in zip("abc", (named, plain, named), strict=True)
    )
    assert written(three)[0] == f'{{"name":"R","type":"record","fields":[{fields}]}}'


def test_namespaces_are_appended_and_a_use_within_the_type_is_qualified_or_not() -> None:
    """Which of the two forms it is, changes from run to run of one program."""
    outer = record("A", n=INNER) | {"namespace": "x"}
    assert [json.loads(form)["fields"][0]["type"]["name"] for form in written(outer)] == ["x.y.B", "x.y.B"]
    uses = [json.loads(form)["fields"][0]["type"]["fields"][0]["type"][1] for form in written(outer)]
    assert uses == ["x.y.B", "B"]
