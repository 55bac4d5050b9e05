"""Where the process begins. Its signals are heard before all else is imported, which takes half a second or more.

In a container it is process 1, for which a signal without a handler is lost: a pod that was to end right away would
join the group, work, and be killed in the middle of it.
"""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """The command that the arguments name."""
    if sys.argv[1:2] == ["run"]:
        # Nothing is open yet that would have to be closed; `run` has handlers of its own once it is here.
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    from consumer.cli import main as command  # noqa: PLC0415 - see above

    command()
