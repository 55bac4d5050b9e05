"""The chart under Helm 3 and under Helm 4. Where neither can be had the tests are skipped with a sentence."""

from __future__ import annotations

import pytest

from tests.helm.chart import Chart
from tests.helm.tools import HelmUnavailableError, helm


@pytest.fixture(params=["3", "4"], scope="session")
def chart(request: pytest.FixtureRequest) -> Chart:
    """The test runs once with each Helm."""
    return _chart(request.param)


@pytest.fixture(scope="session")
def helm_3() -> Chart:
    """For a test with so many cases that one Helm is enough."""
    return _chart("3")


@pytest.fixture(scope="session")
def helm_4() -> Chart:
    """For the notes: Helm 3 shows them only with a cluster at hand."""
    return _chart("4")


def _chart(major: str) -> Chart:
    try:
        return Chart(helm(major))
    except HelmUnavailableError as error:
        pytest.skip(str(error))
