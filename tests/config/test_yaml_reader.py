"""YAML as settings are read: nothing is lost in silence, and no message shows a line of the file."""

from __future__ import annotations

import pytest

from consumer.config.findings import Finding
from consumer.config.yaml_reader import NotYamlError, read_yaml


def test_a_document_comes_as_plain_values() -> None:
    text = "a: [1, 2.5, true, null]\nb: {c: text}"
    assert read_yaml(text) == ({"a": [1, 2.5, True, None], "b": {"c": "text"}}, [])


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "---\n"])
def test_an_empty_document_is_none(text: str) -> None:
    assert read_yaml(text) == (None, [])


@pytest.mark.parametrize("written", ["2026-01-31", "2026-13-45", "2026-01-31T00:00:00Z"])
def test_what_looks_like_a_date_stays_text(written: str) -> None:
    """A namespace or a group may be called so."""
    assert read_yaml(f"name: {written}") == ({"name": written}, [])


def test_aliases_and_merge_keys_work() -> None:
    """Routes that differ in little share the rest."""
    value, findings = read_yaml("base: &base {a: 1, b: 2}\nroute: {<<: *base, b: 3}")
    assert value["route"] == {"a": 1, "b": 3}
    assert findings == []


def test_every_key_given_twice_is_named_with_its_place() -> None:
    text = "kafka: {group_id: a}\nroutes:\n- topic: x\n  topic: y\nkafka: {group_id: b}\n"
    assert read_yaml(text)[1] == [
        Finding("routes[0].topic", "is given twice, the second time in line 4"),
        Finding("kafka", "is given twice, the second time in line 5"),
    ]


@pytest.mark.parametrize(("first", "second"), [("true", "1"), ("false", "0"), ("True", "true"), ("10", "0xA")])
def test_so_is_a_key_that_is_only_written_otherwise(first: str, second: str) -> None:
    """In Python, true is 1: of an event's values, one of the two would be lost."""
    assert read_yaml(f"values:\n  {first}: optin\n  {second}: unsubscribe\n")[1] == [
        Finding(f"values.{second}", f"is given twice, first as {first}, the second time in line 3")
    ]


@pytest.mark.parametrize(
    ("first", "second", "reads"), [("true", "yes", "yes as true"), ("off", "false", "off as false")]
)
def test_a_word_that_yaml_takes_for_a_boolean_is_named(first: str, second: str, reads: str) -> None:
    (finding,) = read_yaml(f"values:\n  {first}: optin\n  {second}: unsubscribe\n")[1]
    assert finding.message == (
        f"is given twice, first as {first}, the second time in line 3; YAML reads {reads}: a text stands in quotes"
    )


def test_one_and_true_are_one_key() -> None:
    """In Python they are: of the two events, one would be lost."""
    _, findings = read_yaml("values: {true: optin, 1: unsubscribe}")
    assert [finding.key for finding in findings] == ["values.1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1\nb: ", "is not YAML: line 2, column 2: expected ',' or ']', but got ':'"),
        ("a: b: c", "is not YAML: line 1, column 5: mapping values are not allowed here"),
        ("a: \x07", "is not YAML: it has the character #x0007"),
        ("a: *nothing", "is not YAML: line 1, column 4: found undefined alias 'nothing'"),
        ("? [a]\n: b", "is not YAML: line 1, column 3: found unhashable key"),
        ("--- a\n--- b", "is not YAML: line 2, column 1: but found another document"),
        ("a: !!int many", "has a number or a tagged value that cannot be read: put it in quotes"),
        ("a: !!python/object:os.system ls", "is not YAML: line 1, column 4: could not determine a constructor"),
    ],
)
def test_what_is_no_yaml_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(NotYamlError) as refused:
        read_yaml(text)
    assert str(refused.value).startswith(message)


def test_a_syntax_error_does_not_show_the_line() -> None:
    """PyYAML's own message quotes the text around the place."""
    with pytest.raises(NotYamlError) as refused:
        read_yaml('bluecore: {api_key: "marked-secret\n')
    assert "marked-secret" not in str(refused.value)


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: " + "[" * 5000, "is nested too deeply"),
        ("a: " + "[" * 60 + "]" * 60, "is nested too deeply"),
        ("a: &a [*a]", "an alias of it holds itself"),
        (BOMB, "is too large for a configuration: do its aliases multiply?"),
    ],
    ids=["deep and unfinished", "deep", "an alias of itself", "400 million values in 400 bytes"],
)
def test_what_would_exhaust_the_reader_is_refused(text: str, message: str) -> None:
    with pytest.raises(NotYamlError, match=message.replace("?", r"\?")):
        read_yaml(text)
