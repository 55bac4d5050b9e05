"""The token is out of sight, and every other byte of a request is as it was."""

from __future__ import annotations

import time
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.sandbox.masking import masked_anywhere, masked_body

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["token", "a", '"', "\\"]), inner),
    max_leaves=8,
)


def mask(body: str | bytes) -> str:
    sent = body.encode() if isinstance(body, str) else body
    try:
        document = orjson.loads(sent)
    except ValueError:
        document = None
    return masked_body(sent, document).decode()


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ('{"properties":{"token":"acme"}}', '{"properties":{"token":"***"}}'),
        ('{ "properties" :\n\t{ "token" :\r\n "acme" } }', '{ "properties" :\n\t{ "token" :\r\n "***" } }'),
        ('{"properties":{"token":"ac\\"me","a":1}}', '{"properties":{"token":"***","a":1}}'),
        ('{"properties":{"token":"acme\\\\"},"a":"}"}', '{"properties":{"token":"***"},"a":"}"}'),
        ('{"properties":{"\\u0074oken":"acme"}}', '{"properties":{"\\u0074oken":"***"}}'),
        ('{"properties":{"token":1,"token":"acme"}}', '{"properties":{"token":"***","token":"***"}}'),
        ('{"properties":{"token":{"a":["acme"]},"b":2}}', '{"properties":{"token":"***","b":2}}'),
        ('{"properties":{"a":[{}],"token":"acme"}}', '{"properties":{"a":[{}],"token":"***"}}'),
        ('{"properties":{},"token":"acme"}', '{"properties":{},"token":"***"}'),
        ('{"properties":{"Token":"acme","TOKEN":"acme"}}', '{"properties":{"Token":"***","TOKEN":"***"}}'),
        ('{"properties":{"token":"acme"},"properties":{}}', '{"properties":{"token":"***"},"properties":{}}'),
    ],
)
def test_the_value_of_the_token_is_masked_where_it_stands(sent: str, shown: str) -> None:
    assert mask(sent) == shown


@pytest.mark.parametrize(
    "sent",
    [
        '{"properties":{"total":10.00,"id":123456789012345678901234567890,"a":1,"a":2,"e":1E+2,"z":-0}}',
        '{"properties":{"customer":{"token":"hers"},"products":[{"token":"its"}]}}',
        '{"properties":{"search_term":"\\"token\\":\\"a\\", token=b","tokens":"c","a":"token"}}',
        '{"properties":{"caf\\u00e9":"\\ud83d\\ude00 é \\/"}}',
        '{"properties":{"token":null}}',
        '{"properties":{"token":""}}',
    ],
)
def test_all_else_is_left_as_it_was(sent: str) -> None:
    assert mask(sent) == sent


@pytest.mark.parametrize(
    "sent",
    [
        '{"properties": {"token": "acme"',
        '{"properties": {"\\u0074oken": "acme',
        '{"event": "it"s broken", "properties": {"token" : "acme"}}',
        '{"event": "unclosed, "properties": {"token": "acme"}}',
        "{properties: {token: 'acme'}}",
        "event=optin&token=acme&distinct_id=jane",
        "data=%7B%22properties%22%3A+%7B%22token%22%3A%22acme%22%2C%22distinct_id%22%3A%22jane%22%7D%7D",
        "<event><token>acme</token></event>",
        '"{\\"properties\\": {\\"token\\": \\"acme\\"}}"',
        '{"properties": "{\\"token\\": \\"acme\\"}"}',
        '[{"properties": {"token": "acme"}}]',
        '{"properties": {"TOKEN": "acme"',
    ],
)
def test_outside_an_envelope_whatever_is_called_a_token_is_masked(sent: str) -> None:
    shown = mask(sent)
    assert "acme" not in shown
    assert "***" in shown
    assert shown.replace("***", "acme") == sent


def test_bytes_that_are_no_utf8_stay_as_they_are() -> None:
    sent = b'{"properties": {"name": "\xff\xfe", "token": "acme"}}'
    assert masked_body(sent, None) == sent.replace(b"acme", b"***")


def test_a_body_in_utf16_is_masked_too() -> None:
    sent = '{"properties": {"token": "acme"}}'.encode("utf-16-le")
    assert masked_body(sent, None).decode("utf-16-le") == '{"properties": {"token": "***"}}'


def test_the_query_of_an_address_is_masked() -> None:
    assert masked_anywhere("/api/track?a=1&token=acme&b=2") == "/api/track?a=1&token=***&b=2"


@given(st.dictionaries(st.sampled_from(["token", "event", "x"]), JSON), st.dictionaries(st.text(), JSON))
def test_of_any_json_only_the_token_is_changed(envelope: dict[str, Any], properties: dict[str, Any]) -> None:
    document = {**envelope, "properties": {**properties, "token": "a\"'\\ secret é"}}
    shown = orjson.loads(masked_body(orjson.dumps(document), document))
    expected = {**document, "properties": {**properties, "token": "***"}}
    if expected.get("token") not in (None, ""):
        expected["token"] = "***"
    assert shown == expected


@pytest.mark.ratio
def test_a_body_of_nothing_but_backslashes_takes_no_longer_than_another() -> None:
    """In CPU time against a body as long; were every backslash looked at from every other, it would take hours."""

    def spent(body: bytes) -> float:
        begun = time.process_time()
        assert masked_body(body, None) == body
        return time.process_time() - begun

    assert spent(b"\\" * 200_000) < 100 * spent(b"x" * 200_000) + 1


@given(st.binary())
def test_any_bytes_can_be_shown(body: bytes) -> None:
    try:
        document = orjson.loads(body)
    except ValueError:
        document = None
    if b"token" not in body.lower().replace(b"\0", b"") and b"u00" not in body:
        assert masked_body(body, document) == body
