"""Whole outputs of the loader: a folder per case, its files in, its diagnostics out.

``GOLDEN_UPDATE=1`` writes what comes out; its difference is then reviewed.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.core.secret import Secret
from aci_reconcile.manifest import Base, Request, load, rules
from aci_reconcile.manifest.group_check import GroupChecks

if TYPE_CHECKING:
    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.manifest.syntax.items import Item

CASES = Path(__file__).parent / "diagnostics"
UPDATE = bool(os.environ.get("GOLDEN_UPDATE"))
CANARY = "CANARY"
HOME = "aci_reconcile.manifest.rules"


def render(diagnostic: Diagnostic) -> str:
    """Return a diagnostic as the command line shows it."""
    head = f"{diagnostic.where}: {diagnostic.severity} {diagnostic.code}: {diagnostic.message}"
    path = f" [{diagnostic.path}]" if diagnostic.path else ""
    hint = f"\n    {diagnostic.hint}" if diagnostic.hint else ""
    return f"{head}{path}{hint}\n"


NAMES = sorted(each.parent.name for each in CASES.glob("*/expected.txt"))


def request(folder: Path) -> Request:
    """Return what the loader is asked for."""
    environ = {"CANARY": "CANARY-ENV", "PUBLIC": "1.2.3", "AZURE_CLIENT_SECRET": "CANARY-OWN"}
    base = folder / "base.txt"
    reviewed = Base(base.read_text(encoding="utf-8")) if base.exists() else None
    return Request(cwd=folder, environ=environ, version="0.1.0", base=reviewed)


class Vault:
    """Holds one secret, which has expired."""

    def resolve(self, _scheme: str, name: str, /) -> Secret | None:
        """Return it."""
        source, notice = f"keyvault:{name}", "it has expired (2023-11-14)"
        return Secret("CANARY-VAULT", source=source, notice=notice) if name == "shop-kv/old" else None


@pytest.mark.parametrize("case", NAMES)
def test_diagnostics(case: str) -> None:
    """All problems of all files, each at its place, and no secret among them."""
    folder = CASES / case

    loaded = load(request(folder), resolvers={"keyvault": Vault()})

    actual = "".join(render(each) for each in loaded.diagnostics)
    expected = folder / "expected.txt"
    if UPDATE:
        expected.write_text(actual, encoding="utf-8")
    assert expected.read_text(encoding="utf-8") == actual
    assert not [each for each in loaded.diagnostics if f"{CANARY}-" in each.message + each.hint + each.path]
    assert f"{CANARY}-" not in repr(loaded)


@pytest.mark.parametrize("case", NAMES)
def test_a_rule_that_is_not_asked_would_have_had_nothing_to_say(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most are asked only where what they are about stands in the body."""
    asked = load(request(CASES / case)).diagnostics
    everything = [rule for some in rules.RULES.values() for rule in some]

    def all_of_them(group: Item) -> None:
        for rule in everything:
            rule(group)

    monkeypatch.setattr("aci_reconcile.manifest.group_check.check", all_of_them)
    monkeypatch.setattr("aci_reconcile.manifest.documents._CHECKS", GroupChecks())  # nothing is known to be right

    assert asked == load(request(CASES / case)).diagnostics


def test_every_rule_is_asked_somewhere() -> None:
    """What a module of rules offers is in the table, once."""
    listed = [rule for some in rules.RULES.values() for rule in some]
    modules = [each for each in vars(rules).values() if isinstance(each, ModuleType) and each.__name__.startswith(HOME)]
    offered = [
        each
        for module in modules
        for name, each in vars(module).items()
        if isinstance(each, FunctionType) and each.__module__ == module.__name__ and name.startswith("check_")
    ]

    assert sorted(map(repr, offered)) == sorted(map(repr, listed))
