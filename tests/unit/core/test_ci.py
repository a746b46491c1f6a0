"""Whether a run is one of a pipeline."""

from __future__ import annotations

import pytest

from aci_reconcile.core.ci import find_ci


@pytest.mark.parametrize(
    ("environ", "variable"),
    [
        ({}, ""),
        ({"CI": ""}, ""),
        ({"GITLAB_CI": "true", "CI": "true"}, "CI"),
        ({"TF_BUILD": "True"}, "TF_BUILD"),
        ({"JENKINS_URL": "https://ci/"}, "JENKINS_URL"),
        ({"TEAMCITY_VERSION": "2026.1"}, "TEAMCITY_VERSION"),
    ],
)
def test_a_variable_says_so(environ: dict[str, str], variable: str) -> None:
    """One that is empty does not."""
    assert variable == find_ci(environ)
