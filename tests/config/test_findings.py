"""Findings, and pydantic's errors made into them by a document's own wording."""

from __future__ import annotations

import re
from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError

from consumer.config.findings import Finding, Wording, findings_of


class Order(BaseModel):
    total: Annotated[float, Field(gt=0)] = 1
    lines: tuple[int, ...] = ()
    dates: dict[str, int] = {}


def findings(wording: Wording, **order: object) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        Order.model_validate(order)
    return list(map(str, findings_of(refused.value, wording)))


def test_a_finding_reads_as_its_key_and_a_message() -> None:
    assert str(Finding("kafka.group_id", "is required")) == "kafka.group_id: is required"


def test_a_finding_of_the_file_itself_has_no_key() -> None:
    assert str(Finding("", "cannot be read")) == "cannot be read"


def test_a_sentence_is_filled_in_from_the_errors_context() -> None:
    wording = Wording({"greater_than": "must be more than {gt:g}"}, re.compile("x"))
    assert findings(wording, total=0) == ["total: must be more than 0"]


def test_without_a_sentence_pydantics_own_words_are_made_the_end_of_one() -> None:
    assert findings(Wording({}, re.compile("x")), total=0) == ["total: should be greater than 0"]


def test_the_place_is_written_as_the_document_has_it() -> None:
    sentences = {"int_parsing": "is no number"}
    assert findings(Wording(sentences, re.compile("x")), lines=[1, "a"]) == ["lines[1]: is no number"]
    assert findings(Wording(sentences, re.compile("x"), index=".{}"), lines=[1, "a"]) == ["lines.1: is no number"]
    assert findings(Wording(sentences, re.compile("may")), dates={"may": "a"}) == ["dates: is no number"]


def test_a_wording_may_tell_kinds_apart_and_add_a_hint() -> None:
    wording = Wording(
        {"zero": "must not be nothing"},
        re.compile("x"),
        kind=lambda error: "zero" if error["input"] == 0 else error["type"],
        hint=lambda _error, key: f"; see {key}",
    )
    assert findings(wording, total=0) == ["total: must not be nothing; see total"]
