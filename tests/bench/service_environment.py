"""The service on another interpreter: its libraries, in an environment made once in the cache of this checkout."""

from __future__ import annotations

import subprocess
from hashlib import sha256
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_LOCKS = ("requirements.lock", "requirements-build.lock")


class PythonUnavailableError(Exception):
    """The service cannot run on an interpreter; the message says why."""


def with_libraries(python: str) -> str:
    """`python` itself where it has the service's libraries, else that of an environment which has.

    Raises:
        PythonUnavailableError: there is no such interpreter, it makes no environment, or a library is not for it.
    """
    if _runs([python, "-m", "consumer", "--help"]) is None:
        return python
    locks = b"".join((_ROOT / name).read_bytes() for name in _LOCKS)
    version = subprocess.run([python, "-VV"], check=False, capture_output=True).stdout
    mark = sha256(locks + python.encode() + version).hexdigest()[:12]
    folder = _ROOT / ".cache" / f"python-{mark}"
    inside, ready = str(folder / "bin" / "python"), folder / ".ready"
    if not ready.exists():
        install = [inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        locked = (part for name in _LOCKS for part in ("-r", str(_ROOT / name)))
        for step in (
            [python, "-m", "venv", "--clear", str(folder)],
            [*install, "--require-hashes", *locked],
            [*install, "--no-deps", "--no-build-isolation", "--editable", str(_ROOT)],
        ):
            if why := _runs(step):
                raise PythonUnavailableError(f"the service cannot be installed for {python}: {why}")
        ready.touch()
    return inside


def _runs(command: list[str]) -> str | None:
    """None where it does what it should, else the last line of what it said.

    Raises:
        PythonUnavailableError: there is nothing to run.
    """
    try:
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    except OSError as error:
        raise PythonUnavailableError(f"{command[0]} is no interpreter: {error.strerror}") from None
    if done.returncode == 0:
        return None
    return (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()[-1]
