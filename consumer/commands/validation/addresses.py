"""Where each of Bluecore's APIs is reached, and what of that will not have been meant: a trial that is half real."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from consumer.config.addresses import address
from consumer.config.destinations import BluecoreConfig
from consumer.config.endpoints import section_of
from consumer.config.findings import Finding
from consumer.config.model import Config

_BLUECORES: Final = ("bluecore.com", "bluecore.app")
_SHOWN: Final = {"rest_api.url": "the access token", "rest_api.token_url": "the client's secret"}


def addresses_of(config: Config) -> dict[str, str]:
    """Each address by its key, as it may be shown."""
    found: dict[str, str] = {}
    for name, each in config.endpoints.items():
        section = section_of(name)
        found[f"{section}.url"] = address(each.url)
        if each.rest_api is not None:
            found[f"{section}.rest_api.url"] = address(each.rest_api.url)
            found[f"{section}.rest_api.token_url"] = address(each.rest_api.token_url)
    return found


def doubtful_addresses(config: Config) -> Iterator[Finding]:
    """What is to be said of addresses: REST APIs elsewhere than the Events API, and what goes out in the clear.

    Nothing of it is refused: a proxy of one's own may stand before one of them alone, and a sandbox within a cluster
    has no certificate.
    """
    for name, each in config.endpoints.items():
        section, events = section_of(name), each.url
        yield from _in_the_clear(f"{section}.url", events, _shown_to(each))
        rest = each.rest_api
        if rest is None:
            continue
        for key, url in (("rest_api.url", rest.url), ("rest_api.token_url", rest.token_url)):
            if _is_bluecores(url) != _is_bluecores(events):
                yield Finding(f"{section}.{key}", _half(section, url, events))
            yield from _in_the_clear(f"{section}.{key}", url, _SHOWN[key])


def _shown_to(events: BluecoreConfig) -> str:
    """What an address is shown that nobody else is to read; empty: nothing, as of a trial."""
    if events.api_key.get_secret_value():
        return "the API key"
    return "what customers do" if _is_bluecores(events.url) else ""


def _in_the_clear(key: str, url: str, shown: str) -> Iterator[Finding]:
    if shown and urlsplit(url).scheme == "http" and not _is_loopback(url):
        yield Finding(key, f"is http://, so that {shown} goes over the network in the clear: begin it with https://")


def _half(section: str, url: str, events: str) -> str:
    if _is_bluecores(url):
        what = f"is Bluecore's own ({address(url)}), and {section}.url is not ({address(events)})"
        return f"{what}: for a trial, set all of url, rest_api.url and rest_api.token_url"
    what = f"is not Bluecore's ({address(url)}), and {section}.url is ({address(events)})"
    return f"{what}: remove it, or for a trial set all of url, rest_api.url and rest_api.token_url"


def _is_bluecores(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return any(host == each or host.endswith(f".{each}") for each in _BLUECORES)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
