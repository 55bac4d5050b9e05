"""The service's own log lines are not the story of a simulation."""

from __future__ import annotations

import logging

import structlog


def silenced() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
