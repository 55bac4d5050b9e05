"""The faults in force, in words for people."""

from __future__ import annotations

from consumer.sandbox.faults import FaultPlan, Step
from consumer.sandbox.latencies import FixedLatency, LogNormalLatency, UniformLatency

_WORDS = {
    "reset": "connection broken",
    "hang": "no answer at all",
    "lost": "accepted, but the answer is lost",
    "differs": "answered with another state than was asked for",
    "misshapen": "accepted, but answered in another form",
}
_APIS = {
    "events": "Events API",
    "token": "access tokens",
    "customers": "Customers API",
    "eligibility": "Eligibility API",
}


def describe(plan: FaultPlan) -> list[str]:
    """The plan in plain words, a line for each fault that is on."""
    lines = []
    if plan.outage:
        lines.append(f"an outage, every event: {_words(plan.outage.step)}")
    if plan.latency:
        lines.append(f"slow answers, {_pace(plan.latency)}")
    lines += [f"{100 * rate:g} % of events: {_words(step)}" for step, rate in plan.rates.items() if rate]
    if plan.rate_limit:
        limits = ((plan.rate_limit.per_second, "a second"), (plan.rate_limit.per_minute, "a minute"))
        lines += [f"at most {limit} events {span}" for limit, span in limits if limit]
    if scripted := len(plan.scripts.distinct_id) + len(plan.scripts.idempotency_key):
        whom = "1 customer or event" if scripted == 1 else f"{scripted} customers or events"
        lines.append(f"failures planned one by one for {whom}")
    if plan.token_seconds:
        lines.append(f"access tokens end after {plan.token_seconds} s")
    for api, each in plan.apis.items():
        lines += [f"{_APIS[api]}: {line}" for line in describe(each)]
    for number, each in enumerate(plan.namespaces.values(), start=1):
        # By its number: a namespace is a secret, which a page must not show.
        lines += [f"for namespace {number} of the plan: {line}" for line in describe(each)]
    return lines


def _pace(latency: FixedLatency | UniformLatency | LogNormalLatency) -> str:
    if latency.kind == "fixed":
        return f"after {latency.seconds:g} s"
    if latency.kind == "uniform":
        return f"after {latency.low_seconds:g} to {latency.high_seconds:g} s"
    return f"after {latency.median_seconds:g} s as a rule, some much later"


def _words(step: Step) -> str:
    return _WORDS.get(str(step), f"answered {step}")
