"""The command `run`."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
import structlog

from consumer import __version__
from consumer.commands.exits import exit_on_error, refuse
from consumer.commands.options import config_option, load_config
from consumer.commands.validation.addresses import addresses_of, doubtful_addresses
from consumer.compiled import is_compiled
from consumer.config.model import Config, DeliveryConfig
from consumer.config.secrets import secrets_of
from consumer.telemetry import logs

log = structlog.get_logger(__name__)

_COLLECT_AFTER = 50_000
"""Allocations between two searches for cycles: with Python's 700 they cost some 4 % of the CPU time of an event."""


@click.command()
@config_option
def run(path: Path) -> None:
    """Runs the service until SIGTERM, SIGINT or SIGHUP."""
    config = load_config(path)
    logs.configure(config.telemetry.log_level, secrets_of(config))
    for doubtful in doubtful_addresses(config):
        log.warning("an address will not have been meant", setting=doubtful.key, reason=doubtful.message)
    from consumer.kafka.neighbours import tell_neighbours  # noqa: PLC0415 - as below
    from consumer.pipeline.assembly import assembled  # noqa: PLC0415 - the other commands start faster without it

    # As PID 1 the process would ignore a signal without a handler while it still connects.
    _on_signals(lambda: sys.exit(0))
    with _compared(path, config):
        log.info("connecting", brokers=config.kafka.bootstrap_servers)
        with exit_on_error("the service cannot go on", log.error), assembled(config) as parts:
            _on_signals(parts.service.stop)
            tell_neighbours(config)
            log.info(
                "started",
                version=__version__,
                compiled=is_compiled(),
                telemetry_port=parts.telemetry_port,
                routes=len(config.routes),
                addresses=addresses_of(config),
            )
            log.info("delivery settings", **_settings(config.delivery))
            gc.collect()
            gc.freeze()  # what has been built stays: no search need look at it again
            gc.set_threshold(_COLLECT_AFTER)
            parts.service.run()


def _settings(delivery: DeliveryConfig) -> dict[str, Any]:
    """All that are in force, and of those that were set what they are by default: who looks for a change sees it."""
    mine, defaults = (each.model_dump(mode="json") for each in (delivery, DeliveryConfig()))
    return {**mine, "defaults_changed": {key: defaults[key] for key in mine if mine[key] != defaults[key]}}


@contextmanager
def _compared(path: Path, config: Config) -> Iterator[None]:
    """Refuses a mapping that cannot work; goes on comparing within the block, where there was no answer yet."""
    from consumer.commands.check.routes import check_routes  # noqa: PLC0415 - as above
    from consumer.commands.run.comparison import START_SECONDS, Comparison  # noqa: PLC0415 - as above

    comparison = Comparison(partial(check_routes, config, None), [route.paused for route in config.routes])
    try:
        if refused := comparison.refused(START_SECONDS):
            refuse(f"{path}: the mapping is refused\n" + "\n".join(f"  {each}" for each in refused))
        yield
    finally:
        comparison.close()


def _on_signals(handler: Callable[[], None]) -> None:
    # SIGHUP: the terminal or the session that it was started from has ended; under nohup that is to be ignored.
    hang_up = [] if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else [signal.SIGHUP]
    for sign in (signal.SIGTERM, signal.SIGINT, *hang_up):
        signal.signal(sign, lambda *_: handler())
