"""What the process writes to stderr: one form for all sources, and nothing that must not be read there."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys
import warnings
from typing import Any

import pytest
import structlog

from consumer.telemetry.logs import configure
from consumer.telemetry.masking import Secrets

TOKEN = "marked-namespace"
KEY = "marked-api-key"
EMAIL = "marked.jane@example.com"
MARKED = ("marked-namespace", "marked-api-key", "marked.jane", "example.com")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_time_level_and_logger() -> None:
    stream = io.StringIO()
    configure("info", stream=stream)
    structlog.get_logger("consumer.test").info("partition assigned", topic="shop.orders", partition=3)
    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("+00:00")
    assert line == {
        "event": "partition assigned",
        "topic": "shop.orders",
        "partition": 3,
        "level": "info",
        "logger": "consumer.test",
    }


def test_a_terminal_gets_text_for_people() -> None:
    stream = Terminal()
    configure("info", stream=stream)
    structlog.get_logger("consumer.test").info("partition assigned", partition=3)
    assert "partition assigned" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


def test_a_terminal_is_given_no_control_character_of_others() -> None:
    """A record's name or an answer of Bluecore's could clear the screen, or name its window."""
    stream = Terminal()
    configure(stream=stream)
    log = structlog.get_logger("x")
    log.warning("a \x1b]0;title\x07", why="b \x1b[2J", names={"c \x9b31m": ["d\r"]})
    logging.getLogger("library").warning("e %s", "\x1b[5m")
    log.error("failed", exc_info=ValueError("f \x1b[8m"))
    plain = re.sub("\x1b\\[[0-9;]*m", "", stream.getvalue().replace("\x1b[5m", "!").replace("\x1b[8m", "!"))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f!]", plain)
    assert all(each in plain for each in ("\\x1b]0;title\\x07", "\\x1b[2J", "\\x1b[5m", "\\x1b[8m"))


def test_what_is_below_the_level_is_not_written() -> None:
    stream = io.StringIO()
    configure("warning", stream=stream)
    structlog.get_logger("consumer.test").info("quiet")
    logging.getLogger("confluent_kafka").info("quiet")
    structlog.get_logger("consumer.test").warning("loud")
    assert [line["event"] for line in lines(stream)] == ["loud"]


def test_configuring_again_does_not_write_lines_twice() -> None:
    stream = io.StringIO()
    configure("info", stream=stream)
    configure("info", stream=stream)
    structlog.get_logger("consumer.test").info("once")
    assert len(lines(stream)) == 1


def test_standard_loggers_and_warnings_take_the_same_way() -> None:
    stream = io.StringIO()
    configure("info", stream=stream)
    logging.getLogger("confluent_kafka").warning("broker %s is down", "kafka:9092")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old option", DeprecationWarning, stacklevel=1)
    first, second = lines(stream)
    assert (first["event"], first["logger"]) == ("broker kafka:9092 is down", "confluent_kafka")
    assert "old option" in second["event"]


def fail_with_marked_values() -> None:
    marked_local = TOKEN
    try:
        int(marked_local)
    except ValueError as inner:
        raise RuntimeError(f"outer {EMAIL}") from inner


@pytest.mark.parametrize("kind", [io.StringIO, Terminal], ids=["JSON", "terminal"])
def test_nothing_marked_is_readable_at_any_level(kind: type[io.StringIO]) -> None:
    stream = kind()
    configure("debug", secrets=Secrets(anywhere=(KEY,), words=(TOKEN,)), stream=stream)
    log = structlog.get_logger("consumer.test").bind(bound=EMAIL)
    everywhere = {
        "token": TOKEN,
        "nested": [{"key": f"Bearer {KEY}"}, EMAIL.encode()],
        "error": ValueError(EMAIL),
    }
    for level in ("debug", "info", "warning", "error", "critical"):
        getattr(log, level)(f"at {level}: {TOKEN}", **everywhere)
        getattr(logging.getLogger("urllib3.test"), level)("%s %s %r", TOKEN, KEY, EMAIL)
    try:
        fail_with_marked_values()
    except RuntimeError:
        log.exception("failed")
        logging.getLogger("consumer.test").exception("failed for %s", EMAIL)
        log.warning("with a stack", stack_info=True)
    written = stream.getvalue()
    assert "RuntimeError" in written
    assert "invalid literal" in written
    assert [marked for marked in MARKED if marked in written] == []


def test_an_exception_is_structured_and_shows_no_local_variables() -> None:
    stream = io.StringIO()
    configure("info", stream=stream)
    try:
        fail_with_marked_values()
    except RuntimeError:
        structlog.get_logger("consumer.test").exception("failed")
    outer, inner = lines(stream)[0]["exception"]
    assert (outer["exc_type"], inner["exc_type"]) == ("RuntimeError", "ValueError")
    assert outer["frames"][-1]["name"] == "fail_with_marked_values"
    assert "marked_local" not in stream.getvalue()


def test_a_log_call_with_wrong_arguments_shows_where_and_not_what(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # pytest's own handlers raise on such a call.
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    configure("info", secrets=Secrets(words=(TOKEN,)), stream=io.StringIO())
    logging.getLogger("consumer.test").info("%d", TOKEN)
    written = capsys.readouterr().err
    assert "test_logs.py" in written
    assert TOKEN not in written


def test_uncaught_exceptions_of_the_process_and_its_threads_are_masked_too() -> None:
    script = f"""
import threading
from consumer.telemetry.logs import configure
from consumer.telemetry.masking import Secrets
configure("info", secrets=Secrets(words=("{TOKEN}",)))
def fail(): raise ValueError("thread {TOKEN} {EMAIL}")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
raise ValueError("main {TOKEN} {EMAIL}")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    values = [json.loads(line)["exception"][0]["exc_value"] for line in done.stderr.splitlines()]
    assert values == ["thread *** ***@***", "main *** ***@***"]
