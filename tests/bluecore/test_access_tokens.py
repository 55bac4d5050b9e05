"""One token of a client for the whole process, whoever shows it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.responses import Response
from structlog.testing import capture_logs

from consumer.bluecore.access_tokens import access_tokens, missing_scopes
from consumer.tokens.token import Token, TokenUnavailable
from tests.support.rest_api import RestApi, rest_api_section
from tests.support.waiting import eventually


def test_all_who_show_tokens_of_one_client_share_one_fetch(api: RestApi, url: str) -> None:
    """Whatever else their sections say."""
    sections = [rest_api_section(url), rest_api_section(url, verify_share=0.5), rest_api_section(url)]
    with ThreadPoolExecutor(3) as threads:
        texts = list(threads.map(lambda section: access_tokens(section).token().text, sections))
    assert (texts, len(api.token_requests)) == (["t1"] * 3, 1)


def test_another_client_has_tokens_of_its_own(api: RestApi, url: str) -> None:
    texts = {access_tokens(rest_api_section(url, client_id=name)).token().text for name in ("a", "b")}
    assert (texts, len(api.token_requests)) == ({"t1", "t2"}, 2)


def test_nobody_waits_for_the_token_service(api: RestApi, url: str) -> None:
    """The first question begins the fetch, and gets nothing yet or the token."""
    tokens = access_tokens(rest_api_section(url))
    tokens.current()
    eventually(tokens.current, 20, "the first token")
    assert (tokens.token().text, len(api.token_requests)) == ("t1", 1)


def test_it_is_fetched_anew_before_it_ends(api: RestApi, url: str) -> None:
    """At no time there is none that is good."""
    api.seconds = 2
    tokens = access_tokens(rest_api_section(url))
    texts = {tokens.token().text}

    def looked() -> bool:
        token = tokens.current()
        assert token is not None
        texts.add(token.text)
        return len(texts) >= 3

    eventually(looked, 60, "two renewals")


def test_one_that_the_api_refuses_is_replaced_once_by_a_fresh_one(api: RestApi, url: str) -> None:
    tokens = access_tokens(rest_api_section(url))
    first = tokens.token()
    for _ in range(5):
        tokens.refused(first)
    assert tokens.token().text == "t2"
    tokens.refused(first)
    assert (tokens.token().text, len(api.token_requests)) == ("t2", 2)


def test_a_service_that_is_away_is_told_once_and_comes_back_by_itself(api: RestApi, url: str) -> None:
    api.instead_of_token = Response("no", 503)
    tokens = access_tokens(rest_api_section(url))
    with capture_logs() as logs:
        with pytest.raises(TokenUnavailable, match="answers 503: it is asked again"):
            tokens.token()
        eventually(lambda: len(api.token_requests) > 2, 60, "some tries")
        assert tokens.current() is None
        api.instead_of_token = None
        eventually(tokens.current, 60, "a token")
    assert [(line["log_level"], line["event"]) for line in logs] == [
        ("warning", "the token for Bluecore cannot be renewed: it is tried again until it can"),
        ("info", "the token for Bluecore can be renewed again"),
    ]


@pytest.mark.parametrize(
    ("scopes", "says"),
    [
        (frozenset({"eligibility:read", "eligibility:write"}), ""),
        (frozenset({"eligibility:write"}), "does not allow eligibility:read: add it in Bluecore's Developer Portal"),
        (frozenset(), "does not allow eligibility:read, eligibility:write:"),
        (None, ""),
    ],
)
def test_what_a_token_does_not_allow(scopes: frozenset[str] | None, says: str) -> None:
    found = missing_scopes(Token("t", 1.0, scopes), ["eligibility:write", "eligibility:read"])
    assert (says in found) if says else found == ""
