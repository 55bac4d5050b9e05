"""One sandbox in the hands of the process that runs it, without a server."""

from __future__ import annotations

from consumer.sandbox.faults import make_plan
from consumer.sandbox.settings import SandboxSettings
from consumer.sandbox.state import SandboxState


def test_a_new_sandbox_has_seen_nothing_and_misbehaves_as_it_was_told() -> None:
    plan = make_plan({"rates": {503: 1}})
    state = SandboxState(SandboxSettings(faults=plan))
    assert (state.counts.total, state.events(), state.profile("jane@example.com")) == (0, [], None)
    assert state.faults.plan == plan
    assert not state.closing


def test_a_reset_leaves_the_faults_in_force() -> None:
    state = SandboxState(SandboxSettings(faults=make_plan({"rates": {503: 1}})))
    state.reset()
    assert state.faults.next("jane", "").step == 503
    assert state.store.generation == 1


def test_closing_lets_go() -> None:
    state = SandboxState()
    state.close()
    assert state.closing
