"""A declarative reconciler for Azure Container Instances.

The public Python API is ``load``, ``connect``, ``plan``, ``apply`` and ``drift``, with ``Allow`` for what a plan may
do; see docs/python-api.md. They are imported when first used, so that ``import aci_reconcile`` costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aci_reconcile.cli.allow import Allow  # noqa: TC004  read on demand, see _Package
    from aci_reconcile.cli.api import apply, connect, drift, load, plan  # noqa: TC004  likewise

__all__ = ["Allow", "apply", "connect", "drift", "load", "plan"]


class _Package(ModuleType):
    """This package, whose names ``plan`` and ``drift`` are the functions, whichever of its modules were imported.

    Importing the module ``aci_reconcile.plan`` would otherwise put the module in the function's place. As a property
    of the class the function stays, and ``from aci_reconcile.plan import ...`` goes on to find the module.
    """


def _public(name: str) -> property:
    def read(_package: ModuleType) -> object:
        return getattr(import_module("aci_reconcile.cli.api"), name)

    def write(_package: ModuleType, _module: object) -> None:
        """Let the import system say that a module of this name was imported, and keep the function."""

    return property(read, write)


for _name in __all__:
    setattr(_Package, _name, _public(_name))
sys.modules[__name__].__class__ = _Package
