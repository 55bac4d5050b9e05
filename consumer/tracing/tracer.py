"""The tracer of this process: spans by OTLP over HTTP, set by OpenTelemetry's own environment variables.

The sampler, the collector's address and headers, the service's name and the sizes of batches are read by the SDK:
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Tracer

from consumer import __version__
from consumer.telemetry.incidents import Incidents

log = structlog.get_logger(__name__)

NAME = "bluecore-consumer"
_SHUTDOWN_SECONDS = 5.0
# It quotes the headers that it cannot read, the key to the collector among them.
_HEADER_READER = "opentelemetry.util.re"
_UNREADABLE = "OTEL_EXPORTER_OTLP_HEADERS has what is no header: write name=value, with commas between"


class _RateLimitedHandler(logging.Handler):
    """What OpenTelemetry logs, a line a minute of each kind: a collector that is away is told with every batch."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(logging.WARNING)
        self._clock = clock
        self._incidents = Incidents()

    def emit(self, record: logging.LogRecord) -> None:
        if (suppressed := self._incidents.happened((record.name, record.msg), self._clock())) is not None:
            log.log(
                record.levelno,
                "OpenTelemetry reports: spans may be missing",
                said=_UNREADABLE if record.name == _HEADER_READER else record.getMessage(),
                error=str(record.exc_info[1]) if record.exc_info else None,
                suppressed=suppressed,
            )


@contextmanager
def tracer() -> Iterator[Tracer]:
    """Spans go out in batches, from a thread of their own; what is left has 5 s when the block ends.

    The environment's `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` override the service's own name.

    Raises:
        ValueError: the environment has a value that the exporter cannot use.
    """
    with _rate_limited_logging():
        defaults = Resource.create({"service.name": NAME, "service.version": __version__})
        provider = TracerProvider(resource=defaults.merge(OTELResourceDetector().detect()), shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        try:
            yield provider.get_tracer(NAME, __version__)
        finally:
            # Its own deadline is 30 s, more than a stop has left after a drain.
            closing = threading.Thread(target=provider.shutdown, name="close-spans", daemon=True)
            closing.start()
            closing.join(_SHUTDOWN_SECONDS)


@contextmanager
def _rate_limited_logging() -> Iterator[None]:
    library, handler = logging.getLogger("opentelemetry"), _RateLimitedHandler()
    library.addHandler(handler)
    library.propagate = False
    try:
        yield
    finally:
        library.removeHandler(handler)
        library.propagate = True
