"""Who shows the brokers a token: whether there is one, and why not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import requests
from requests.auth import HTTPBasicAuth

from consumer.commands.doctor.bluecore import clock_findings
from consumer.commands.doctor.finding import Finding, Severity, error, ok
from consumer.config.addresses import address
from consumer.config.model import Config
from consumer.config.secrets import secrets_of
from consumer.kafka.tokens.process import token_source
from consumer.telemetry.masking import masker
from consumer.tokens.token import TokenUnavailable
from consumer.web.session import bounded_session

_SECONDS: Final = 10.0
_URL: Final = "sasl.oauthbearer.token.endpoint.url"


def check_tokens(config: Config, now: float) -> Iterator[Finding]:
    """Fetches a token as a client would; nothing where none is needed.

    Args:
        config: the configuration.
        now: seconds since the epoch.
    """
    if config.kafka.authentication is not None:
        yield _of_cloud(config)
    elif config.kafka.options.get("sasl.oauthbearer.method") == "oidc" and _URL in config.kafka.options:
        yield from _of_issuer(config, now)


def _of_cloud(config: Config) -> Finding:
    what, section = "kafka.authentication", config.kafka.authentication
    if section is None:
        raise ValueError("there is no kafka.authentication")
    try:
        token_source(section).token()
    except TokenUnavailable as unavailable:
        return error(what, str(unavailable))
    return ok(what, f"{section.type} gives a token")


def _of_issuer(config: Config, now: float) -> Iterator[Finding]:
    """By client credentials, as librdkafka asks it; other grants take what is not at hand here."""
    options: Any = config.kafka.options
    if "sasl.oauthbearer.client.secret" not in options:
        return
    what, url = f"kafka.options {_URL}", str(options[_URL])
    ca = options.get("https.ca.location")
    body = {"grant_type": "client_credentials"}
    if scope := options.get("sasl.oauthbearer.scope"):
        body["scope"] = str(scope)
    user = (str(options.get("sasl.oauthbearer.client.id", "")), str(options["sasl.oauthbearer.client.secret"]))
    try:
        with bounded_session(_SECONDS, None if ca in {None, "probe"} else str(ca)) as session:
            answer = session.post(url, data=body, auth=HTTPBasicAuth(*(each.encode() for each in user)))
    except (requests.RequestException, OSError) as failure:
        yield error(what, f"{address(url)} does not answer: {failure}"[:400], "check the address, and the way there")
        return
    yield from _judged(what, url, answer, masker(secrets_of(config))(answer.text)[:300])
    yield from (
        each
        for each in clock_findings(answer.headers.get("Date", ""), now, "the token endpoint's")
        if each.severity is not Severity.OK
    )


def _judged(what: str, url: str, answer: requests.Response, text: str) -> Iterator[Finding]:
    if answer.status_code >= requests.codes.server_error:
        advice = "see its own logs; no client can connect before it gives tokens"
        yield error(what, f"{address(url)} answers {answer.status_code}: {text}", advice)
    elif not answer.ok:
        advice = "check sasl.oauthbearer.client.id, .client.secret and .scope"
        yield error(what, f"{address(url)} answers {answer.status_code}: {text}", advice)
    elif "access_token" not in answer.text:
        yield error(what, f"{address(url)} answers without a token", f"check {_URL}, with its whole path")
    else:
        yield ok(what, f"{address(url)} gives a token")
