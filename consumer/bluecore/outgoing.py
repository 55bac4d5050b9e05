"""A request on its way out, as little as it takes: requests' own object is made of it where that is asked for."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import requests


class Template(NamedTuple):
    """What every request to a destination begins as."""

    method: str | None
    url: str | None
    headers: dict[str, str]


class Outgoing(NamedTuple):
    """One request; a tuple, as there is one for every event.

    Attributes:
        template: what it has in common with others, which are of this very object.
        body: the whole.
        own: the headers that it has alone.
    """

    template: Template
    body: bytes
    own: dict[str, str]

    @classmethod
    def of(cls, request: requests.PreparedRequest) -> Outgoing:
        """The same request, which has nothing in common with any other."""
        body = request.body or b""
        template = Template(request.method, request.url, dict(request.headers))
        return cls(template, body.encode() if isinstance(body, str) else body, {})

    def shown(self, name: str, value: str) -> Outgoing:
        """The same with one more header of its own."""
        return self._replace(own={**self.own, name: value})

    def prepared(self) -> requests.PreparedRequest:
        """The same as requests has it."""
        request = requests.PreparedRequest()
        request.method, request.url = self.template.method, self.template.url
        length = {"Content-Length": str(len(self.body))}
        request.headers = requests.structures.CaseInsensitiveDict({**self.template.headers, **length, **self.own})
        request.body = self.body
        return request


Request: TypeAlias = Outgoing | requests.PreparedRequest
"""What a transport takes: both say the same."""
