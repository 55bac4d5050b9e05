"""The service is measured on the interpreter that is asked for, or it is said why it cannot be."""

from __future__ import annotations

import sys

import pytest

from tests.bench.service_environment import PythonUnavailableError, with_libraries


def test_an_interpreter_that_has_the_libraries_is_taken_as_it_is() -> None:
    assert with_libraries(sys.executable) == sys.executable


def test_what_is_not_there_is_told() -> None:
    with pytest.raises(PythonUnavailableError, match="/nowhere/python is no interpreter: No such file"):
        with_libraries("/nowhere/python")


def test_what_makes_no_environment_is_told() -> None:
    with pytest.raises(PythonUnavailableError, match="cannot be installed for false: exit code 1"):
        with_libraries("false")
