"""A local Bluecore: the application, and the same sandbox in the hands of the process that runs it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from consumer.sandbox.endpoint import EventsApi
from consumer.sandbox.injector import Faults
from consumer.sandbox.pages import Pages
from consumer.sandbox.serve import serve
from consumer.sandbox.settings import SandboxSettings
from consumer.sandbox.store import Counts, Filter, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Receive, Scope, Send

    from consumer.sandbox.received import Received


class Sandbox:
    """One sandbox: an ASGI application to be served, and what it saw for any thread to read."""

    def __init__(self, settings: SandboxSettings | None = None) -> None:
        self.settings = settings or SandboxSettings()
        self.store = Store(self.settings)
        self.faults = Faults(self.settings.faults)
        self.closing = False
        self._endpoint = EventsApi(self.settings, self.store, self.faults, lambda: self.closing)
        self._pages = Pages(self).app()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == self.settings.path:
            await self._endpoint(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    @property
    def counts(self) -> Counts:
        return self.store.counts()

    def events(
        self,
        *,
        event: str = "",
        distinct_id: str = "",
        outcome: str = "",
        since: int = 0,
        limit: int | None = None,
    ) -> list[Received]:
        """The kept requests that fit, oldest first; with a `limit`, the newest of them."""
        wanted = Filter(event=event, distinct_id=distinct_id, outcome=outcome)
        return self.store.newest(wanted, self.settings.keep_events if limit is None else limit, since)

    def profile(self, identifier: str) -> dict[str, Any] | None:
        """The customer of an e-mail address or a linked id, as Bluecore would know it."""
        return self.store.profile(identifier)

    def reset(self) -> None:
        """Forget what arrived; faults stay in force."""
        self.store.reset()

    def close(self) -> None:
        """Let go of hanging requests and open pages, so that the server can end."""
        self.closing = True


class Running(NamedTuple):
    """A sandbox that is being served: the address of its page, and that of its Events API."""

    sandbox: Sandbox
    url: str
    api_url: str


def sandbox_app(settings: SandboxSettings | None = None) -> Sandbox:
    """A sandbox as an ASGI application, for uvicorn or another server."""
    return Sandbox(settings)


@contextmanager
def running_sandbox(
    settings: SandboxSettings | None = None, host: str = "127.0.0.1", port: int = 0
) -> Iterator[Running]:
    """Serve a sandbox from a thread of this process until the block ends; port 0 takes a free one.

    Raises:
        OSError: the port is taken, or the address is not this machine's.
    """
    sandbox = Sandbox(settings)
    with serve(sandbox, host, port) as url:
        try:
            yield Running(sandbox, url, url + sandbox.settings.path)
        finally:
            sandbox.close()
