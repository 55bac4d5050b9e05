"""The one source of tokens of this process, made of `kafka.authentication`; modules of extras are imported here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

from consumer.config.authentication import AuthenticationConfig
from consumer.kafka.tokens.source import KafkaTokenSource
from consumer.tokens.token import Token, TokenUnavailable

EXTRAS: Final = {"aws_msk_iam": "aws", "google": "google", "azure": "azure"}


@cache
def token_source(config: AuthenticationConfig) -> KafkaTokenSource:
    """The same for all clients, whatever makes them.

    Raises:
        TokenUnavailable: what its type needs is not installed.
    """
    return KafkaTokenSource(fetcher(config))


def fetcher(config: AuthenticationConfig) -> Callable[[], Token]:
    """What asks the token service of this type.

    Raises:
        TokenUnavailable: what its type needs is not installed.
    """
    with _needing(config):
        if config.type == "aws_msk_iam":
            from consumer.kafka.tokens.msk import MskTokens  # noqa: PLC0415 - of an extra

            return MskTokens(config)
        if config.type == "google":
            from consumer.kafka.tokens.google import GoogleTokens  # noqa: PLC0415 - of an extra

            return GoogleTokens()
        from consumer.kafka.tokens.azure import AzureTokens  # noqa: PLC0415 - of an extra

        return AzureTokens(config)


@contextmanager
def _needing(config: AuthenticationConfig) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise TokenUnavailable(
            f"{error.name} is not installed: kafka.authentication.type: {config.type} needs "
            f"`pip install 'bluecore-consumer[{EXTRAS[config.type]}]'`"
        ) from None
