"""`${VAR}` in the file, and settings that the environment has itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consumer.config.environment import apply_overrides, interpolate
from consumer.config.findings import Finding
from consumer.config.load import ConfigError, parse
from tests.support.configs import text


def fill(value: Any, **environ: str) -> tuple[Any, list[Finding]]:
    findings: list[Finding] = []
    return interpolate(value, environ, findings), findings


@pytest.mark.parametrize(
    ("written", "environ", "value"),
    [
        ("${HOST}", {"HOST": "kafka"}, "kafka"),
        ("${HOST}:${PORT}", {"HOST": "kafka", "PORT": "9092"}, "kafka:9092"),
        ("${HOST}", {"HOST": ""}, ""),
        ("${HOST:-localhost}", {}, "localhost"),
        ("${HOST:-localhost}", {"HOST": ""}, "localhost"),
        ("${HOST:-localhost}", {"HOST": "kafka"}, "kafka"),
        ("${KEY:-}", {}, ""),
        ("${URL:-http://a:1/b?c=d}", {}, "http://a:1/b?c=d"),
        ("$HOST and {HOST} stay", {"HOST": "kafka"}, "$HOST and {HOST} stay"),
        ("${OUTER}", {"OUTER": "${INNER}"}, "${INNER}"),
    ],
)
def test_variables_are_filled_in_as_in_a_shell(written: str, environ: dict[str, str], value: str) -> None:
    assert fill(written, **environ) == (value, [])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_the_line_end_of_a_secret_that_was_made_of_a_file_is_no_part_of_it(end: str) -> None:
    """`kubectl create secret --from-file` keeps it, whichever way the setting then comes."""
    assert fill("Bearer ${KEY}", KEY=f"k-1{end}") == ("Bearer k-1", [])
    assert fill("${KEY:-other}", KEY=end) == ("other", [])
    data: dict[Any, Any] = {}
    apply_overrides(data, {"BLUECORE_CONSUMER__BLUECORE__API_KEY": f"k-1{end}"}, [])
    assert data == {"bluecore": {"api_key": "k-1"}}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_so_is_that_of_a_secret_in_the_file_itself(end: str) -> None:
    """A block of YAML, `password: |`, ends in one."""
    config = parse(
        text(
            kafka={"bootstrap_servers": "kafka:9092", "options": {"sasl.password": f"ş {end}", "enable.x": True}},
            schema_registry={"url": "http://registry:8081", "options": {"basic.auth.user.info": f"u:ş{end}"}},
            bluecore={"namespace": f"shop{end}", "api_key": f"k-1{end}"},
        ),
        {},
        "file",
    )
    assert config.kafka.options == {"sasl.password": "ş ", "enable.x": True}
    assert config.schema_registry is not None
    assert config.schema_registry.options == {"basic.auth.user.info": "u:ş"}
    assert config.bluecore is not None
    assert config.bluecore.namespace.get_secret_value() == "shop"
    assert config.bluecore.api_key.get_secret_value() == "k-1"


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "http_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("user_info", ["u:ş", "u:%C5%9F", "ü:p"])
def test_a_proxy_whose_password_http_clients_write_differently_is_refused(name: str, user_info: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(text(), {name: f"http://{user_info}@proxy:3128"}, "file")
    (finding,) = refused.value.findings
    assert finding.key == name
    assert "beyond ASCII" in finding.message
    assert "proxy:" not in finding.message


@pytest.mark.parametrize("proxy", ["http://proxy:3128", "http://u:p%40@proxy:3128", "", "http://bücher.example:3128"])
def test_any_other_proxy_is_taken(proxy: str) -> None:
    parse(text(), {"HTTPS_PROXY": proxy, "OTHER": "http://u:ş@host"}, "file")


def test_they_are_filled_in_at_any_depth_and_nothing_else_changes() -> None:
    value = {"a": ["${A}", 1, None, {"b": "${A}"}], True: 2.5}
    assert fill(value, A="x") == ({"a": ["x", 1, None, {"b": "x"}], True: 2.5}, [])


def test_every_unset_variable_is_named_with_the_setting_that_needs_it() -> None:
    _, findings = fill({"bluecore": {"namespace": "${NS}"}, "routes": [{"topic": "${A}.${B}"}]})
    assert findings == [
        Finding("bluecore.namespace", "the environment variable NS is not set"),
        Finding("routes[0].topic", "the environment variable A is not set"),
        Finding("routes[0].topic", "the environment variable B is not set"),
    ]


@pytest.mark.parametrize("written", ["${my-name}", "${NAME", "${}", "${NAME-default}", "${1ST}"])
def test_a_slip_in_a_reference_is_a_fault_and_not_a_value(written: str) -> None:
    """Sent as it stands, `${my-name}` would be the namespace."""
    _, (finding,) = fill({"a": written})
    assert finding == Finding("a", "has a ${ that names no variable: write ${NAME} or ${NAME:-default}")


def overridden(data: dict[str, Any], **environ: str) -> tuple[dict[str, Any], list[Finding]]:
    findings: list[Finding] = []
    apply_overrides(data, {f"BLUECORE_CONSUMER__{name}": text for name, text in environ.items()}, findings)
    return data, findings


def test_a_setting_of_the_environment_takes_the_place_of_the_files() -> None:
    data = {"kafka": {"group_id": "a", "bootstrap_servers": "b"}}
    assert overridden(data, KAFKA__GROUP_ID="c") == ({"kafka": {"group_id": "c", "bootstrap_servers": "b"}}, [])


@pytest.mark.parametrize("data", [{}, {"delivery": None}, {"delivery": {}}, {"delivery": {"retry": None}}])
def test_sections_that_the_file_has_not_are_made(data: dict[str, Any]) -> None:
    assert overridden(data, DELIVERY__RETRY__ATTEMPTS="2") == ({"delivery": {"retry": {"attempts": "2"}}}, [])


def test_lists_and_sections_are_given_as_yaml() -> None:
    assert overridden(
        {},
        DEAD_LETTERS__DELAYS_SECONDS="[1, 2.5]",
        KAFKA__OPTIONS='{"sasl.mechanism": PLAIN}',
        KAFKA__GROUP_ID="a: b",
    )[0] == {
        "dead_letters": {"delays_seconds": [1, 2.5]},
        "kafka": {"options": {"sasl.mechanism": "PLAIN"}, "group_id": "a: b"},
    }


def test_an_element_of_a_list_is_named_by_its_number() -> None:
    data = {"routes": [{"topic": "a"}, {"topic": "b"}]}
    assert overridden(data, ROUTES__1__TOPIC="c") == ({"routes": [{"topic": "a"}, {"topic": "c"}]}, [])


def test_options_are_named_with_underscores_for_their_dots() -> None:
    """No shell has variables with dots in their names."""
    assert overridden({}, KAFKA__OPTIONS__SASL_PASSWORD="x")[0] == {"kafka": {"options": {"sasl.password": "x"}}}


@pytest.mark.parametrize(
    "name", ["KAFKA__GROUP_ID__X", "ROUTES__1__TOPIC", "ROUTES__X__TOPIC", "ROUTES__99999999__A"]
)
def test_a_path_that_leads_nowhere_is_a_fault(name: str) -> None:
    _, (finding,) = overridden({"kafka": {"group_id": "a"}, "routes": [{}]}, **{name: "x"})
    assert finding == Finding(
        f"BLUECORE_CONSUMER__{name}", "names no setting: it goes through a value, or past the end of a list"
    )


def test_a_value_that_is_no_yaml_is_a_fault_of_its_variable() -> None:
    _, (finding,) = overridden({}, DEAD_LETTERS__DELAYS_SECONDS="[1, 2")
    assert finding.key == "BLUECORE_CONSUMER__DEAD_LETTERS__DELAYS_SECONDS"
    assert finding.message.startswith("is not YAML: line 1")


def test_other_variables_are_none_of_ours() -> None:
    """Kubernetes gives every pod such variables of its own."""
    data: dict[str, Any] = {}
    assert apply_overrides(data, {"BLUECORE_CONSUMER_SERVICE_HOST": "10.0.0.1", "PATH": "/bin"}, []) == {}
    assert data == {}


def test_a_file_gives_its_content_without_the_end_of_its_line(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret\n")
    findings: list[Finding] = []

    filled = interpolate({"a": f"Bearer ${{file:{tmp_path}/key}}", "b": f"${{file:{tmp_path}/none}}"}, {}, findings)

    assert filled == {"a": "Bearer secret", "b": ""}
    assert [str(each) for each in findings] == [
        f"b: the file {tmp_path}/none cannot be read: No such file or directory"
    ]
