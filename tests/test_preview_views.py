"""Previews as programs and as people read them."""

from __future__ import annotations

import io

import orjson
from rich.console import Console

from consumer.preview_views import as_line, as_table
from consumer.previewing import Previewed
from consumer.records import EventRequest, Mapped, Partition, Reason, Reject, Send, Skip, Stage

BODY = b'{"event":"search","properties":{"token":"***","search_term":"[red]scarf[/red]"}}'
SENT = Send((EventRequest("search", BODY, "jane"), EventRequest("identify", BODY, "jane")))
REFUSED = Reject(Reason.MISSING_FIELD, Stage.MAP, "email: missing", "email")
PLACE = Partition("shop.orders", 3), 42


def shown(*outcomes: Mapped) -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(as_table(map(Previewed, outcomes)))
    return out.getvalue()


def test_what_is_sent_is_a_line_with_the_documents_as_they_are_posted() -> None:
    assert orjson.loads(as_line(Previewed(SENT))) == {"outcome": "send", "requests": [orjson.loads(BODY)] * 2}


def test_what_is_refused_is_a_line_with_the_reason_the_field_and_the_rule() -> None:
    assert orjson.loads(as_line(Previewed(REFUSED))) == {
        "outcome": "reject",
        "reason": "missing_field",
        "field": "email",
        "message": "email: missing",
    }


def test_what_is_skipped_is_a_line_with_the_reason() -> None:
    assert as_line(Previewed(Skip("when"))) == b'{"outcome":"skip","reason":"when"}'


def test_a_record_of_a_topic_is_told_with_its_place() -> None:
    assert orjson.loads(as_line(Previewed(Skip("when"), PLACE))) == {
        "outcome": "skip",
        "reason": "when",
        "partition": 3,
        "offset": 42,
    }


def test_the_table_has_a_row_for_each_request_and_each_record_without_one() -> None:
    rows = [line.split() for line in shown(SENT, REFUSED, Skip("tombstone")).splitlines() if line.startswith("│")]
    assert [row[1] for row in rows] == ["1", "1", "2", "3"]
    assert rows[2][3:] == ["reject", "│", "│", "missing_field", "│", "email", "│", "email:", "missing", "│"]


def test_what_stands_in_a_record_is_no_markup() -> None:
    assert "[red]scarf[/red]" in shown(SENT)


def test_the_table_shows_the_start_of_what_is_long() -> None:
    body = orjson.dumps({"event": "search", "properties": {"token": "***", "search_term": "x" * 500}})
    told = shown(Send((EventRequest("search", body, "jane"),)))
    assert "xxx..." in told
    assert told.count("x") < 100


def test_a_record_of_a_topic_is_named_in_the_table_by_its_place() -> None:
    out = io.StringIO()
    Console(file=out, width=200).print(as_table([Previewed(Skip("when"), PLACE)]))
    assert "shop.orders[3] 42" in out.getvalue()
