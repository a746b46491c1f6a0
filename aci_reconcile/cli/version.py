"""Which version runs: imported alone by ``--version``, so that it answers at once."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def running() -> str:
    """Return the version of the installed package; ``0`` in a checkout that is not installed."""
    try:
        return version("aci-reconcile")
    except PackageNotFoundError:
        return "0"
