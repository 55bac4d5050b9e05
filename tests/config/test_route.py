"""Which topics a route takes."""

from __future__ import annotations

import pytest

from consumer.config.route import RouteConfig


@pytest.mark.parametrize(("topic", "taken"), [("shop.a", True), ("shop.ab", False)])
def test_a_pattern_takes_the_topics_that_it_matches(topic: str, taken: bool) -> None:  # noqa: FBT001 - a table's column
    route = RouteConfig.model_validate({"topic_pattern": r"^shop\.(a|b)$", "event": "optin"})
    assert route.takes(topic) is taken


def test_a_topic_is_taken_by_its_whole_name() -> None:
    route = RouteConfig.model_validate({"topic": "shop.a", "event": "optin"})
    assert (route.takes("shop.a"), route.takes("shop.ab")) == (True, False)
