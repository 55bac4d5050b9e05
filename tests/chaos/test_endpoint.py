"""The sandbox as chaos uses it: gone and back at the same address, with a memory."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.chaos.endpoint import NAMESPACE, Endpoint
from tests.chaos.plan import Fault, What
from tests.support.waiting import eventually

JANE = "jane@example.com"


def send(endpoint: Endpoint, number: int) -> int:
    """Post one of Jane's events as a process of the service would, and give the status."""
    properties = {"token": NAMESPACE, "distinct_id": JANE, "search_term": "scarves", "device": str(number)}
    headers = {"Idempotency-Key": f"topic:0:{number}", "Authorization": "Bearer 0-1"}
    body = {"event": "search", "properties": properties}
    return requests.post(endpoint.url, json=body, headers=headers, timeout=10).status_code


def refused(endpoint: Endpoint) -> bool:
    try:
        send(endpoint, 0)
    except requests.ConnectionError:
        return True
    return False


def test_what_arrived_outlasts_an_absence() -> None:
    """Connections are refused meanwhile; afterwards the same port takes them, and nothing is forgotten."""
    endpoint, stopped = Endpoint(customers=1), threading.Event()
    with endpoint.running(), ThreadPoolExecutor() as pool:
        assert send(endpoint, 1) == 202
        away = pool.submit(endpoint.carry_out, Fault(What.REFUSE, 60), stopped)
        eventually(lambda: refused(endpoint), 10, "connections to be refused")
        stopped.set()
        away.result()
        assert send(endpoint, 2) == 202
        endpoint.collect()

    found = [(each.key, each.customer, each.sender) for each in endpoint.arrivals if each.number in {1, 2}]
    assert endpoint.reached["topic", 0] == 2
    assert len(endpoint.troubled) == 1
    assert found == [("topic:0:1", JANE, "0-1"), ("topic:0:2", JANE, "0-1")]


@pytest.mark.parametrize(("what", "status"), [(What.UNAUTHORISED, 401), (What.UNAVAILABLE, 503)])
def test_a_phase_has_an_end(what: What, status: int) -> None:
    """While it lasts everything is refused; then all is as before."""
    endpoint, stopped = Endpoint(customers=1), threading.Event()
    with endpoint.running(), ThreadPoolExecutor() as pool:
        phase = pool.submit(endpoint.carry_out, Fault(what, 60), stopped)
        eventually(lambda: send(endpoint, 1) == status, 10, f"an answer {status}")
        stopped.set()
        phase.result()
        assert send(endpoint, 2) == 202
