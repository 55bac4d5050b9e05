"""Which topics of the brokers each route takes now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from consumer.commands.check.routes import RouteCheck
from consumer.commands.typecheck.findings import Finding, Severity
from consumer.config.model import Config
from consumer.config.route import RouteConfig
from consumer.kafka.reading import topic_names
from consumer.suggestions import nearest


def with_topics(config: Config, checks: Sequence[RouteCheck]) -> list[RouteCheck]:
    """The checks of the routes, each with what its route takes now.

    Raises:
        Unreachable: no broker answers.
    """
    topics = topic_names(config.kafka)
    return [
        replace(check, findings=(*check.findings, taken(f"routes[{index}]", route, topics)))
        for index, (check, route) in enumerate(zip(checks, config.routes, strict=True))
    ]


def taken(key: str, route: RouteConfig, topics: Sequence[str]) -> Finding:
    """What a route takes of these topics.

    Args:
        key: the route's, such as `routes[1]`.
        route: the route.
        topics: those that there are.
    """
    found = [topic for topic in topics if route.takes(topic)]
    if route.topic_pattern is None:
        key, what = f"{key}.topic", f"there is no topic {route.topic} now, or none that we may see"
        if found:
            return Finding(Severity.INFO, f"the topic {route.topic} is there", key=key)
        return Finding(Severity.WARNING, what, nearest(route.topic or "", topics), key=key)
    key, many = f"{key}.topic_pattern", "" if len(found) == 1 else "s"
    if found:
        return Finding(Severity.INFO, f"takes {len(found)} topic{many} now: {', '.join(found)}", key=key)
    return Finding(Severity.WARNING, "takes no topic now, or none that we may see", key=key)
