"""Whether a run is one of a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLES: Final = ("CI", "GITHUB_ACTIONS", "TF_BUILD", "GITLAB_CI", "JENKINS_URL", "TEAMCITY_VERSION")
"""Most set the first; Jenkins and TeamCity have one of their own alone (documented)."""


def find_ci(environ: Mapping[str, str]) -> str:
    """Return the variable that says that a pipeline runs this; empty if none does."""
    return next((name for name in _VARIABLES if environ.get(name)), "")
