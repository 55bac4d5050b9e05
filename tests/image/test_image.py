"""The image as a pod runs it: process 1, no root, a read-only file system."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest

import consumer
from tests.image.container import BASE, Image, built, process_one, unavailable
from tests.support.pipeline import API_KEY, NAMESPACE, Pipeline
from tests.support.settings import service_settings, write_settings

EVENTS = 3000
pytestmark = [pytest.mark.timeout(3600), pytest.mark.skipif(unavailable() is not None, reason=str(unavailable()))]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """Built once."""
    with built(tmp_path_factory.mktemp("image")) as image:
        yield image


def test_it_says_what_it_is(image: Image) -> None:
    """A numeric user, so that `runAsNonRoot` can be checked; the entrypoint without a shell."""
    assert image.config["User"] == "10001:10001"
    assert image.config["Entrypoint"] == ["/opt/bluecore-consumer/bin/bluecore-consumer"]
    assert image.config["Cmd"] == ["run", "--config", "/etc/bluecore-consumer/config.yaml"]
    assert image.config["Labels"]["org.opencontainers.image.version"] == consumer.__version__
    assert image.config["Labels"]["org.opencontainers.image.base.name"] == BASE


def test_it_holds_no_tools_and_no_tests(image: Image) -> None:
    """No pip, not even the base's own; no compiler, no source beside the installed package."""
    packages = _packages(image)

    assert not (image.root / "src").exists()
    assert [each.name for each in image.root.glob("opt/*")] == ["bluecore-consumer"]
    assert list(image.root.glob("usr/local/**/pip*")) == []
    assert [name for name in ("pip", "hatchling", "tests", "pytest") if (packages / name).exists()] == []
    assert not list(image.root.glob("usr/bin/*gcc*"))
    assert len(list((packages / "consumer/sample_schemas").glob("*.avsc"))) == 10


def test_it_runs_machine_code(image: Image, tmp_path: Path) -> None:
    """And says so; the source lies beside it, so that a traceback can quote it."""
    log = tmp_path / "log"

    with image.running(tmp_path, ["--version"], log) as asked:
        assert asked.wait(60) == 0, log.read_text()

    assert log.read_text() == f"bluecore-consumer, version {consumer.__version__} (compiled)\n"
    assert {each.suffix for each in (_packages(image) / "consumer/delivery").glob("engine.*")} == {".py", ".so"}


def test_its_bill_of_materials_names_what_is_installed(image: Image) -> None:
    """In CycloneDX, where scanners look for it: the packages of the environment, and no others."""
    bill = json.loads((image.root / "usr/share/sbom/bluecore-consumer.cdx.json").read_text())
    installed = {f"{each.name}=={each.version}".lower() for each in distributions(path=[str(_packages(image))])}

    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "bluecore-consumer")
    named = {f"{each['name']}=={each['version']}".lower() for each in bill["components"]}
    assert named | {f"bluecore-consumer=={consumer.__version__}"} == installed
    assert all(each["purl"].startswith("pkg:pypi/") for each in bill["components"])


def test_the_demo_runs_in_it(image: Image, tmp_path: Path) -> None:
    """Broker, registry, sandbox and service, with nothing but what the image holds."""
    log = tmp_path / "log"

    with image.running(tmp_path, ["demo", "--events", "200"], log) as demo:
        assert demo.wait(100) == 0, log.read_text()


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
def test_sigterm_to_process_one_drains(image: Image, pipeline: Pipeline, tmp_path: Path) -> None:
    """In the middle of its work: what was sent is committed, so that the next one sends only the rest."""
    topic = pipeline.broker.topic()
    _configure(pipeline, topic, tmp_path)
    pipeline.produce(topic, "customer_patch", [f"customer.{number}@example.com" for number in range(EVENTS)])

    for until in (EVENTS // 10, EVENTS):
        log = tmp_path / f"{until}.log"
        with image.running(tmp_path, image.config["Cmd"], log) as started:
            pipeline.accepted(until)
            inside = process_one(started)
            assert _number_inside(inside) == 1
            os.kill(inside, signal.SIGTERM)
            assert started.wait(60) == 0, log.read_text()
        if until < EVENTS:
            assert pipeline.sandbox.counts.accepted < EVENTS

    assert (pipeline.sandbox.counts.accepted, pipeline.sandbox.counts.duplicates) == (EVENTS, 0)


def _packages(image: Image) -> Path:
    (packages,) = (image.root / "opt/bluecore-consumer").glob("lib/python3.*/site-packages")
    return packages


def _configure(pipeline: Pipeline, topic: str, folder: Path) -> None:
    """Slow enough to be stopped in the middle."""
    settings = service_settings(
        pipeline.broker.bootstrap,
        [{"topic": topic, "event": "customer_patch"}],
        bluecore_url=pipeline.bluecore_url,
        registry_url=pipeline.shop.registry_url,
        namespace=NAMESPACE,
        bluecore={"api_key": API_KEY},
        delivery={"rate_limit_per_second": 300},
        dead_letters={"retry_topic": pipeline.retry_topic, "dead_letter_topic": pipeline.dead_letter_topic},
    )
    settings["kafka"] |= {"group_id": pipeline.group, "options": dict(pipeline.broker.options)}
    write_settings(folder, settings)


def _number_inside(process: int) -> int:
    """The process's own number in its innermost namespace."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("NSpid:")).split()[-1])
