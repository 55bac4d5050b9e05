"""Secrets and e-mails are masked in every place and spelling; customers get a stable pseudonym."""

from __future__ import annotations

import json
import time
from urllib.parse import quote

import pytest

from consumer.telemetry.masking import NO_SECRETS, Secrets, customer_hash, masked, masker, without_phones

TOKEN = 'na"me\nsp/äce'


@pytest.mark.parametrize(
    "spelling",
    [TOKEN, json.dumps(TOKEN), repr(TOKEN), quote(TOKEN), quote(TOKEN, safe="")],
    ids=["plain", "JSON", "repr", "URL path", "URL parameter"],
)
def test_a_secret_is_masked_in_each_spelling(spelling: str) -> None:
    text = masker(Secrets(anywhere=(TOKEN,)))(f"before {spelling} after")
    assert "sp" not in text
    assert text.startswith("before ")
    assert text.endswith(" after")


@pytest.mark.parametrize(
    "address",
    [
        "jane@example.com",
        "jane.doe+shop@mail.example.co.uk",
        "o'hara_x@example.com",
        "jane%40example.com",
        "jané@exämple.com",
        '"jane doe"@example.com',
        "JANE@EXAMPLE.COM",
    ],
)
def test_an_email_is_masked(address: str) -> None:
    assert masker(NO_SECRETS)(f"to <{address}>, done") == "to <***@***>, done"


@pytest.mark.parametrize("text", ["kafka:9092", "@dataclass", "a @ b", "group@host", "pkg==1.0", "100%", "%40"])
def test_what_is_no_email_stays(text: str) -> None:
    assert masker(NO_SECRETS)(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "shop",
        "the namespace shop.",
        "unknown token 'shop'",
        "https://bluecore/v1?token=shop&event=search",
        "https://bluecore/shop/events",
        "token%3Dshop%26event%3Dsearch",
        '{"token":"shop"}',
        "%22token%22%3A%22shop%22",
        r"{\"token\": \"shop\"}",
        r"b'no such namespace:\nshop\n'",
    ],
)
def test_a_secret_that_is_a_plain_word_is_masked_wherever_it_stands_alone(text: str) -> None:
    assert masker(Secrets(words=("shop",)))(text) == text.replace("shop", "***")


@pytest.mark.parametrize(
    "text",
    [
        "shop.orders[0]",
        r"^shop\.(a|b)",
        r"^eu\.shop",
        "eu.shop",
        "shop-orders",
        "the_shop",
        "workshop",
        "shop.example.com:9092",
    ],
)
def test_a_name_that_has_the_word_in_it_stays_legible(text: str) -> None:
    """Topics are often named after the shop, as its namespace is."""
    assert masker(Secrets(words=("shop",)))(text) == text


def test_a_key_is_masked_inside_a_word_too() -> None:
    assert masker(Secrets(anywhere=("s3cret",)))("xs3crety.s3cret") == "x***y.***"


def test_an_empty_secret_masks_nothing() -> None:
    assert masker(Secrets(("", "  "), ("", " ")))("text") == "text"


def test_the_longer_of_two_secrets_is_masked_whole() -> None:
    assert masker(Secrets(("abc",), ("abcdef",)))("abcdef") == "***"


def test_masking_reaches_into_nested_values_and_keeps_plain_ones() -> None:
    value = {"list": ["token", b"token"], "n": 1, "ok": True, "none": None, "error": ValueError("token")}
    expected = {"list": ["***", "***"], "n": 1, "ok": True, "none": None, "error": "***"}
    assert masked(value, masker(Secrets(("token",)))) == expected


@pytest.mark.ratio
@pytest.mark.parametrize("text", ["a" * 200_000 + "@", "a%40b" * 40_000, '"' * 200_000 + "@", "a@" * 100_000])
def test_a_long_text_is_masked_in_linear_time(text: str) -> None:
    started = time.process_time()
    masker(NO_SECRETS)(text)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("number", ["+15556667777", "15556667777", "+1 (555) 666-7777", "+1.555.666.7777"])
def test_what_may_be_a_phone_number_is_masked_where_others_speak_of_a_customer(number: str) -> None:
    assert without_phones(f"no customer {number}, code 404") == "no customer ***, code 404"


def test_the_address_of_a_host_is_no_phone_number() -> None:
    said = "http://10.20.30.40:18090 404 tel://5556667777"
    assert without_phones(said) == "http://10.20.30.40:18090 404 tel://***"


def test_a_customer_has_one_pseudonym_whichever_way_the_address_is_written() -> None:
    assert customer_hash(" Jane@Example.com", "ns") == customer_hash("jane@example.com", "ns")


def test_pseudonyms_of_two_namespaces_cannot_be_compared() -> None:
    assert customer_hash("jane@example.com", "one") != customer_hash("jane@example.com", "two")


def test_pseudonyms_do_not_change_from_release_to_release() -> None:
    assert customer_hash("jane@example.com", "ns") == "89aa7cbdde6fe336"
