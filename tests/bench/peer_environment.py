"""The peers' packages, none of them the project's, in an environment made once in the user's cache."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from functools import cache
from hashlib import sha256
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements.txt")


@cache
def peer_python() -> Path:
    """The interpreter of that environment, which is installed when it is not there yet.

    Raises:
        subprocess.CalledProcessError: pip could not install it; it has said why.
    """
    home = os.environ.get("XDG_CACHE_HOME")
    cache_folder = (Path(home) if home else Path.home() / ".cache") / "bluecore-consumer"
    version = sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = cache_folder / f"bench-{version}"
    python = folder / "bin" / "python"
    ready = folder / ".ready"
    if not ready.exists():
        venv.create(folder, clear=True, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*install, "-r", str(REQUIREMENTS)], check=True)
        ready.touch()
    return python
