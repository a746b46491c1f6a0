"""What a shell offers while a command is typed: names from the manifests, without Azure, without a complaint."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import click

_HARMLESS = re.compile(r"[\w.()/-]+", re.ASCII)
"""What is offered: shells differ in what they do with the rest."""


def environments(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the project's environments."""
    from aci_reconcile.manifest import list_environments as known

    return _fitting(lambda: known(Path.cwd(), _path(ctx, "project")), incomplete)


def groups(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the groups' names, and their addresses once a slash has been typed or where a name is not unique."""
    from aci_reconcile.manifest import Request, list_names

    def found() -> Iterable[str]:
        environment, group = _text(ctx, "environment"), _text(ctx, "resource_group")
        request = Request(
            project=_path(ctx, "project"), environment=environment, resource_group=group, resolve=False, cwd=Path.cwd()
        )
        addresses = list_names(request)
        short = [each.rpartition("/")[2] for each in addresses]
        unique = [name for name in short if short.count(name) == 1]
        return addresses if "/" in incomplete else [*unique, *addresses]

    return _fitting(found, incomplete)


def schemas(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of the schemas."""
    from aci_reconcile.manifest.schemas import NAMES

    return [each for each in NAMES if each.startswith(incomplete)]


def codes(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the codes of diagnostics."""
    from aci_reconcile.manifest import CODES

    return [each for each in CODES if each.startswith(incomplete.upper())]


def _fitting(found: Callable[[], Iterable[str]], incomplete: str) -> list[str]:
    """Return the words that begin so; none where there is no telling, for nobody asked to be told why."""
    try:
        return [each for each in found() if each.startswith(incomplete.lower()) and _HARMLESS.fullmatch(each)]
    except Exception:  # noqa: BLE001  a complaint would end up in the middle of what is being typed
        return []


def _text(ctx: click.Context, name: str) -> str:
    """Return what was typed for an option, after the command or before it."""
    own = ctx.params.get(name) or (ctx.parent.params.get(name) if ctx.parent else None)
    return own if isinstance(own, str) else ""


def _path(ctx: click.Context, name: str) -> Path | None:
    own = ctx.params.get(name) or (ctx.parent.params.get(name) if ctx.parent else None)
    return own if isinstance(own, Path) else None
