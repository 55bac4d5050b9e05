"""`python -m tests.k8s.nodes`: two nodes for the control plane of a folder, until SIGTERM."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import click

from tests.k8s.nodes.api import Api
from tests.k8s.nodes.logs import serve_logs
from tests.k8s.nodes.nodes import Nodes
from tests.k8s.nodes.process import Image

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.option("--server", required=True, help="the API server's address")
@click.option("--keys", required=True, type=_FOLDER, help="where ca.crt, server.crt, server.key and token are")
@click.option("--folder", required=True, type=_FOLDER, help="for the pods")
@click.option("--image", required=True, type=_FOLDER, help="the environment that every container runs")
@click.option("--hosts", required=True, type=click.Path(path_type=Path), help="the names that pods look up")
def main(server: str, keys: Path, folder: Path, image: Path, hosts: Path) -> None:
    """Runs pods until it is ended."""
    api = Api(server, (keys / "token").read_text().strip(), keys / "ca.crt")
    nodes = Nodes(api, folder, Image(image, hosts), ("node-a", "node-b"))

    def stop(*_: object) -> None:
        nodes.kill()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    nodes.register()
    serve_logs(folder, keys / "server.crt", keys / "server.key")
    nodes.follow()


main()
