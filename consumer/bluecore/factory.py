"""Which transport carries the requests: libcurl where it can be used, else requests' own."""

from __future__ import annotations

from pathlib import Path

from consumer.bluecore.threads import ThreadTransport
from consumer.bluecore.transport import ConnectionSettings, Transport
from consumer.config.model import BluecoreConfig
from consumer.errors import UnusableSetting


def open_transport(config: BluecoreConfig, max_in_flight: int) -> Transport:
    """The transport that `bluecore.transport` asks for, ready to send to `bluecore.url`.

    Raises:
        UnusableSetting: the CA bundle is not there, or libcurl is asked for and cannot be used.
    """
    if config.ca_location is not None and not Path(config.ca_location).exists():
        raise UnusableSetting(f"bluecore.ca_location: there is no file or directory {config.ca_location}")
    settings = ConnectionSettings.from_environment(
        config.url,
        timeout=config.timeout_seconds,
        max_in_flight=max_in_flight,
        verify=config.ca_location or True,
    )
    if config.transport == "requests":
        return ThreadTransport(settings)
    try:
        from consumer.bluecore.curl import CurlTransport  # noqa: PLC0415 - pycurl is optional, epoll is Linux's
    except ImportError as error:
        if config.transport == "curl":
            raise UnusableSetting(
                f"bluecore.transport is curl, which cannot be used here ({error}): it takes pycurl and Linux;"
                " install pycurl, or set bluecore.transport to auto or requests"
            ) from None
        return ThreadTransport(settings)
    return CurlTransport(settings)
