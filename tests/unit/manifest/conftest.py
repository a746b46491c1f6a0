"""The shortest way to a loaded manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aci_reconcile.manifest import Loaded, Request, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def load_text(tmp_path: Path) -> Callable[..., Loaded]:
    """Return a loader of texts; a single text is the file ``a.yaml``."""

    def loader(files: str | dict[str, str], **options: Any) -> Loaded:
        for name, text in ({"a.yaml": files} if isinstance(files, str) else files).items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        resolvers = options.pop("resolvers", None)
        given: dict[str, Any] = {"version": "0.1.0", "resource_group": "rg", "location": "westeurope", **options}
        return load(Request(cwd=tmp_path, **given), resolvers=resolvers)

    return loader
