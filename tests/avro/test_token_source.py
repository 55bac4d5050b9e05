"""A token is fetched anew when four fifths of its life are over."""

from __future__ import annotations

from consumer.avro.options import RegistryOptions, TokenClient
from consumer.avro.token_source import TokenSource
from consumer.sandbox.serve import serve
from tests.avro.test_credentials import Issuer


def test_it_is_fetched_anew_when_four_fifths_of_its_life_are_over() -> None:
    now, issuer = [1000.0], Issuer(seconds=100)
    with serve(issuer) as url:
        tokens = TokenSource(TokenClient(url, "id", "secret"), RegistryOptions(), clock=lambda: now[0])
        assert tokens.token() == "token-1"
        now[0] += 79
        assert tokens.token() == "token-1"
        now[0] += 1
        assert tokens.token() == "token-2"
        tokens.close()


def test_one_that_was_refused_is_not_fetched_twice() -> None:
    """Two threads may have been refused with the same one."""
    issuer = Issuer()
    with serve(issuer) as url:
        tokens = TokenSource(TokenClient(url, "id", "secret"), RegistryOptions())
        first = tokens.token()
        tokens.refused(first)
        assert tokens.token() == "token-2"
        tokens.refused(first)
        assert tokens.token() == "token-2"
        tokens.close()
