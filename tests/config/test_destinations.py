"""What a destination has of its own, and what it inherits."""

from __future__ import annotations

from typing import Any

from consumer.config.destinations import BluecoreConfig, Destination, DestinationConfig, resolved

BASE: dict[str, Any] = {
    "url": "http://base",
    "namespace": "group",
    "api_key": "secret",
    "timeout_seconds": 3,
    "only_emails": ["a@b.example"],
}


def destination(base: dict[str, Any] | None = None, rate: float = 5, **own: Any) -> Destination:
    given = None if base is None else BluecoreConfig.model_validate(base)
    return resolved(DestinationConfig.model_validate({"namespace": "acme", **own}), given, rate)


def test_what_it_leaves_out_is_as_bluecore_has_it() -> None:
    inherited = destination(BASE)
    assert inherited.token == "acme"
    assert inherited.bluecore == BluecoreConfig.model_validate(BASE | {"namespace": "acme"})
    assert inherited.rate_limit == 5


def test_without_bluecore_it_has_the_defaults() -> None:
    assert destination().bluecore == BluecoreConfig.model_validate({"namespace": "acme"})


def test_what_it_gives_is_its_own() -> None:
    own: dict[str, Any] = {"timeout_seconds": 9, "api_key": "its own", "only_emails": [], "api_key_prefix": ""}
    assert resolved(
        DestinationConfig.model_validate({"namespace": "acme"} | own), BluecoreConfig.model_validate(BASE), 5
    ).bluecore == BluecoreConfig.model_validate(BASE | own | {"namespace": "acme"})
    assert destination(BASE, rate_limit_per_second=0).rate_limit == 0


def test_a_key_is_not_shown_to_another_address() -> None:
    elsewhere = destination(BASE, url="http://elsewhere")
    assert elsewhere.bluecore.api_key.get_secret_value() == ""
    assert destination(BASE, url="http://base").bluecore.api_key.get_secret_value() == "secret"
