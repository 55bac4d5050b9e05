"""The live feed of the page: what is told, once, in few batches, and from where a reader stood."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from consumer.sandbox.feed import FeedPosition
from consumer.sandbox.sandbox import Running, running_sandbox
from tests.sandbox.samples import event, one_of_each


@contextmanager
def reader(running: Running, query: str = "", position: str = "") -> Iterator[Iterator[dict[str, Any]]]:
    """The messages of the feed, each with its `id`; `position` is where this reader had stood."""
    headers = {"Last-Event-ID": position} if position else {}
    with requests.get(f"{running.url}/_stream?{query}", headers=headers, stream=True, timeout=10) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        yield messages(stream)


def messages(stream: requests.Response) -> Iterator[dict[str, Any]]:
    number = ""
    for line in stream.iter_lines(decode_unicode=True):
        name, _, value = line.partition(": ")
        if name == "id":
            number = value
        elif name == "data":
            yield json.loads(value) | {"id": number}


def send(running: Running, document: dict[str, Any], times: int = 1) -> None:
    with requests.Session() as session:
        for _ in range(times):
            session.post(running.api_url, json=document, timeout=10)


def numbers(message: dict[str, Any]) -> list[int]:
    return [each["number"] for each in message["events"]]


SEARCH = event("search", search_term="lamp")


@pytest.fixture
def shop(running: Running) -> Running:
    """The sandbox after one customer's shopping, eleven events."""
    for document in one_of_each():
        send(running, document)
    return running


def test_the_feed_tells_what_is_new_and_then_what_comes(shop: Running) -> None:
    with reader(shop, "event=search") as told:
        first = next(told)
        assert (numbers(first), first["skipped"], first["counts"]["total"]) == ([5], 0, 11)
        send(shop, SEARCH)
        assert numbers(next(told)) == [12]


def test_a_burst_reaches_the_feed_as_a_few_batches_that_leave_nothing_uncounted(running: Running) -> None:
    with reader(running) as told:
        assert next(told)["counts"]["total"] == 0
        send(running, SEARCH, 200)
        batches = [next(told)]
        while batches[-1]["counts"]["total"] < 200:
            batches.append(next(told))
    assert len(batches) < 20
    assert max(len(batch["events"]) for batch in batches) <= 40
    assert sum(len(batch["events"]) + batch["skipped"] for batch in batches) == 200
    assert numbers(batches[-1])[-1] == 200


def test_a_page_that_opens_gets_a_full_list_and_how_many_are_older(running: Running) -> None:
    send(running, SEARCH, 230)
    with reader(running) as told:
        first = next(told)
    assert numbers(first) == list(range(31, 231))
    assert first["skipped"] == 30


def test_a_reader_who_comes_back_goes_on_where_it_stood(shop: Running) -> None:
    with reader(shop) as told:
        position = next(told)["id"]
    send(shop, SEARCH)
    with reader(shop, position=position) as told:
        assert numbers(next(told)) == [12]


def test_after_a_reset_the_feed_begins_anew_and_says_so(shop: Running) -> None:
    with reader(shop) as told:
        first = next(told)
        shop.sandbox.reset()
        emptied = next(told)
        assert (emptied["run"], emptied["resets"]) == (first["run"], first["resets"] + 1)
        assert emptied["counts"]["total"] == 0
        assert emptied["events"] == []


def test_a_reader_of_another_run_is_told_all_of_this_one(shop: Running) -> None:
    with reader(shop) as told:
        before = next(told)
    with running_sandbox() as again:
        send(again, SEARCH, 2)
        with reader(again, position=before["id"]) as told:
            now = next(told)
    assert now["run"] != before["run"]
    assert numbers(now) == [1, 2]


@pytest.mark.parametrize(
    "text", ["", "7", "a.b.c", "ab.1.2.3", pytest.param("ab.1." + 5_000 * "9", id="huge"), "AB.1.2", "ab.1.²"]
)
def test_a_place_that_no_feed_has_given_is_the_beginning(text: str) -> None:
    assert FeedPosition.parse(text) == FeedPosition("")


def test_a_place_survives_the_way_to_the_browser_and_back() -> None:
    position = FeedPosition("0f3a", 2, 150)
    assert FeedPosition.parse(str(position)) == position
