"""What packages offer is there, whatever was imported before."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType

import pytest


@pytest.mark.parametrize("package", ["aci_reconcile.planning", "aci_reconcile.reconcile"])
def test_no_public_name_is_hidden_by_a_module(package: str) -> None:
    """A module of the same name stands in its place as soon as somebody imports it, where names are imported late."""
    found = import_module(package)
    for each in pkgutil.iter_modules(found.__path__, f"{package}."):
        import_module(each.name)

    assert [] == [name for name in found.__all__ if isinstance(getattr(found, name), ModuleType)]


def test_a_name_that_nobody_offers_is_an_attribute_error() -> None:
    """As with any module."""
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = import_module("aci_reconcile.planning").nothing
