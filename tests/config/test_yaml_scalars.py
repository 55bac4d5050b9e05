"""A text without quotes is what it is for Helm; `tests/helm/test_config.py` asks Helm itself."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from consumer.config.yaml_reader import read_yaml
from consumer.config.yaml_scalars import Ambiguous, Dumper, as_helm_reads

READ: dict[str, Any] = {
    "y": True,
    "N": False,
    "yes": True,
    "Off": False,
    "tRue": "tRue",
    "~": None,
    "012": 10,
    "0o12": 10,
    "08": 8,
    "-0x1F": -31,
    "+0b11": 3,
    "1_000": 1000,
    "1e3": 1000,
    "1.5e3": 1500,
    "-.5": -0.5,
    "1.0": 1,
    "12.50": 12.5,
    "1e400": "1e400",
    "1:30": "1:30",
    "2026-01-31": "2026-01-31",
    "0xZZ": "0xZZ",
    "_1": "_1",
    "=": "=",
}


@pytest.mark.parametrize("text", READ)
def test_a_text_without_quotes_is_read_as_helm_reads_it(text: str) -> None:
    document, findings = read_yaml(f"key: {text}")
    found = as_helm_reads(document["key"])
    assert (found, type(found)) == (READ[text], type(READ[text]))
    assert findings == []


@pytest.mark.parametrize("text", ["y", "N", "08", "0o12", "1e3", "+.5"])
def test_where_other_readers_have_a_text_it_stays_one_for_settings_that_are_texts(text: str) -> None:
    found = read_yaml(f"namespace: {text}")[0]["namespace"]
    assert isinstance(found, Ambiguous)
    assert found == text


def test_two_keys_that_are_one_for_helm_are_told() -> None:
    (finding,) = read_yaml("values: {y: optin, yes: unsubscribe}")[1]
    assert finding.message == (
        "is given twice, first as y, the second time in line 1; YAML reads y as true: a text stands in quotes"
    )


@pytest.mark.parametrize("text", READ)
def test_what_is_written_is_read_again_as_the_text_that_it_was(text: str) -> None:
    written = yaml.dump({text: text}, Dumper=Dumper)
    assert read_yaml(written) == ({text: text}, [])


@pytest.mark.parametrize("written", ["!!bool maybe", "!!int many", "!!float much"])
def test_a_tagged_value_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(Exception, match="cannot be read: put it in quotes"):
        read_yaml(f"key: {written}")
