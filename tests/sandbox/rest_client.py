"""A client of the sandbox's REST APIs."""

from __future__ import annotations

from typing import Any

import requests

from consumer.sandbox.sandbox import Running
from tests.sandbox.samples import NAMESPACE


class Client:
    """Asks for a token and then speaks for one namespace."""

    def __init__(self, running: Running, http: requests.Session) -> None:
        self.running = running
        self.http = http
        self.token = ""

    def ask_token(self, **changed: Any) -> requests.Response:
        """The answer to a request for a token; `changed` fields are other than they should be, None: left out."""
        asked = {
            "client_id": "shop",
            "client_secret": "hush",
            "audience": "https://a.bluecore.com",
            "grant_type": "client_credentials",
        } | changed
        body = {name: value for name, value in asked.items() if value is not None}
        return self.http.post(self.running.token_url, json=body, timeout=10)

    def call(
        self,
        method: str,
        resource: str,
        namespace: str = NAMESPACE,
        headers: dict[str, str] | None = None,
        **how: Any,
    ) -> requests.Response:
        """One request with a token; how: `json`, `params`, `data` and the like."""
        if not self.token:
            self.token = self.ask_token().json()["access_token"]
        address = f"{self.running.rest_url}/namespaces/{namespace}/{resource}"
        given = {"Authorization": f"Bearer {self.token}"} | (headers or {})
        return self.http.request(method, address, headers=given, timeout=10, **how)

    def consent(self, event: str = "OPTIN", *, id: dict[str, Any] | None = None, **state: Any) -> requests.Response:  # noqa: A002
        """One `eligibility_events`, Jane's unless another `id` is given."""
        body = {"id": id or {"email": "jane.doe@example.com"}, "state": {"event": event, **state}}
        return self.call("POST", "eligibility_events", json=body)

    def states(self, **params: str) -> list[dict[str, Any]]:
        """The states of an address, as they are read back."""
        states: list[dict[str, Any]] = self.call("GET", "eligibility", params=params).json()["data"]["subscription"][
            "states"
        ]
        return states
