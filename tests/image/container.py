"""The image built by buildah on a base made by debootstrap, and run as a container runtime would, without one.

`IMAGE_TEST=1` in the environment asks for it: it takes root, some minutes, and packages from Debian and PyPI.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROGRAMS = ("buildah", "debootstrap", "unshare")
BASE = "localhost/python-on-debian"
_IMAGE = "localhost/bluecore-consumer"
_MINUTES = 60.0

# What a pod's container has: a process tree of its own, a read-only root, a writable /tmp, the configuration mounted.
_ENTER = """
root=$1 folder=$2 user=$3; shift 3
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind "$folder" "$root/etc/bluecore-consumer"
cd "$root/etc/bluecore-consumer"
exec chroot --userspec="$user" "$root" "$@"
"""


def unavailable() -> str | None:
    """Why the image is not built here; None when it can be."""
    if not os.environ.get("IMAGE_TEST"):
        return "building the image takes minutes: set IMAGE_TEST=1 to do it"
    if os.geteuid() != 0:
        return "building the image takes root"
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    return f"install {', '.join(missing)} to build the image" if missing else None


@dataclass(frozen=True)
class Image:
    """A built image: its files in `root`, and what it says of itself."""

    root: Path
    config: dict[str, Any]

    @contextmanager
    def running(self, folder: Path, arguments: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
        """The entrypoint as process 1 for the length of the block; its end is the yielded process's.

        `folder` becomes its `/etc/bluecore-consumer`, `log` takes its output.
        """
        enter = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", _ENTER, "enter"]
        command = [*enter, str(self.root), str(folder), self.config["User"], *self.config["Entrypoint"], *arguments]
        variables = dict(each.split("=", 1) for each in self.config["Env"])
        # The way to chroot is the host's; the image's own comes first.
        variables["PATH"] += ":" + os.environ["PATH"]
        # A mounted configuration can be read by the container's user; pytest's folders cannot.
        folder.chmod(0o755)
        with log.open("ab") as out:
            started = subprocess.Popen(command, env=variables, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            yield started
        finally:
            started.kill()
            started.wait()


def process_one(started: subprocess.Popen[bytes]) -> int:
    """The host's number of the process that is number 1 inside; 0 while there is none."""
    children = Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text().split()
    return int(children[0]) if children else 0


@contextmanager
def built(folder: Path) -> Iterator[Image]:
    """Build the image, with all that it takes in `folder`.

    Raises:
        AssertionError: the build failed; with what it said.
    """
    base = folder / "base"
    packages = "--include=python3-venv,python3-dev,ca-certificates"
    _run(["debootstrap", "--variant=minbase", packages, "bookworm", str(base)])
    _with_pip(base)
    buildah = ["buildah", "--root", f"{folder}/storage", "--runroot", f"{folder}/run", "--storage-driver", "vfs"]
    scratch = _run([*buildah, "from", "scratch"])
    _run([*buildah, "add", "--quiet", scratch, str(base), "/"])
    _run([*buildah, "commit", "--quiet", scratch, BASE])
    build = [*buildah, "bud", "--isolation", "chroot", "--build-arg", f"BASE_IMAGE={BASE}", "--tag", _IMAGE]
    _run([*build, *_trust(), str(ROOT)])
    container = _run([*buildah, "from", _IMAGE])
    root = Path(_run([*buildah, "mount", container]))
    try:
        inspected = json.loads(_run([*buildah, "inspect", "--type", "image", _IMAGE]))
        yield Image(root, inspected["OCIv1"]["config"])
    finally:
        _run([*buildah, "umount", container])


def _with_pip(base: Path) -> None:
    """Where Python's own images, the default base, have theirs."""
    program, package = base / "usr/local/bin/pip3", base / "usr/local/lib/python3.11/site-packages/pip"
    package.mkdir(parents=True)
    for file in (program, package / "__init__.py"):
        file.touch()


def _trust() -> list[str]:
    """The machine's certificates and its pip's settings hold in the build, as a registry may be behind a proxy."""
    kept = [path for path in ("/etc/ssl/certs", "/etc/pip.conf") if Path(path).exists()]
    return [argument for path in kept for argument in ("--volume", f"{path}:{path}:ro")]


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=40 * _MINUTES)
    assert done.returncode == 0, f"{' '.join(command)}\n{(done.stdout + done.stderr)[-3000:]}"
    return done.stdout.strip()
