"""The sandbox as a command: in the foreground until a signal ends it."""

from __future__ import annotations

import signal
import sys
import threading

from consumer.sandbox.sandbox import running_sandbox
from consumer.sandbox.settings import SandboxSettings


def run_sandbox(settings: SandboxSettings, host: str = "127.0.0.1", port: int = 8090) -> int:
    """Serve until SIGINT or SIGTERM; give the process's exit code: 0, or 2 when the address cannot be had.

    To be called in the main thread, which is where signals arrive.
    """
    ended = threading.Event()
    before = {sign: signal.signal(sign, lambda *_: ended.set()) for sign in (signal.SIGINT, signal.SIGTERM)}
    try:
        with running_sandbox(settings, host, port) as running:
            sys.stdout.write(
                f"Bluecore sandbox: the page is {running.url}/ and the Events API {running.api_url}\n"
                f"The REST APIs are {running.rest_url} and their tokens {running.token_url}\n"
            )
            sys.stdout.flush()
            ended.wait()
    except OSError as error:
        why = error.strerror or str(error)
        sys.stderr.write(f"The sandbox cannot listen on {host}:{port}: {why}. Choose another --port, or --host.\n")
        return 2
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
    return 0
