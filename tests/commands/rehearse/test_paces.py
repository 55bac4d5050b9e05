"""What each destination would get, beside what it may get."""

from __future__ import annotations

import pytest

from consumer.commands.rehearse.paces import Pace, paces, shown
from consumer.commands.rehearse.tally import RowKey, Span, Tally
from consumer.config.model import Config
from tests.support.configs import SOUND


@pytest.mark.parametrize(
    ("pace", "words"),
    [
        (Pace(2.5, 0), "2.5 requests a second, 216,000 a day"),
        (Pace(2.5, 2.5), "2.5 requests a second, 216,000 a day; its rate_limit_per_second allows 2.5"),
        (
            Pace(2.5, 2),
            "2.5 requests a second, 216,000 a day: more than the 2 that rate_limit_per_second allows each instance",
        ),
    ],
)
def test_it_is_judged_by_the_limit_if_there_is_one(pace: Pace, words: str) -> None:
    assert pace.in_words() == words


def test_each_destination_has_its_own_limit_or_that_of_all() -> None:
    several = {"acme": {"namespace": "a"}, "zeta": {"namespace": "z", "rate_limit_per_second": 5}}
    config = Config.model_validate({**SOUND, "destinations": several, "delivery": {"rate_limit_per_second": 20}})
    tally = Tally()
    tally.row(RowKey(0, "shop.orders", "purchase", "zeta")).requests = 600
    tally.spans["shop.orders"] = Span(0, 60_000)
    assert paces(tally, config) == {"": Pace(0, 20), "acme": Pace(0, 20), "zeta": Pace(10, 5)}
    assert paces(tally, config)["zeta"].exceeds


def test_one_destination_alone_is_told_by_no_name() -> None:
    assert paces(Tally(), Config.model_validate(SOUND)) == {}


def test_that_of_bluecore_and_one_that_is_not_known_are_told_apart() -> None:
    assert [shown(each) for each in ("acme", "", None)] == ["acme", "bluecore", "?"]
