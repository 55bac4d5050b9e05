"""What a test calls of a folder is noted, in whatever thread."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

from tests.mutation.reach import Watch


def called() -> None:
    """By a test."""


def test_functions_of_the_folder_are_noted_and_no_others() -> None:
    here, elsewhere = Watch(Path(__file__).parent), Watch(Path(__file__).parent / "elsewhere")
    with here.called() as seen:
        called()
    with elsewhere.called() as unseen:
        called()

    assert {name for _, name, _ in seen} - {"Watch.called"} == {"called"}
    assert not unseen


def test_threads_that_begin_meanwhile_are_watched_too() -> None:
    with Watch(Path(__file__).parent).called() as seen:
        thread = Thread(target=called)
        thread.start()
        thread.join()

    assert "called" in {name for _, name, _ in seen}
