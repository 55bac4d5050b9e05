"""Workers that need the same program fetch it once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.fetching import one_at_a_time

FETCH = """
import sys, time
from pathlib import Path
from tests.support.fetching import one_at_a_time
folder = Path(sys.argv[1])
with one_at_a_time(folder):
    if not (folder / "program").exists():
        print("fetched")
        time.sleep(0.2)  # as a download takes its time: the others come meanwhile
        (folder / "program").touch()
"""


def test_of_many_who_come_at_once_one_fetches(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    command = [sys.executable, "-c", FETCH, str(folder)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]

    said = [process.communicate(timeout=60)[0] for process in started]

    assert "".join(said) == "fetched\n"
    assert [path.name for path in folder.iterdir()] == ["program"]


def test_a_fetch_that_fails_lets_the_next_one_try(tmp_path: Path) -> None:
    """In the same process, too."""
    for _ in range(2):
        with one_at_a_time(tmp_path):
            pass
