"""Which transport carries the requests: plain sockets where there is no proxy, else libcurl, else requests' own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from requests.utils import select_proxy

from consumer.bluecore.threads import ThreadTransport
from consumer.bluecore.transport import ConnectionSettings, Transport
from consumer.config.destinations import BluecoreConfig
from consumer.config.endpoints import section_of
from consumer.errors import UnusableSetting


def open_transport(endpoints: Mapping[str, BluecoreConfig], max_in_flight: int) -> Transport:
    """The transport that `bluecore.transport` asks for, ready to send to every destination.

    Args:
        endpoints: how each destination is reached, by its name.
        max_in_flight: how many requests there are at a time to each.

    Raises:
        UnusableSetting: a CA bundle is not there, or what is asked for by name cannot be used.
    """
    for name, each in endpoints.items():
        if each.ca_location is not None and not Path(each.ca_location).exists():
            raise UnusableSetting(f"{section_of(name)}.ca_location: there is no file or directory {each.ca_location}")
    settings = {
        name: ConnectionSettings.from_environment(
            each.url,
            timeout=each.timeout_seconds,
            max_in_flight=max_in_flight,
            verify=each.ca_location or True,
        )
        for name, each in endpoints.items()
    }
    asked = next(iter(endpoints.values())).transport
    if asked == "requests":
        return ThreadTransport(settings)
    if asked in {"auto", "direct"}:
        proxied = [name for name, each in endpoints.items() if select_proxy(each.url, settings[name].proxies)]
        made = _direct(settings, proxied, asked)
        if made is not None:
            return made
    try:
        from consumer.bluecore.curl import CurlTransport  # noqa: PLC0415 - pycurl is optional, epoll is Linux's
    except ImportError as error:
        if asked == "curl":
            raise UnusableSetting(
                f"bluecore.transport is curl, which cannot be used here ({error}): it takes pycurl and Linux;"
                " install pycurl, or set bluecore.transport to auto or requests"
            ) from None
        return ThreadTransport(settings)
    return CurlTransport(settings)


def _direct(settings: Mapping[str, ConnectionSettings], proxied: Sequence[str], asked: str) -> Transport | None:
    """The transport of plain sockets; None where it cannot be used, and nobody asks for it by name."""
    try:
        from consumer.bluecore.direct import DirectTransport  # noqa: PLC0415 - epoll is Linux's
    except ImportError as error:
        problem = f"it takes Linux ({error})"
    else:
        if not proxied:
            return DirectTransport(settings)
        problem = f"the way to {section_of(proxied[0])}.url leads by a proxy (HTTP_PROXY, HTTPS_PROXY)"
    if asked == "direct":
        what = f"bluecore.transport is direct, which cannot be used here: {problem}"
        raise UnusableSetting(f"{what}; set bluecore.transport to auto, curl or requests")
    return None
