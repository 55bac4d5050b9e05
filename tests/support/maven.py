"""What runs on Java: which Java there must be, and Maven, which fetches it once into the user's cache."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.support.fetching import cache, one_at_a_time


class ProgramUnavailableError(Exception):
    """A program cannot run here; the message says what is missing and how to get it."""


def program(
    name: str,
    what: str,
    java: int,
    fetch: Callable[[Path, Callable[[Sequence[str]], None]], Path],
    home: Path | None = None,
) -> Path:
    """The folder of a program, filled when it is not there yet.

    Args:
        name: the folder's in the cache.
        what: the program and its version, for messages.
        java: the oldest that it runs on.
        fetch: fills a folder that is empty, by Maven, and gives the one within it that is to be kept.
        home: where the cache is, if not in the user's.

    Raises:
        ProgramUnavailableError: no Java, no Maven, or no way to Maven's registry.
    """
    _require_java(what, java)
    home = home or cache()
    folder = home / name
    with one_at_a_time(home):
        if not folder.is_dir():
            if shutil.which("mvn") is None:
                raise ProgramUnavailableError(f"{what} is fetched by Maven: install `maven`, once")
            # Beside its final place, so that the move is a rename: nobody finds it half-filled.
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as scratch:
                fetch(Path(scratch), lambda arguments: _run_maven(what, arguments, scratch)).rename(folder)
    return folder


def _require_java(what: str, least: int) -> None:
    advice = f"{what} needs Java {least} or newer: install one, such as openjdk-{least}-jre-headless"
    if shutil.which("java") is None:
        raise ProgramUnavailableError(f"{advice}; there is no `java` on the PATH")
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False, timeout=60).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < least:
        raise ProgramUnavailableError(f"{advice}; `java -version` says: {said.strip() or 'nothing'}")


def _run_maven(what: str, arguments: Sequence[str], folder: str) -> None:
    try:
        done = subprocess.run(
            ["mvn", "-q", "-B", "-Dstyle.color=never", *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as slow:
        raise ProgramUnavailableError(f"Maven did not fetch {what} within {slow.timeout:g} s") from None
    if done.returncode != 0:
        said = re.search(r"\[ERROR\] *(\S.*)", done.stdout)
        why = said[1] if said else done.stderr.strip()
        raise ProgramUnavailableError(f"Maven cannot fetch {what}; is its registry reachable? It says: {why}")
