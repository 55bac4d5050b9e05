"""`kafka.options` put to the test before the start: librdkafka itself says what it will not have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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
from consumer.kafka.security import Access, is_of_security, missing_files, security_findings

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
    if insecure:
        # What is wrong with it is told: librdkafka would tell it once more, in other words.
        options = {name: value for name, value in options.items() if not is_of_security(name)}
    elif access.by_token or access.by_aws:
        # A client that is made waits for its first token.
        without = {name: value for name, value in options.items() if not name.startswith(("sasl.", "security."))}
        options = {"security.protocol": "ssl", **without}
    try:
        json_safe(str(options.get("client.id", "")))
    except ValueError as error:
        yield Finding("client.id", str(error))
    if _refusal(options) is None:
        return
    alone = {name: _refusal({name: value}) for name, value in options.items()}
    single = {name: refusal for name, refusal in alone.items() if refusal is not None and _SINGLE_PROPERTY in refusal}
    rest = _refusal({name: value for name, value in options.items() if name not in single})
    yield from (Finding(name, refusal) for name, refusal in single.items())
    if rest is not None:
        yield Finding("", rest)


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
