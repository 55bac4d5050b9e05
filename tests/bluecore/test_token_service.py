"""One token for client credentials, or a sentence that says what is wrong with what."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.responses import JSONResponse, RedirectResponse, Response

from consumer.bluecore.token_service import Credentials, TokenService
from consumer.tokens.token import Token, TokenUnavailable
from tests.support.rest_api import AUDIENCE, CLIENT_ID, CLIENT_SECRET, SCOPES, RestApi, rest_api_section
from tests.support.waiting import free_port

NOW = 5_000.0


def fetch(url: str, **changed: str) -> Token:
    return TokenService(Credentials.of(rest_api_section(url, **changed), None), lambda: NOW)()


def test_it_is_asked_for_as_the_help_centre_says(api: RestApi, url: str) -> None:
    token = fetch(url)
    assert (token.text, token.expires_at) == ("t1", NOW + 86_400)
    assert token.scopes == frozenset(SCOPES.split())
    assert api.token_requests == [
        {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "audience": AUDIENCE,
            "grant_type": "client_credentials",
        }
    ]


def test_a_secret_that_ends_in_a_line_break_is_that_secret(api: RestApi, url: str) -> None:
    fetch(url, client_secret=f"{CLIENT_SECRET}\n")
    assert api.token_requests[0]["client_secret"] == CLIENT_SECRET


def test_what_the_service_does_not_say_is_not_known(api: RestApi, url: str) -> None:
    api.scope = None
    assert fetch(url).scopes is None


@pytest.mark.parametrize(
    ("grant", "seconds"),
    [
        ({"expires_in": "3600"}, 3600),
        ({"expires_in": 3600.5}, 3600.5),
        ({}, 300),
        ({"expires_in": 30 * 86_400}, 86_400),  # it is renewed sooner than it would have to be
    ],
)
def test_a_life_in_other_forms(api: RestApi, url: str, grant: dict[str, object], seconds: float) -> None:
    api.instead_of_token = JSONResponse({"access_token": "t", **grant})
    assert fetch(url).expires_at == NOW + seconds


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (
            {"client_secret": "wrong"},
            r"answers 401 \(access_denied, Unauthorized\): check client_id and client_secret of the client",
        ),
        (
            {"audience": "https://elsewhere"},
            r"answers 403 \(access_denied, Service not found: https://elsewhere\): check audience, and what the",
        ),
    ],
)
def test_what_is_wrong_with_the_key_is_said(url: str, changed: dict[str, str], says: str) -> None:
    with pytest.raises(TokenUnavailable, match=says) as caught:
        fetch(url, **changed)
    assert str(caught.value).startswith(f"no access token for Bluecore's REST APIs from {url}/oauth/token: it ")
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Response("no", 503), "it answers 503: it is asked again"),
        (
            JSONResponse({"error": "too_many_requests"}, 429),
            r"429 \(too_many_requests\): it is asked again",
        ),
        (Response("<html>", 404), "it answers 404: check token_url, with its whole path"),
        (RedirectResponse("https://elsewhere/"), "it answers 307: check token_url, with its whole path"),
        (Response("<html>", 200), "what answers sends no token: check token_url"),
        (JSONResponse({"access_token": "t", "expires_in": 0}), "what answers sends no token: check token_url"),
        (JSONResponse(["t"]), "what answers sends no token: check token_url"),
        (JSONResponse({"error": 5}, 400), "it answers 400: check client_id and client_secret"),
        (JSONResponse({"error": CLIENT_SECRET}, 400), r"it answers 400 \(\*\*\*\): check"),
    ],
)
def test_another_answer_is_a_sentence(api: RestApi, url: str, answer: Response, says: str) -> None:
    api.instead_of_token = answer
    with pytest.raises(TokenUnavailable, match=says):
        fetch(url)


def test_a_service_whose_name_is_unknown_is_a_sentence() -> None:
    with pytest.raises(TokenUnavailable, match="its host name is unknown to DNS: check token_url"):
        fetch("http://no-such-host.invalid")


def test_a_service_that_is_away_is_a_sentence() -> None:
    with pytest.raises(TokenUnavailable, match="nothing accepts connections there: check token_url"):
        fetch(f"http://127.0.0.1:{free_port()}")


def test_no_secret_is_taken_from_the_machine_s_own_file(
    api: RestApi, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A .netrc with the service's host would put its own words into the request's header."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert fetch(url).text == "t1"
    assert api.authorizations == [""]


def test_credentials_do_not_show_their_secret() -> None:
    assert CLIENT_SECRET not in repr(Credentials.of(rest_api_section("http://127.0.0.1"), None))
