"""What libraries make of values on their own: each that is stated is one, and producers are told of it."""

from __future__ import annotations

import pytest

from tests.support.pages import page
from tests.wild.losses import LOSSES
from tests.wild.meaning import meaning, told
from tests.wild.producers import given, producers
from tests.wild.reading import read

PRODUCERS = page("docs/formats.md").text.partition("### What producers should know that no reader can correct")[2]
EXPORTED = list(producers()["avsc"].recorded["exported"])


@pytest.mark.parametrize(("producer", "name"), sorted(LOSSES))
def test_a_stated_loss_is_one(producer: str, name: str) -> None:
    """What is read is not what was meant: the day that it is, the statement goes."""
    recorded = producers()[producer].records.get(name)
    meant = given()[name].record if recorded is None else recorded["meant"]
    assert told(meaning(LOSSES[producer, name].read)) != told(meaning(meant))


@pytest.mark.parametrize(("producer", "name"), sorted(LOSSES))
def test_the_page_tells_producers_of_it(producer: str, name: str) -> None:
    assert LOSSES[producer, name].told in " ".join(PRODUCERS.split())


@pytest.mark.parametrize("name", EXPORTED)
def test_what_avsc_tells_of_a_type_again_is_not_all_of_it(name: str) -> None:
    """A schema registered from it lacks a precision, or the whole logical type; for some that changes nothing."""
    avsc = producers()["avsc"]
    recorded = dict(avsc.as_records())[name]
    assert read(recorded, given()[name].schema) == told(meaning(given()[name].record))
    is_meant = read(recorded, avsc.recorded["exported"][name]) == told(meaning(given()[name].record))
    assert is_meant == (name in {"date-today", "uuid-string"})
