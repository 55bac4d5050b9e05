"""Bluecore for a benchmark: nginx that answers 202 to everything, on a core of its own so that it is never the limit.

One process, five addresses: one answers at once, one after 50 ms, each of the two over TLS 1.3, too, where HTTP/2 is
offered; and one answers at once and notes the time of each answer.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.bench.cores import OTHERS, pin
from tests.support.authority import Authority
from tests.support.waiting import eventually, free_port

DELAY_SECONDS = 0.05
_ECHO = Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")
_CONF = """\
load_module {echo};
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_rlimit_nofile 16384;
events {{ worker_connections 8192; }}
http {{
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  http2_max_concurrent_streams 1024;
  ssl_certificate {certificate};
  ssl_certificate_key {key};
  ssl_protocols TLSv1.3;
  default_type application/json;
  log_format answers '$msec $http_idempotency_key';
  server {{ listen 127.0.0.1:{fast}; location / {{ return 202 '{{"status":"accepted"}}'; }} }}
  server {{ listen 127.0.0.1:{tls} ssl http2; location / {{ return 202 '{{"status":"accepted"}}'; }} }}
  server {{
    listen 127.0.0.1:{slow};
    listen 127.0.0.1:{slow_tls} ssl http2;
    location / {{ echo_status 202; echo_read_request_body; echo_sleep {delay}; echo '{{"status":"accepted"}}'; }}
  }}
  server {{
    listen 127.0.0.1:{noting};
    access_log {folder}/answers.log answers buffer=64k flush=1s;
    location / {{ return 202 '{{"status":"accepted"}}'; }}
  }}
  server {{ listen 127.0.0.1:{status}; location / {{ stub_status; }} }}
}}
"""


class SinkUnavailableError(Exception):
    """nginx cannot run here; the message says what to install."""


@dataclass(frozen=True)
class Sinks:
    """The addresses of a running nginx.

    Attributes:
        authority: the certificate of the authority that signed that of `tls` and `slow_tls`.
        status: where nginx says what it has done.
        log: has a line `<seconds since the epoch> <Idempotency-Key>` an answer of `noting`.
    """

    fast: str
    tls: str
    authority: Path
    slow: str
    slow_tls: str
    noting: str
    log: Path
    status: str

    def accepted(self) -> int:
        """How many requests it has begun to read since its start, over all addresses; asking counts as one."""
        return int(requests.get(self.status, timeout=5).text.split("\n")[2].split()[2])


@contextmanager
def sinks(folder: Path) -> Iterator[Sinks]:
    """Run nginx until the block ends, with all its files in `folder`.

    Raises:
        SinkUnavailableError: nginx or its echo module is not installed.
    """
    if shutil.which("nginx") is None or not _ECHO.exists():
        raise SinkUnavailableError("the sink is nginx: apt-get install nginx-light libnginx-mod-http-echo")
    ports = {name: free_port() for name in ("fast", "tls", "slow", "slow_tls", "noting", "status")}
    authority = Authority(folder)
    own = authority.signed("bluecore", "IP:127.0.0.1")
    places = {"echo": _ECHO, "folder": folder, "certificate": own.certificate, "key": own.key}
    conf = folder / "nginx.conf"
    conf.write_text(_CONF.format(delay=DELAY_SECONDS, **places, **ports))
    process = subprocess.Popen(
        ["nginx", "-e", str(folder / "start.log"), "-p", str(folder), "-c", str(conf)],
        start_new_session=True,
        env={"PATH": os.environ["PATH"]},
    )
    try:
        pin(process.pid, OTHERS)
        url = {name: f"http://127.0.0.1:{port}/" for name, port in ports.items()}
        running = Sinks(
            fast=url["fast"],
            tls=f"https://127.0.0.1:{ports['tls']}/",
            authority=authority.certificate,
            slow=url["slow"],
            slow_tls=f"https://127.0.0.1:{ports['slow_tls']}/",
            noting=url["noting"],
            log=folder / "answers.log",
            status=url["status"],
        )
        eventually(lambda: _answers(running), 10, f"nginx to answer; {folder}/start.log says why it does not")
        yield running
    finally:
        process.terminate()
        process.wait(10)


def _answers(running: Sinks) -> bool:
    try:
        return running.accepted() > 0
    except requests.ConnectionError:
        return False
