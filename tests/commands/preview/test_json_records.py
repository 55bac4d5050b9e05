"""Decoded records as JSON text, in whatever layout."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from consumer.avro.errors import Undecodable
from consumer.commands.preview.json_records import LONGEST, JsonRecord, JsonText, json_records

JANE, JOE = {"email": "jane@example.com", "total": 19.9}, {"email": "joe@example.com", "products": [{"id": "p1"}]}


def read(text: str | bytes) -> list[Any]:
    """Each record, or the sentence that refuses it."""
    found: list[Any] = []
    for record, line in json_records(io.BytesIO(text if isinstance(text, bytes) else text.encode())):
        try:
            found.append(JsonRecord("com.shop.Order", line).decode(record).value)
        except Undecodable as refusal:
            found.append(str(refusal))
    return found


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{json.dumps(JANE)}\n{json.dumps(JOE)}\n", id="lines"),
        pytest.param(f"\n{json.dumps(JANE)}\r\n  \r\n {json.dumps(JOE)}", id="lines with blank ones between"),
        pytest.param(
            f"{json.dumps(JANE, indent=2)}\n{json.dumps(JOE, indent=2)}\n", id="documents, as jq prints them"
        ),
        pytest.param(f"\n\n{json.dumps(JANE, indent=2)}{json.dumps(JOE)}", id="documents that follow without a line"),
        pytest.param(json.dumps([JANE, JOE], indent=2), id="a list over several lines"),
        pytest.param(f"[\n{json.dumps(JANE)},\n{json.dumps(JOE)}\n]", id="a list with a record a line"),
        pytest.param(json.dumps([JANE, JOE]), id="a list in one line"),
        pytest.param(f"{json.dumps([JANE])}\n{json.dumps([JOE])}\n[]", id="a list a line"),
        pytest.param(f"\ufeff{json.dumps([JANE, JOE], indent=4)}", id="with a byte order mark"),
    ],
)
def test_two_records_in_any_layout(text: str) -> None:
    assert read(text) == [JANE, JOE]


@pytest.mark.parametrize("text", ["", "\n \n", "[]", "[\n]\n"])
def test_no_records(text: str) -> None:
    assert read(text) == []


def test_null_stays_a_record_without_a_value() -> None:
    """It stands for a tombstone, wherever it stands."""
    for text in (b"null\n", b"[\n null\n]"):
        assert list(json_records(io.BytesIO(text))) == [JsonText(b"null", line=1)]


def test_numbers_are_doubles_as_they_are_in_most_schemas() -> None:
    """Also through a list: `0.1` is not `0.10000000000000001` afterwards."""
    for text in (
        '{"total": 0.1, "count": 12345678901234567890}',
        '[\n{"total": 0.1, "count": 12345678901234567890}]',
    ):
        (record,) = read(text)
        assert (record["total"], type(record["total"])) == (0.1, float)
        assert record["count"] == 12345678901234567890


@pytest.mark.parametrize(
    "line",
    [b'{"a": 1', b"[1, 2", b"not JSON", b'"text"', b"17", b"\xff\xfe\x00", b'{"a": ' + b"[" * 100_000, b"9" * 10_000],
    ids=lambda line: repr(line[:20]),
)
def test_a_line_that_is_no_record_is_refused_and_the_next_goes_on(line: bytes) -> None:
    refused, record = read(line + b"\n" + json.dumps(JANE).encode())
    assert "JSON" in refused
    assert record == JANE


@pytest.mark.parametrize("text", [r'{"email": "\ud83d"}', r'{"\ud83d": 1}', r'[{"tags": ["\udc00"]}]'])
def test_half_a_surrogate_pair_is_no_text(text: str) -> None:
    """JSON can write it and Avro cannot; no output takes it."""
    assert read(text) == [r"the record has half a surrogate pair, such as \ud83d alone, which is no text"]
    assert read(r'{"name": "\ud83d\ude00"}') == [{"name": "\U0001f600"}]


def test_a_record_in_a_list_that_is_none_is_refused_alone() -> None:
    assert read(json.dumps([1, [JOE], JANE], indent=1)) == ["the record is no JSON object"] * 2 + [JANE]


def test_a_broken_document_is_one_fault_with_its_place() -> None:
    """And no fault for each of its lines."""
    text = json.dumps(JANE, indent=2).replace(",", ";")
    assert read(text) == ["the record is not JSON: Expecting ',' delimiter: line 2 column 30"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(f"{json.dumps(JANE)}\n\n{{broken\n{json.dumps(JOE)}", 3, id="a line"),
        pytest.param(f"\n{json.dumps(JANE, indent=1)}\n{{\n  broken\n}}\n", 7, id="a document behind another"),
        pytest.param(f"[\n{json.dumps(JANE)},\n{{broken}}]", 3, id="in a list"),
        pytest.param(f"{json.dumps(JANE, indent=1)}\nbroken\n{json.dumps(JOE)}", 5, id="lines behind a document"),
        pytest.param(f"{json.dumps(JANE)}\n{'9' * 10_000}", 2, id="a number that Python does not read"),
    ],
)
def test_what_is_broken_is_told_with_its_line_of_the_file(text: str, line: int) -> None:
    """And not of the record, which nobody can count."""
    (refused,) = (each for each in read(text) if isinstance(each, str))
    assert f"line {line}" in refused


def test_what_stands_ahead_of_a_broken_document_is_read() -> None:
    first, refused = read(f"{json.dumps(JANE, indent=2)}\n{{\n")
    assert first == JANE
    assert refused.startswith("the record is not JSON")


def test_a_document_that_is_not_utf_8_is_one_fault() -> None:
    (refused,) = read(json.dumps({"name": "Zoë", "email": ""}, indent=2, ensure_ascii=False).encode("latin-1"))
    assert "utf-8" in refused


def test_lines_are_given_as_they_come() -> None:
    """As from a pipe that never ends."""

    class Endless(io.RawIOBase):
        def readline(self, _size: int | None = -1, /) -> bytes:
            return json.dumps(JANE).encode() + b"\n"

    records = json_records(Endless())  # type: ignore[arg-type]  # a stream's reading half
    assert [json.loads(next(records).text) for _ in range(3)] == [JANE] * 3


def test_a_line_beyond_all_measure_is_refused_as_one() -> None:
    refused, record = read(b"x" * (2 * LONGEST + 5) + b"{}\n" + json.dumps(JANE).encode())
    assert refused == f"the record has more than {LONGEST} bytes"
    assert record == JANE


def test_a_document_beyond_all_measure_is_not_held_in_memory() -> None:
    """It is read as lines, of which it says what they are."""
    filler = b" " * (LONGEST // 2) + b"\n"
    opening, key, record = read(b'{\n"email":\n' + 3 * filler + json.dumps(JANE).encode())
    assert "not JSON" in opening
    assert "not JSON" in key
    assert record == JANE


def test_a_record_that_is_nested_beyond_what_can_be_looked_at_is_refused() -> None:
    assert read('{"a": ' + "[" * 60_000 + "]" * 60_000 + "}\n{}") == [
        "the record is JSON that is nested too deeply to look at: line 1",
        {},
    ]


def test_an_unchanged_column_of_debeziums_is_no_value() -> None:
    """As in the topic: of text, and of dates."""
    record = {"note": "__debezium_unavailable_value", "days": list(b"__debezium_unavailable_value"), "id": 7}
    assert read(json.dumps(record)) == [{"note": None, "days": None, "id": 7}]
