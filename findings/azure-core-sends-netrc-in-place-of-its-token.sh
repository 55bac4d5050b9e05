#!/usr/bin/env bash
# azure-core 1.41.0 with requests 2.34.2 (Python): an entry for the host in ~/.netrc replaces the token of the credential.
#
# Expected: `Authorization: Bearer …`, which azure-core's policy has put on the request.
# Seen: `Authorization: Basic …` of the .netrc: azure-core hands the request to a session of requests, which trusts the
# environment and writes its own header over the one that is there. The service answers 401, and says nothing of why.
# With `use_env_settings=False`, which also forgets the proxies, or an `auth` of the session's own, the token is sent.
#
# Fails if that changes. Needs Python 3.11 or newer with venv, and PyPI.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check azure-core==1.41.0 requests==2.34.2
printf 'machine 127.0.0.1 login somebody password else\n' >"$folder/netrc"
NETRC="$folder/netrc" "$folder/venv/bin/python" - <<'PYTHON'
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

from azure.core import PipelineClient
from azure.core.credentials import AccessToken
from azure.core.pipeline.policies import BearerTokenCredentialPolicy
from azure.core.rest import HttpRequest


class Credential:
    def get_token(self, *_scopes, **_options):
        return AccessToken("t0ken", int(time.time()) + 3600)


class Service(BaseHTTPRequestHandler):
    seen = []

    def do_GET(self):
        self.seen.append(self.headers["Authorization"].split()[0])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"
for options in ({}, {"use_env_settings": False}):
    policy = BearerTokenCredentialPolicy(Credential(), "scope")
    with PipelineClient(url, policies=[policy], **options) as client:
        client.send_request(HttpRequest("GET", url), enforce_https=False)
print("with the environment, and without:", Service.seen)
assert Service.seen == ["Basic", "Bearer"], Service.seen
PYTHON
