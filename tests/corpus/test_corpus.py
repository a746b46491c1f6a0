"""What people really have: a file, or a folder of files, and what comes out of it.

To add one, put a file or a folder into ``files`` and run with ``GOLDEN_UPDATE=1``; read the new page in ``expected``
before you believe it. The files are written for this purpose; each shows one oddity that was seen in the wild.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.core.desired import add_required_defaults
from aci_reconcile.core.errors import Severity
from aci_reconcile.core.model import as_object
from aci_reconcile.core.references import Deferred
from aci_reconcile.core.secret import Secret
from aci_reconcile.manifest import Request, load
from aci_reconcile.manifest.export.manifests import dump_yaml

if TYPE_CHECKING:
    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.core.model import Json, Resource
    from aci_reconcile.manifest import Loaded

HERE = Path(__file__).parent
FILES, EXPECTED = HERE / "files", HERE / "expected"
UPDATE = bool(os.environ.get("GOLDEN_UPDATE"))
CASES = sorted(each.name for each in FILES.iterdir())
AT_LEAST = 60


def read(case: str) -> Loaded:
    """Return what is loaded: a folder as the current one, a file as the folder that it alone is listed of."""
    place = FILES / case
    given = Request(
        paths=() if place.is_dir() else (place,),
        project=None,
        resource_group="" if (place / "aci-reconcile.yaml").exists() else "rg",
        variables={"stage": "test"},
        environ={"PW": "not-really-secret"},
        cwd=place if place.is_dir() else FILES,
        version="0.1.0",
    )
    return load(given)


def opened(value: Json) -> Json:
    """Return a body as JSON; what is secret in it is marked."""
    if isinstance(value, Secret):
        return f"(secret) {value.reveal()}" if value.available else f"(secret, missing) {value.source}"
    if isinstance(value, Deferred):
        return str(value)
    if isinstance(value, dict):
        return {name: opened(each) for name, each in value.items()}
    return [opened(each) for each in value] if isinstance(value, list) else value


def sent(resource: Resource) -> dict[str, Json]:
    """Return the body of a PUT, readable."""
    return dict(as_object(opened(dict(add_required_defaults(resource.body)))))


def told(diagnostic: Diagnostic) -> str:
    """Return a complaint as one or two lines."""
    hint = f"\n    {diagnostic.hint}" if diagnostic.hint else ""
    path = f" [{diagnostic.path}]" if diagnostic.path else ""
    return f"{diagnostic.where}: {diagnostic.severity} {diagnostic.code}: {diagnostic.message}{path}{hint}\n"


def page(loaded: Loaded) -> str:
    """Return everything that comes out: whether it is valid, what is said, and the bodies that would be sent."""
    complaints = "".join(told(each) for each in loaded.diagnostics)
    if loaded.errors:
        return f"not valid\n{complaints}"
    bodies = [f"\n# PUT {each.id.address}\n{dump_yaml(sent(each))}" for each in loaded.resources]
    return f"valid\n{complaints}{''.join(bodies)}"


@pytest.mark.parametrize("case", CASES)
def test_what_comes_out(case: str) -> None:
    """Valid or not, every warning and error at its place, and what Azure gets.

    Where a thing is not valid there is an error, and no complaint shows more of a secret than its name.
    """
    loaded = read(case)
    actual = page(loaded)
    expected = EXPECTED / f"{case}.txt"
    if UPDATE:
        expected.write_text(actual, encoding="utf-8")

    assert expected.read_text(encoding="utf-8") == actual
    assert loaded.errors == any(each.severity is Severity.ERROR for each in loaded.diagnostics)
    assert not [each for each in loaded.diagnostics if "not-really-secret" in f"{each}"]


def test_there_are_enough() -> None:
    """And each page belongs to a case."""
    pages = sorted(each.name.removesuffix(".txt") for each in EXPECTED.iterdir())

    assert CASES == pages
    assert len(CASES) >= AT_LEAST
