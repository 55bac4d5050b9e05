"""Logging to stderr, with secrets and e-mails masked: a JSON object a line, or coloured text on a terminal.

The standard library's loggers (urllib3, confluent_kafka), warnings and uncaught exceptions take the same way.
"""

from __future__ import annotations

import logging
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor, WrappedLogger

from consumer.telemetry.legible import legible
from consumer.telemetry.masking import NO_SECRETS, Mask, Secrets, masked, masker


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        # The standard handler would print the arguments, unmasked.
        reason = sys.exc_info()[0]
        name = reason.__name__ if reason else "unknown error"
        sys.stderr.write(f"a log line could not be written: {name} at {record.pathname}:{record.lineno}\n")


def configure(level: str = "info", secrets: Secrets = NO_SECRETS, stream: TextIO | None = None) -> None:
    """Send everything that is logged in this process to a stream.

    May be called again, when the configuration with its secrets has been read.

    Args:
        level: what lies below it is not logged.
        secrets: what is replaced by `***`, in exception messages too.
        stream: stderr by default.
    """
    target = sys.stderr if stream is None else stream
    handler = _Handler(target)
    handler.setFormatter(_formatter(masker(secrets), console=target.isatty()))
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    # urllib3 tells of every connection at debug, query and all.
    logging.getLogger("urllib3").setLevel(max(logging.INFO, root.level))
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread
    sys.unraisablehook = _log_unraisable
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _formatter(mask: Mask, *, console: bool) -> logging.Formatter:
    def shown(text: str) -> str:
        # In JSON control characters are written out as it is.
        return legible(mask(text)) if console else mask(text)

    def mask_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        # `_record` is the standard library's own and is removed before rendering.
        return {name: value if name.startswith("_") else masked(value, shown) for name, value in event.items()}

    exceptions: Processor
    renderer: Processor
    if console:
        exceptions = structlog.processors.format_exc_info
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    else:
        exceptions = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
        renderer = structlog.processors.JSONRenderer()
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            exceptions,
            structlog.processors.StackInfoRenderer(),
            # Before the level, name and time are added, which a short secret must not garble.
            mask_values,
            _describe,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            renderer,
        ]
    )


def _describe(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    record: logging.LogRecord = event["_record"]
    event["level"] = record.levelname.lower()
    event["logger"] = record.name
    event["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    return event


def _log_uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("consumer").critical(
        "unexpected error: this is a mistake in the program; please report it with this line",
        exc_info=(kind, error, traceback),
    )


def _log_uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        _log_uncaught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


def _log_unraisable(arguments: sys.UnraisableHookArgs) -> None:
    if arguments.exc_value is not None:
        _log_uncaught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
