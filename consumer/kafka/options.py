"""`kafka.options` put to the test before the start: librdkafka itself says what it will not have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from consumer.config.findings import Finding
from consumer.config.model import KafkaConfig
from consumer.config.types import json_safe
from consumer.kafka.client import client_options, consumer_options, producer_options
from consumer.kafka.group_protocol import CLASSIC, NEW, chosen
from consumer.kafka.logging import NullLogger
from consumer.kafka.option_names import OPTION_NAMES
from consumer.kafka.security import Access, is_of_security, missing_files, security_findings
from consumer.suggestions import did_you_mean

# How librdkafka words what is wrong with one property, whatever the others are.
_SINGLE_PROPERTY = "onfiguration property"


def option_findings(access: Access, *, offline: bool = False) -> Iterator[Finding]:
    """The options that no client can be made with, under their names; under none: they do not fit together.

    They are tried together with the service's own. Connects to nothing.

    Args:
        access: the options, and what stands beside them.
        offline: files that they name need not be here.
    """
    options = dict(access.options)
    if offline:
        elsewhere = missing_files(options)
        access = replace(access, options={name: each for name, each in options.items() if name not in elsewhere})
        options = dict(access.options)
    insecure = list(security_findings(access))
    yield from insecure
    if insecure or access.by_token or access.by_aws:
        # It would be told once more in other words; or a client would wait for its first token.
        apart = {name: value for name, value in options.items() if is_of_security(name)}
        options = {name: value for name, value in options.items() if name not in apart}
        yield from _impossible({name: value for name, value in apart.items() if value != "aws_iam"})
    try:
        json_safe(str(options.get("client.id", "")))
    except ValueError as error:
        yield Finding("client.id", str(error))
    if _refusal(options) is None:
        return
    single = list(_impossible(options))
    yield from single
    named = {finding.key for finding in single}
    rest = _refusal({name: value for name, value in options.items() if name not in named})
    if rest is not None:
        yield Finding("", rest)


def _impossible(options: Mapping[str, Any]) -> Iterator[Finding]:
    """The options that are none, or have a value that is none, whatever the others are."""
    for name, value in options.items():
        if (refusal := _refusal({name: value})) is not None and _SINGLE_PROPERTY in refusal:
            hint = did_you_mean(name, OPTION_NAMES) if "No such configuration property" in refusal else ""
            yield Finding(name, refusal + hint)


def _refusal(options: dict[str, Any]) -> str | None:
    # They are validated already.
    config = KafkaConfig.model_construct(bootstrap_servers="", group_id="check", options=options)
    protocols = (CLASSIC, NEW) if (asked_for := chosen(options)) is None else (asked_for,)
    # The service decides by it, and librdkafka knows which values there are.
    reset = {name: value for name, value in options.items() if name == "auto.offset.reset"}
    clients: tuple[tuple[Callable[[dict[str, Any]], object], dict[str, Any]], ...] = (
        *((Consumer, consumer_options(config, protocol) | reset) for protocol in protocols),
        (Producer, producer_options(config)),
        (AdminClient, client_options(config, {}, "admin")),
    )
    for client, defaults in clients:
        try:
            client(defaults | {"logger": NullLogger()})
        except KafkaException as error:
            return re.sub(r"^Failed to create [\w ]+: ", "", error.args[0].str()).strip()
        except (TypeError, ValueError) as error:
            return str(error)
    return None
