"""How commands end: a sentence and an exit code."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError, KafkaException

from consumer.avro.errors import RegistryUnavailable, UnusableSchemas
from consumer.commands.exits import exit_on_error, needing_extra, refuse, registry_errors
from consumer.errors import AddressUnavailable, UnusableSetting
from consumer.kafka.client import Fatal
from consumer.kafka.connection import Unreachable
from consumer.kafka.reading import NoSuchTopic
from consumer.kafka.topics import TopicsMissing


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Fatal("the consumer cannot go on"), "it ends: the consumer cannot go on"),
        (Unreachable("no broker answered"), "it ends: no broker answered"),
        (NoSuchTopic("there is no topic a"), "it ends: there is no topic a"),
        (TopicsMissing("topics are missing"), "it ends: topics are missing"),
        (RegistryUnavailable("the registry is down"), "it ends: the registry is down"),
        (KafkaException(KafkaError(KafkaError._INVALID_ARG, "no such property")), "it ends: Kafka says: no such"),  # noqa: SLF001 - confluent-kafka's public name for it
        (AddressUnavailable("the port is taken"), "it ends: the port is taken"),
        (UnusableSetting("bluecore.url: is no address"), "it ends: bluecore.url: is no address"),
        (UnusableSchemas(("a.avsc: cannot be read",)), "it ends: a.avsc: cannot be read"),
    ],
)
def test_what_the_surroundings_lack_is_a_sentence_and_exit_code_1(error: Exception, sentence: str) -> None:
    told: list[str] = []
    with pytest.raises(SystemExit) as ended, exit_on_error("it ends", told.append):
        raise error
    assert ended.value.code == 1
    assert told[0].startswith(sentence)


def test_what_a_tokens_callback_raised_is_told_where_a_client_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    """Confluent-kafka hands it on as the cause of a SystemError."""
    error = KafkaException(KafkaError(KafkaError._AUTHENTICATION, "OAuth token not set within 10 seconds timeout"))  # noqa: SLF001
    with pytest.raises(SystemExit) as ended, exit_on_error("it ends"):
        raise SystemError("returned NULL with an exception set") from error
    assert ended.value.code == 1
    told = capsys.readouterr().err
    assert told.startswith("it ends: Kafka says: OAuth token not set within 10 seconds timeout; the token's service")
    with pytest.raises(SystemError), exit_on_error("it ends"):
        raise SystemError("of the interpreter's own")


@pytest.mark.parametrize("mistake", [KeyError("x"), ValueError("x"), RuntimeError("x"), OSError(9, "x")])
def test_a_mistake_in_the_program_is_not_taken_for_the_surroundings(mistake: Exception) -> None:
    """Its traceback is what is needed to find it."""
    with pytest.raises(type(mistake)), exit_on_error("it ends"):
        raise mistake


def test_a_reader_that_has_gone_is_left_to_the_command_line() -> None:
    """`preview ... | head` ends in silence."""
    with pytest.raises(BrokenPipeError), exit_on_error("it ends"):
        raise BrokenPipeError


def test_what_goes_well_goes_on() -> None:
    with exit_on_error("it ends"), registry_errors("schemas"), needing_extra():
        pass


def test_a_refusal_is_told_to_the_person_with_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        refuse("config.yaml: 1 fault")
    assert ended.value.code == 2
    assert capsys.readouterr() == ("", "config.yaml: 1 fault\n")


def test_unusable_schemas_are_refused_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, registry_errors("schemas"):
        raise UnusableSchemas(("a.avsc: is no JSON", "b.avsc: is no JSON"))
    assert ended.value.code == 2
    assert capsys.readouterr().err == "schemas:\na.avsc: is no JSON\nb.avsc: is no JSON\n"


def test_a_registry_that_is_down_is_no_fault_of_the_request(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, registry_errors("schemas"):
        raise RegistryUnavailable("is the registry running?")
    assert ended.value.code == 1
    assert capsys.readouterr().err == "is the registry running?\n"


def test_a_missing_extra_is_told_by_how_to_install_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, needing_extra():
        raise ModuleNotFoundError("No module named 'starlette'", name="starlette")
    assert ended.value.code == 2
    assert "starlette is not installed: this command needs `pip install bluecore-consumer[sandbox]`" in (
        capsys.readouterr().err
    )
