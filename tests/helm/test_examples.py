"""Each example file installs as it stands, on every Kubernetes, and the service takes the configuration it gives."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import certifi
import pytest
import yaml

from consumer.commands.validation.configuration import load_checked
from tests.helm.chart import EXAMPLES, Chart
from tests.helm.kubernetes import faults
from tests.support.pages import CONFIGURATION

ENVIRONMENT = {
    "BLUECORE_NAMESPACE": "shop",
    "BLUECORE_API_KEY": "key",
    "BLUECORE_CLIENT_SECRET": "secret",
    "KAFKA_USERNAME": "consumer",
    "KAFKA_PASSWORD": "password",
    "REGISTRY_USERNAME": "consumer",
    "REGISTRY_PASSWORD": "password",
    "POD_NAME": "shop-bluecore-consumer-0",
    "POD_NAMESPACE": "shop",
}

each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)


@each_example
def test_a_cluster_takes_every_object(chart: Chart, example: Path) -> None:
    """No unknown field and no wrong type, on the oldest and on the newest Kubernetes."""
    rendered = chart.of(example).render()

    assert [fault for each in rendered.objects for fault in faults(each)] == []


@each_example
def test_helm_finds_nothing_to_improve(chart: Chart, example: Path) -> None:
    """`helm lint --strict`, which also renders the notes."""
    done = chart.of(example).run("lint", "--strict", str(chart.folder))

    assert done.returncode == 0, done.stdout + done.stderr


@each_example
def test_the_service_takes_the_configuration(chart: Chart, example: Path, tmp_path: Path) -> None:
    """What the ConfigMap holds passes the service's own checks, with the secrets in the environment."""
    rendered = chart.of(example).render()
    (tmp_path / "ca.crt").write_text(Path(certifi.where()).read_text())
    mounted = rendered.config.replace("/etc/bluecore-consumer-tls", str(tmp_path))
    (tmp_path / "config.yaml").write_text(mounted)

    config = load_checked(tmp_path / "config.yaml", ENVIRONMENT)

    given = yaml.safe_load(example.read_text())
    assert config.kafka.bootstrap_servers == given["kafka"]["bootstrap_servers"]
    assert len(config.routes) == len(given["routes"])


def test_the_configuration_of_the_documentation_is_a_values_file(chart: Chart, tmp_path: Path) -> None:
    """It installs as it stands, with the Secret named beside it."""
    local = tmp_path / "bluecore-consumer.yaml"
    local.write_text(CONFIGURATION)

    rendered = chart.of(local).render({"existingSecret": "bluecore"})

    assert load_checked(_written(tmp_path, rendered.config), ENVIRONMENT) == load_checked(local, ENVIRONMENT)


def _written(folder: Path, config: str) -> Path:
    file = folder / "config.yaml"
    file.write_text(config)
    return file


def test_four_values_are_enough(chart: Chart) -> None:
    """Brokers, registry, the Secret with the namespace, and routes."""
    given = yaml.safe_load(chart.base.read_text())

    assert set(given) == {"kafka", "schema_registry", "existingSecret", "routes"}
    assert chart.render().container["envFrom"] == [{"secretRef": {"name": given["existingSecret"]}}]


def test_the_sandbox_of_a_laptops_cluster_answers_to_the_name_of_its_service() -> None:
    """The service and the sandbox meet by it: another name would be refused."""
    given = yaml.safe_load((EXAMPLES[0].parent / "development.yaml").read_text())
    deployment, service = given["extraObjects"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    allowed = container["args"][container["args"].index("--allow-host") + 1]
    assert urlsplit(given["bluecore"]["url"]).hostname == service["metadata"]["name"] == allowed
