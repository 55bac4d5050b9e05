"""How long an answer takes: the shapes that a plan of faults knows."""

from __future__ import annotations

import math
from random import Random
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


class Frozen(BaseModel):
    """A part of a plan: nothing in it changes, and no key is unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FixedLatency(Frozen):
    kind: Literal["fixed"]
    seconds: Seconds

    def draw(self, _random: Random) -> float:
        return self.seconds


class UniformLatency(Frozen):
    kind: Literal["uniform"]
    low_seconds: Seconds
    high_seconds: Seconds

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low_seconds > self.high_seconds:
            raise ValueError("low_seconds is more than high_seconds")
        return self

    def draw(self, random: Random) -> float:
        return random.uniform(self.low_seconds, self.high_seconds)


class LogNormalLatency(Frozen):
    """The shape that real latencies have: `median_seconds`, and a tail that grows with `sigma`."""

    kind: Literal["lognormal"]
    median_seconds: Annotated[float, Field(gt=0, le=3_600)]
    sigma: Annotated[float, Field(ge=0, le=3)] = 0.5

    def draw(self, random: Random) -> float:
        return random.lognormvariate(math.log(self.median_seconds), self.sigma)
