"""Previews as programs and as people read them."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any

import orjson
import pytest
from rich.console import Console

from consumer.commands.preview.hints import Hints
from consumer.commands.preview.preview import Previewed
from consumer.commands.preview.views import as_line, as_table, in_sum, show
from consumer.records import EventRequest, Mapped, Omission, Partition, Reason, Reject, Send, Skip, Stage
from tests.mapping.support import route

BODY = b'{"event":"search","properties":{"token":"***","search_term":"[red]scarf[/red]"}}'
SENT = Send((EventRequest("search", BODY, "jane"), EventRequest("identify", BODY, "jane")))
REFUSED = Reject(Reason.MISSING_FIELD, Stage.MAP, "email: missing", "email", "purchase")
PLACE = Partition("shop.orders", 3), 42
EMAIL = "jane.doe@example.com"


def shown(*outcomes: Mapped, width: int = 200) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(as_table(map(Previewed, outcomes)))
    return out.getvalue()


def sends(event: str, **properties: Any) -> Send:
    body = orjson.dumps({"event": event, "properties": {"token": "***", "distinct_id": EMAIL, **properties}})
    return Send((EventRequest(event, body, EMAIL),))


def test_no_control_character_of_a_records_own_names_reaches_the_terminal() -> None:
    table = shown(
        sends("viewed_product", **{"a\x1b[2J": 1, "customer": {"b\x1b[2J": 2}, "products": [{"c\x1b[2J": 3}]})
    )
    assert "\x1b" not in table
    assert all(f"{name}\\u001b[2J" in table for name in "abc")


def test_the_sum_names_the_reasons_of_what_is_not_sent() -> None:
    counts = Counter(
        {("send", ""): 10, ("reject", "missing_field"): 2, ("reject", "too_old"): 1, ("skip", "when"): 3}
    )
    assert in_sum(counts) == "16 records: 10 send, 3 skip (3 when), 3 reject (2 missing_field, 1 too_old)"


def test_more_than_one_record_has_a_sum_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """A program reads a line for each record, and nothing else."""
    assert show(iter([Previewed(SENT), Previewed(REFUSED)]), "json")
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    assert err == "2 records: 1 send, 1 reject (1 missing_field)\n"

    assert show(iter([Previewed(SENT)]), "json")
    assert capsys.readouterr().err == ""


def test_hints_stand_behind_the_sum(capsys: pytest.CaptureFixture[str]) -> None:
    order = sends("purchase", total=90240)
    assert show(iter([Previewed(order)] * 2), "json", Hints((route("purchase"),), "shop.events"))
    first, second = capsys.readouterr().err.splitlines()
    assert first == "2 records: 2 send"
    assert second.startswith("hint: fields.total: all 2 values are whole numbers of 100 and more")


def test_what_is_sent_is_a_line_with_the_documents_as_they_are_posted() -> None:
    assert orjson.loads(as_line(Previewed(SENT))) == {"outcome": "send", "requests": [orjson.loads(BODY)] * 2}


def test_what_was_left_out_stands_beside_it_and_has_rows_of_its_own() -> None:
    left_out = Omission("search", "client", "client: is nested too deeply", "client")
    own_name = Omission("search", "products[0].a\x1b[2J", "products[0].a\x1b[2J: is no number", "products.*")
    partial = SENT._replace(omitted=(left_out, own_name))
    line = orjson.loads(as_line(Previewed(partial)))
    assert line["omitted"] == ["client", "products[0].a\x1b[2J"]
    assert line["outcome"] == "send"
    table = shown(partial)
    assert [row.split()[1] for row in table.splitlines() if " search " in row] == ["send", "omit", "omit"]
    assert "client: is nested too deeply" in table
    assert "\x1b" not in table


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
    _, _, *rows = shown(SENT, REFUSED, Skip("tombstone")).splitlines()
    assert [row.split(maxsplit=3) for row in map(str.rstrip, rows)] == [
        ["1", "send", "search", 'jane      search_term: "[red]scarf[/red]"'],
        ["1", "send", "identify", 'jane      search_term: "[red]scarf[/red]"'],
        ["2", "reject", "purchase", "missing_field: email: missing"],
        ["3", "skip", "tombstone:", "the value is null"],
    ]


def test_every_field_is_a_line_of_its_cell_as_it_is_sent() -> None:
    """`true` is not `"true"`; what the customer's column has is not repeated; the token is nobody's business."""
    told = shown(
        sends(
            "purchase",
            customer={"email": EMAIL, "vip": True, "tier": "true"},
            products=[{"id": "p1", "price": 9.5}, {"id": "p2"}],
            total=19,
        )
    )
    first, *rest = [line.rstrip() for line in told.splitlines()[2:]]
    assert first.endswith(f"{EMAIL}  vip: true")
    assert [line.strip() for line in rest] == [
        'tier: "true"',
        'product: id "p1", price 9.5',
        'product: id "p2"',
        "total: 19",
    ]


def test_an_id_that_is_not_the_customers_name_is_a_field() -> None:
    body = orjson.dumps(
        {"event": "identify", "properties": {"token": "***", "distinct_id": "device-7", "customer": {"email": EMAIL}}}
    )
    told = shown(Send((EventRequest("identify", body, EMAIL),)))
    assert f'{EMAIL}  distinct_id: "device-7"' in told


@pytest.mark.parametrize("width", [80, 120])
def test_at_any_usual_width_everything_is_there(width: int) -> None:
    """What is too long for its column goes on in the next line; the first three are never broken."""
    told = shown(
        sends("remove_from_cart", products=[{"id": "SKU-2040", "price": 1234.5, "colour": "ultramarine"}]),
        Reject(Reason.INVALID_FIELD, Stage.MAP, "products[0].price: is not a finite number", event="wishlist"),
        width=width,
    )
    lines = told.splitlines()
    assert max(map(len, lines)) <= width
    assert lines[2].startswith(f"1       send     remove_from_cart  {EMAIL}")
    words = " ".join(told.split())
    for word in ('"SKU-2040"', "1234.5", '"ultramarine"', "invalid_field:", "products[0].price:", "finite"):
        assert word in words
    assert "…" not in told


def test_what_stands_in_a_record_is_no_markup_and_no_control_character() -> None:
    assert "[red]scarf[/red]" in shown(SENT)
    assert "\x1b" not in shown(sends("search", search_term="\x1b[2J"))


def test_the_table_shows_the_start_of_what_is_long_or_many() -> None:
    told = shown(sends("search", search_term="x" * 500))
    assert "xxx..." in told
    assert told.count("x") < 110
    many = shown(sends("viewed_product", products=[{"id": f"p{number}"} for number in range(30)]))
    assert "p19" in many
    assert "p20" not in many
    assert "... and 10 more" in many


def test_a_record_of_a_topic_is_named_in_the_table_by_its_place() -> None:
    out = io.StringIO()
    Console(file=out, width=80).print(as_table([Previewed(Skip("when"), PLACE)]))
    assert "3:42" in out.getvalue()


def test_a_number_is_shown_with_the_digits_that_are_sent() -> None:
    body = b'{"event":"purchase","properties":{"token":"***","total":12.30,"products":[{"id":"p1","price":1.0}]}}'
    told = shown(Send((EventRequest("purchase", body, EMAIL),)))
    assert "total: 12.30" in told
    assert 'id "p1", price 1.0' in told


CONSENT = (
    b'{"id":{"email":"jane@example.com"},'
    b'"state":{"event":"OPTIN","message_type":"MARKETING","consented_at":"2026-01-31T12:00:00Z"}}'
)
PROFILE = (
    b'{"id":{"email":"jane@example.com"},"link_ids":[{"phone_number":"+15556667777"}],"attributes":{"vip":true}}'
)


def test_a_request_to_a_rest_api_is_a_line_with_the_api_its_path_and_its_body() -> None:
    request = EventRequest("optin", CONSENT, "jane@example.com", destination="acme", api="eligibility")
    assert orjson.loads(as_line(Previewed(Send((request,)))))["requests"] == [
        {
            "event": "optin",
            "api": "eligibility",
            "path": "/namespaces/***/eligibility_events",
            "body": orjson.loads(CONSENT),
            "destination": "acme",
        }
    ]


def test_the_table_shows_a_rest_apis_path_and_each_value_with_its_section() -> None:
    told = shown(
        Send((EventRequest("optin", CONSENT, "jane@example.com", api="eligibility"),)),
        Send((EventRequest("identify", PROFILE, "jane@example.com", api="customers"),)),
    )
    for line in (
        "POST /namespaces/***/eligibility_events",
        'state.event: "OPTIN"',
        'state.consented_at: "2026-01-31T12:00:00Z"',
        "POST /namespaces/***/customers",
        'link_ids: [{"phone_number":"+15556667777"}]',
        "attributes.vip: true",
    ):
        assert line in told
    assert told.count("jane@example.com") == 2, "in the column of customers alone"
