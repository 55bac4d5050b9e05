"""Whether the environment asks for spans, and the client that makes them if it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import structlog

from consumer.config.model import Config
from consumer.errors import UnusableSetting
from consumer.ports import Client

log = structlog.get_logger(__name__)

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_PROTOCOL = "http/protobuf"
_NONE = "no spans are sent"


@contextmanager
def traced(client: Client, config: Config, environment: Mapping[str, str]) -> Iterator[Client]:
    """`client` itself where no spans are asked for; else one that makes them, and sends them until the block ends.

    Where they cannot be made the service runs without, and says why: it is often a whole cluster's environment.
    """
    with ExitStack() as stack:
        if is_enabled(environment):
            try:
                require_known_exporter(environment)
                # An extra, and slow to import.
                from consumer.tracing.client import TracedClient, shared_attributes  # noqa: PLC0415
                from consumer.tracing.tracer import tracer  # noqa: PLC0415

                client = TracedClient(client, stack.enter_context(tracer()), shared_attributes(config))
                log.info("spans are sent by OTLP")
            except ModuleNotFoundError as error:
                log.warning(_NONE, why=f"{error.name} is not installed: `pip install bluecore-consumer[otel]`")
            except (UnusableSetting, ValueError) as error:
                log.warning(_NONE, why=str(error))
        yield client


def is_enabled(environment: Mapping[str, str]) -> bool:
    """By the variables of OpenTelemetry: an exporter other than `none`, or the address of a collector."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").strip()
    return exporter != "none" if exporter else any(environment.get(name) for name in _ENDPOINTS)


def require_known_exporter(environment: Mapping[str, str]) -> None:
    """Refuse what the environment asks for and the service does not have.

    Raises:
        UnusableSetting: another exporter or protocol, with what to set.
    """
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").strip() or "otlp"
    if exporter != "otlp":
        raise UnusableSetting(f"OTEL_TRACES_EXPORTER is {exporter}: otlp and none are known here")
    protocol = next((value for name in _PROTOCOLS if (value := environment.get(name, "").strip())), _PROTOCOL)
    if protocol != _PROTOCOL:
        raise UnusableSetting(
            f"the OTLP protocol is {protocol}: set OTEL_EXPORTER_OTLP_TRACES_PROTOCOL to {_PROTOCOL}, and the "
            "endpoint to the collector's port for it, mostly 4318"
        )
