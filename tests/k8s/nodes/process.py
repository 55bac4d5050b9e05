"""One process of a container, which hears signals once its command has begun: process 1, unless that is the pod's."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.k8s.nodes.environment import Mount

_SETUP: Final = Path(__file__).with_name("root.sh")
_ALONE: Final = ("unshare", "--mount", "--propagation", "private")
_FIRST: Final = ("--pid", "--fork")
_IMAGES: Final = {
    "PATH": "/opt/bluecore-consumer/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
"""What the Dockerfile sets."""


@dataclass(frozen=True, slots=True)
class Image:
    """What every container has: the environment with the program, and the names that can be looked up."""

    folder: Path
    hosts: Path

    @property
    def python(self) -> Path:
        """Of which the environment was made: it must be there under its own path."""
        return (self.folder / "bin" / "python3").resolve().parent.parent


class Process:
    """Begins at once."""

    def __init__(  # noqa: PLR0913 - what a container is made of
        self,
        image: Image,
        folder: Path,
        *,
        command: Sequence[str],
        environment: Mapping[str, str],
        mounts: Iterable[Mount],
        log: Path,
        workdir: str = "/",
        first: bool = True,
    ) -> None:
        """Begin.

        Args:
            image: what it runs.
            folder: for its root; its own.
            command: with its arguments.
            environment: beside the image's.
            mounts: its volumes.
            log: takes all that it writes.
            workdir: where it begins.
            first: it is process 1, as where the pod's processes share no namespace with its pause process.
        """
        root, table = folder / "root", folder / "mounts"
        root.mkdir(parents=True, exist_ok=True)
        table.write_text(
            "".join(f"{each.source} {each.target} {'rw' if each.writable else 'ro'}\n" for each in mounts)
        )
        control = {
            "NODE_ROOT": root,
            "NODE_IMAGE": image.folder,
            "NODE_MOUNTS": table,
            "NODE_HOSTS": image.hosts,
            "NODE_PYTHON": image.python,
            "NODE_WORKDIR": workdir,
        }
        self._begun, told = os.pipe()
        os.set_blocking(self._begun, False)
        self._pending: signal.Signals | None = None
        self._killed, self._first = False, first
        with log.open("ab") as out:
            self._unshare = subprocess.Popen(
                [*_ALONE, *(_FIRST if first else ()), "/bin/sh", str(_SETUP), *command],
                env={**_IMAGES, **environment, **{name: str(value) for name, value in control.items()}},
                stdin=told,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        os.close(told)

    def poll(self) -> int | None:
        """The exit code as Kubernetes has it, once it has ended; passes on a signal that had to wait."""
        code = self._unshare.poll()
        if code is None:
            if self._pending is not None and self._has_begun():
                pending, self._pending = self._pending, None
                self.send(pending)
            return None
        if self._begun >= 0:
            os.close(self._begun)
            self._begun = -1
        # `unshare` does not pass on that it was a signal that ended its child [util-linux 2.38].
        return 128 + signal.SIGKILL if self._killed and code else code if code >= 0 else 128 - code

    def send(self, number: signal.Signals) -> None:
        """To process 1, but not before its command has begun: the kernel would drop it, and no runtime sends any."""
        if number is not signal.SIGKILL and not self._has_begun():
            self._pending = number
            return
        # Not to the parent: the kernel forgets with the change of the user that process 1 is to die with it.
        with suppress(FileNotFoundError, ProcessLookupError, IndexError):
            self._killed = self._killed or number is signal.SIGKILL
            pid = self._unshare.pid
            if self._first:
                pid = int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
            os.kill(pid, number)

    def _has_begun(self) -> bool:
        if self._begun < 0:
            return True
        with suppress(BlockingIOError):
            os.read(self._begun, 1)
            os.close(self._begun)
            self._begun = -1
        return self._begun < 0
