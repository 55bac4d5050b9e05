"""The chart under Helm 3 and under Helm 4. Where neither can be had the tests are skipped with a sentence."""

from __future__ import annotations

import pytest

from tests.helm.chart import Chart
from tests.helm.tools import HelmUnavailableError, helm


@pytest.fixture(params=["3", "4"], scope="session")
def chart(request: pytest.FixtureRequest) -> Chart:
    """The test runs once with each Helm."""
    try:
        return Chart(helm(request.param))
    except HelmUnavailableError as error:
        pytest.skip(str(error))
