"""Reporters that are ready to report."""

from __future__ import annotations

import pytest
import structlog

from consumer.config.model import Config
from consumer.delivery.engine import Engine
from consumer.delivery.policy import DeliveryPolicy
from tests.pipeline.desk import HOME, Desk
from tests.support.configs import SOUND


@pytest.fixture
def group() -> Desk:
    """Of a group with two brands beside that of `bluecore`."""
    brands = {"acme": {"namespace": "a"}, "zeta": {"namespace": "z"}}
    policy = DeliveryPolicy.from_config(Config.model_validate({**SOUND, "destinations": brands}))
    desk = Desk(engine=Engine(policy))
    desk.engine.partitions.assign(HOME, None, "", destinations=("acme", "zeta"))
    return desk


@pytest.fixture
def desk() -> Desk:
    structlog.reset_defaults()
    return Desk()
