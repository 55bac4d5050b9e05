"""pydantic's errors in the words of who reads the file."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from consumer.config.findings import Finding
from consumer.config.model import Config
from consumer.config.wording import setting_findings
from tests.support.configs import SOUND


def findings(**sections: Any) -> list[Finding]:
    with pytest.raises(ValidationError) as refused:
        Config.model_validate({**SOUND, **sections})
    return list(setting_findings(refused.value))


def test_keys_are_those_of_the_file_and_not_of_the_models() -> None:
    """The forms that a setting may have are models, and no keys; names that users give are kept as they are."""
    attributes = {"Vip": {"path": "a", "as": "flag"}, "str": 5}
    assert [
        finding.key for finding in findings(routes=[{"topic": "a", "event": "optin", "attributes": attributes}])
    ] == [
        "routes[0].attributes.Vip.as",
        "routes[0].attributes.str",
    ]


@pytest.mark.parametrize(
    ("sections", "hint"),
    [
        ({"telemetry": {"prot": 1}}, "; did you mean port?"),
        ({"delivery": {"retry": {"atempts": 1}}}, "; did you mean attempts?"),
        ({"routes": [{"topic": "a", "event": "optin", "xyzzy": 1}]}, ""),
        ({"kafka": {**SOUND["kafka"], "namespace": "x"}}, "; did you mean bluecore.namespace?"),
        ({"delays_seconds": [1]}, "; did you mean dead_letters.delays_seconds?"),
        ({"zzz": 1}, ""),
    ],
)
def test_an_unknown_key_is_told_with_the_one_that_was_meant(sections: dict[str, Any], hint: str) -> None:
    """Of the same section if one is like it, of another if one is nearly it, and none rather than a far one."""
    assert findings(**sections)[0].message == f"is no setting{hint}"


def test_no_message_quotes_a_value() -> None:
    """A value may be a password in the wrong place."""
    wrong = {"url": "marked-1", "namespace": 55555, "api_key_header": "marked 2", "transport": "marked-3"}
    found = findings(bluecore=wrong, telemetry={"port": "marked-4", "log_level": "marked-5"})
    assert len(found) == 6
    assert not [finding for finding in found if "marked" in finding.message or "5555" in finding.message]
