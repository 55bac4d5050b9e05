"""Bluecore's REST APIs: whether their key gets a token, has the rights that routes need, and covers the namespace.

Nothing is written. A customer who does not exist is read, which takes one request of the account's quota.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Final

from consumer.bluecore.access_tokens import access_tokens, missing_scopes
from consumer.bluecore.consent_reader import READ_SCOPE, ConsentReader, ConsentUnavailable, ConsentUnreadable, Stopped
from consumer.bluecore.read_pace import ReadPace
from consumer.commands.doctor.finding import Finding, error, ok, warning
from consumer.commands.validation.addresses import doubtful_addresses
from consumer.config.addresses import address
from consumer.config.destinations import Destination
from consumer.config.endpoints import section_of
from consumer.config.model import Config
from consumer.config.rest_api import RestApiConfig
from consumer.config.secrets import secrets_of
from consumer.telemetry.masking import masker
from consumer.tokens.token import Token, TokenUnavailable

Masker = Callable[[str], str]

NOBODY: Final = "nobody@bluecore-consumer.invalid"
_PATIENCE_SECONDS: Final = 15.0
_WRITES: Final = {"customers": "customers:write", "eligibility": "eligibility:write"}


def check_addresses(config: Config) -> Iterator[Finding]:
    """Warns of a trial that is half real, and of what goes out in the clear."""
    for doubtful in doubtful_addresses(config):
        told, _, advice = doubtful.message.rpartition(": ")
        yield warning(doubtful.key, told, advice)


def check_rest_apis(config: Config) -> Iterator[Finding]:
    """What is to be said of the `rest_api` of each destination; nothing of one without."""
    mask = masker(secrets_of(config))
    for name, destination in config.every_destination.items():
        api = destination.bluecore.rest_api
        if api is None:
            continue
        what = f"{section_of(name)}.rest_api"
        needed = {
            _WRITES[route.api] for route in config.routes if route.api in _WRITES and name in route.destinations
        }
        try:
            token = access_tokens(api, destination.bluecore.ca_location).token()
        except TokenUnavailable as unavailable:
            yield error(what, mask(str(unavailable)))
            continue
        yield _rights(what, api, token, needed | ({READ_SCOPE} if api.verify_share else set()))
        yield _reading(what, destination, api, token, mask)


def _rights(what: str, api: RestApiConfig, token: Token, needed: set[str]) -> Finding:
    if missing := missing_scopes(token, needed):
        return error(what, missing.replace("bluecore.rest_api", what))
    where = address(api.token_url)
    if token.scopes is None:
        return ok(what, f"{where} gives an access token, and does not say what it allows")
    allows = ", ".join(sorted(token.scopes)) or "nothing"
    return ok(what, f"{where} gives an access token, which allows {allows}: all that the routes need")


def _reading(what: str, destination: Destination, api: RestApiConfig, token: Token, mask: Masker) -> Finding:
    """What a read of a customer who does not exist says of the address, the right to read, and the namespace."""
    if token.scopes is not None and READ_SCOPE not in token.scopes:
        told = f"its key does not allow {READ_SCOPE}: it was not tried whether it covers the namespace"
        return warning(what, told, "add the right in Bluecore's Developer Portal: `reconcile` needs it, too")
    stop = threading.Event()
    patience = threading.Timer(_PATIENCE_SECONDS, stop.set)
    bluecore = destination.bluecore
    tokens = access_tokens(api, bluecore.ca_location)
    reader = ConsentReader(bluecore, tokens, ReadPace(1), stop=stop)
    patience.start()
    try:
        reading = reader.read(NOBODY)
    except ConsentUnavailable as unavailable:
        return error(what, mask(str(unavailable)))
    except ConsentUnreadable as unreadable:
        advice = "the API is young: compare the answer with Bluecore's documents, and ask their support"
        return warning(what, mask(str(unreadable)), advice)
    except Stopped:
        told = f"{address(api.url)} gave no answer within {_PATIENCE_SECONDS:g} s, as its quota is used up"
        return warning(what, told, "run the doctor again later; all who have a key of the account share the quota")
    finally:
        patience.cancel()
        reader.close()
    traced = f" (x-bluecore-id {reading.request_id})" if reading.request_id else ""
    return ok(what, f"{address(api.url)} was asked about a customer who does not exist, and knows none{traced}")
