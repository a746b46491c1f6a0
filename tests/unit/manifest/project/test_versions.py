"""Versions: of ARM's api, and of this tool as a project requires it."""

from __future__ import annotations

import pytest

from aci_reconcile.manifest.project.versions import find_newest, is_allowed, is_api_version, order_api_version


@pytest.mark.parametrize(
    ("version", "required", "fits"),
    [
        ("0.1.0", ">=0.1", True),
        ("1.0", "<1", False),
        ("1.4.5", "~=1.4", True),
        ("2.0", "~=1.4", False),
        ("1.4.5", "~=1.4.2", True),
        ("1.5.0", "~=1.4.2", False),
        ("1.0", "==1.0.0", True),
        ("1.0", "!=1", False),
        ("1.10", ">1.9", True),
        ("1", "<=1", True),
        ("1", "^1", None),
        ("1", "", None),
        ("1", " , ", None),
        ("1", "~=1", None),
        ("1.0.0rc1", ">=1.0", False),
        ("1.0.0rc1", ">=1.0rc1", True),
        ("1.0.0rc1", ">=0.9", True),
        ("1.0.0rc1", "<1", False),
        ("1.0.0rc1", "<2", True),
        ("1.0.0rc1", "==1.0", False),
        ("1.0.0rc2", ">=1.0rc1,<1.0", False),
        ("1.0.0rc2", "~=1.0rc1", True),
        ("1.0.dev3", "<1.0a1,>=1.0.dev1", True),
        ("1.0.0+local", "<=1.0", True),
        ("1.0.0.post1", ">=1.0", True),
    ],
)
def test_required_versions(version: str, required: str, fits: bool | None) -> None:
    """As pip says (PEP 440), also of pre-releases: they come before the release, and are allowed within a range."""
    assert is_allowed(version, required) is fits


def test_api_versions() -> None:
    """They are dates; a preview comes before the stable version of its day."""
    assert ["2025-09-01-preview", "2025-09-01", "2026-01-01-preview"] == sorted(
        ["2026-01-01-preview", "2025-09-01", "2025-09-01-preview"], key=order_api_version
    )
    assert find_newest("2025-09-01", "", "2024-01-01") == "2025-09-01"
    assert [True, True, False, False] == [
        is_api_version(each) for each in ("2025-09-01", "2025-09-01-preview", "2025-13-01", "2025-9-1")
    ]
