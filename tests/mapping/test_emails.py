"""E-mail addresses: what is taken, what is told of one that is not, and what `normalise_email` makes of it."""

from __future__ import annotations

import pytest
from email_validator import validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from consumer.mapping.emails import cleaned, email, is_email, normalised_email
from consumer.mapping.errors import InvalidValueError

LOCAL = "a" * 64
DOMAIN = ".".join(("b" * 63, "b" * 63, "b" * 58, "de"))
LONGEST = f"{LOCAL}@{DOMAIN}"
JANE = "jane@example.com"


@pytest.mark.parametrize(
    "value", [JANE, "Jane.O'Neil+news@mail.example.co.uk", "ä@bücher.example", LONGEST, "a@xn--bcher-kva.example"]
)
def test_an_address_is_taken_as_it_is(value: str) -> None:
    assert email(value) == value


@pytest.mark.parametrize("value", ["", "  "])
def test_a_blank_address_is_missing(value: str) -> None:
    assert email(value) is None
    assert normalised_email(value) is None


@pytest.mark.parametrize("value", [7, None, True, [JANE]])
def test_an_address_is_text(value: object) -> None:
    with pytest.raises(InvalidValueError, match="must be text"):
        email(value)


NO_ADDRESSES = """jane jane@ @example.com jane@example jane@example. jane@.com a@b@c.de .jane@example.com
jane.@example.com ja..ne@example.com jane@-example.com jane@example-.com jane@exa_mple.com jane@[127.0.0.1]
jane@127.0.0.1 jane@shop.local"""


@pytest.mark.parametrize(
    "value",
    [
        *NO_ADDRESSES.split(),
        "a b@c.de",
        '"jane doe"@example.com',
        "jane@example.com, john@example.com",
        "<jane@example.com>, <john@example.com>",
        "jane@example.com>",
        "jane<@example.com",
        "a@b.de\ud800",
        "a" * 9_999_999,
    ],
)
def test_what_is_no_address_is_refused_whatever_would_be_cleaned(value: str) -> None:
    for accept in (email, normalised_email):
        with pytest.raises(InvalidValueError, match=r"^is no e-mail address"):
            accept(value)


@pytest.mark.parametrize(
    ("value", "character"),
    [
        (" jane@example.com", "U+0020 (SPACE)"),
        ("jane@example.com\u00a0", "U+00A0 (NO-BREAK SPACE)"),
        ("jane\u200b@example.com", "U+200B (ZERO WIDTH SPACE)"),
        ("\ufeffjane@example.com", "U+FEFF (ZERO WIDTH NO-BREAK SPACE)"),
        ("ja\u00adne@example.com", "U+00AD (SOFT HYPHEN)"),
        ("\u202ajane@example.com\u202c", "U+202A (LEFT-TO-RIGHT EMBEDDING)"),
        ("jane@example.com\x00", "U+0000 (a control character)"),
        ("jane@example.com\r\n", "U+000D (a control character)"),
        ("<jane@example.com>", "U+003C (LESS-THAN SIGN)"),
        ("mailto:jane@example.com", "U+003A (COLON)"),
        ("MAILTO:Jane@Example.com?subject=hi", "U+003A (COLON)"),
        ("Jane Doe <jane@example.com>", "U+0020 (SPACE)"),
        ('"Doe, Jane" <jane@example.com>', "U+0022 (QUOTATION MARK)"),
        ("Jane<mailto:jane@example.com>", "U+003C (LESS-THAN SIGN)"),
        ("\uff4aane@example.com", "U+FF4A (FULLWIDTH LATIN SMALL LETTER J)"),
        ("jane\uff20example.com", "U+FF20 (FULLWIDTH COMMERCIAL AT)"),
        ("jane@example\u3002com", "U+3002 (IDEOGRAPHIC FULL STOP)"),
        ('"jane@example.com"', "U+0022 (QUOTATION MARK)"),
        ("jane@example.com\u3164", "U+3164 (HANGUL FILLER)"),
        ("jane\ufe0f@example.com", "U+FE0F (VARIATION SELECTOR-16)"),
    ],
)
def test_what_cleaning_mends_is_refused_by_its_character_and_cleaned_on_request(value: str, character: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        email(value)
    assert str(refused.value) == f"is no e-mail address: it holds {character}; `normalise_email: true` cleans it"
    assert normalised_email(value) == JANE
    assert is_email(value)


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("a" * 65 + "@example.com", "it has 65 characters before the @, and 64 is the most"),
        (f"a@{'b.' * 126}de", "it has 254 characters behind the @, and 253 is the most"),
        (f"a{LOCAL[1:]}@b{DOMAIN}", "it has 255 bytes, and 254 is the most"),
        ("ä" * 64 + f"@{DOMAIN}", "it has 318 bytes, and 254 is the most"),
        ("a" * 2000, "it has more than 1000 characters, and 254 is the most"),
        ("jane@shop.test", "no mailbox is in .test"),
    ],
)
def test_the_limit_that_is_broken_is_told(value: str, rule: str) -> None:
    with pytest.raises(InvalidValueError, match=rule):
        email(value)


def test_what_no_cleaning_mends_is_not_told_so() -> None:
    with pytest.raises(InvalidValueError, match=r"^is no e-mail address: it holds U\+0020 \(SPACE\)$"):
        email("jane at example.com")
    with pytest.raises(InvalidValueError, match=r"^is no e-mail address$"):
        email("jane")


@pytest.mark.parametrize(("value", "whether"), [(" Jane@Example.com ", True), ("jane", False), ("a b@c.de", False)])
def test_whether_a_text_is_the_address_of_a_mailbox(value: str, *, whether: bool) -> None:
    assert is_email(value) is whether


WRITTEN = st.text(alphabet='aZ9.-_+@<>" \u200b\uff20:\u00e9\ud800', max_size=30) | st.emails()


@given(
    value=WRITTEN
    | st.text(max_size=40)
    | st.from_regex(r"[a-z0-9.!-]{1,70}@[a-z0-9.-]{1,80}\.[a-z]{2,5}", fullmatch=True)
)
@example("a@b.c-d.de")
def test_no_address_is_taken_that_email_validator_refuses(value: str) -> None:
    """And whatever is refused, is refused in words."""
    try:
        taken = email(value)
    except InvalidValueError as rule:
        assert str(rule).startswith("is no e-mail address")  # noqa: PT017 - either outcome is right
        return
    assert taken is None or validate_email(taken, check_deliverability=False)


@given(value=WRITTEN)
def test_what_is_clean_stays(value: str) -> None:
    once = cleaned(value)
    if is_email(once):
        assert cleaned(once) == once
