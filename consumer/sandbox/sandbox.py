"""A local Bluecore: the application, and the same sandbox in the hands of the process that runs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from starlette.types import Receive, Scope, Send

from consumer.sandbox.callers import Callers
from consumer.sandbox.endpoint import EventsApi
from consumer.sandbox.pages import Pages
from consumer.sandbox.rest.api import RestApi
from consumer.sandbox.rest.request import BASE_PATH, TOKEN_PATH, is_rest
from consumer.sandbox.serve import serve
from consumer.sandbox.settings import SandboxSettings
from consumer.sandbox.state import SandboxState


class Sandbox(SandboxState):
    """One sandbox: an ASGI application to be served, and what it saw for any thread to read."""

    def __init__(self, settings: SandboxSettings | None = None) -> None:
        super().__init__(settings)
        self._endpoint = EventsApi(self.settings, self.store, self.faults, lambda: self.closing)
        self._rest = RestApi(self.settings, self.store, self.faults, lambda: self.closing)
        self._pages = Pages(self).app()
        self._callers = Callers(self._answer, self.settings.allow_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._callers(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == self.settings.path:
            await self._endpoint(scope, receive, send)
        elif scope["type"] == "http" and is_rest(scope["path"]):
            await self._rest(scope, receive, send)
        else:
            await self._pages(scope, receive, send)


class Running(NamedTuple):
    """A sandbox that is being served: the address of its page, and that of its Events API."""

    sandbox: Sandbox
    url: str
    api_url: str

    @property
    def rest_url(self) -> str:
        """The base address of the REST APIs: `bluecore.rest_api.url`."""
        return self.url + BASE_PATH

    @property
    def token_url(self) -> str:
        return self.url + TOKEN_PATH


@contextmanager
def running_sandbox(
    settings: SandboxSettings | None = None, host: str = "127.0.0.1", port: int = 0
) -> Iterator[Running]:
    """Serve a sandbox from a thread of this process until the block ends; port 0 takes a free one.

    It goes by the name of the host, too.

    Raises:
        OSError: the port is taken, or the address is not this machine's.
    """
    settings = settings or SandboxSettings()
    sandbox = Sandbox(replace(settings, allow_hosts=(*settings.allow_hosts, host)))
    with serve(sandbox, host, port) as url:
        try:
            yield Running(sandbox, url, url + sandbox.settings.path)
        finally:
            sandbox.close()
