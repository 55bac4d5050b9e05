"""Where each of Bluecore's APIs is reached, and what of that will not have been meant: a trial that is half real."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from consumer.config.addresses import address
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
    """What is to be said of the addresses of REST APIs: elsewhere than the Events API's, or secrets in the clear.

    Nothing of it is refused: a proxy of one's own may stand before one of them alone.
    """
    for name, each in config.endpoints.items():
        section, events = section_of(name), each.url
        rest = each.rest_api
        if rest is None:
            continue
        for key, url in (("rest_api.url", rest.url), ("rest_api.token_url", rest.token_url)):
            if _is_bluecores(url) != _is_bluecores(events):
                yield Finding(f"{section}.{key}", _half(section, url, events))
            if urlsplit(url).scheme == "http" and not _is_loopback(url):
                told = f"is http://, so that {_SHOWN[key]} goes over the network in the clear: begin it with https://"
                yield Finding(f"{section}.{key}", told)


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
