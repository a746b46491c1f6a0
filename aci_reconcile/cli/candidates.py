"""Candidates for the shell's completion: names from the manifests, without Azure and without messages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import click

_HARMLESS = re.compile(r"[\w.()/-]+", re.ASCII)
"""Names that are offered; shells differ in how they treat other characters."""


def complete_environments(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the project's environments."""
    from aci_reconcile.manifest import list_environments as known

    return _select(lambda: known(Path.cwd(), _get_path(ctx, "project")), incomplete)


def complete_groups(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the groups' names, and their addresses once a slash is typed, or if a name is not unique."""
    from aci_reconcile.manifest import Request, list_names

    def find() -> Iterable[str]:
        environment, group = _get_text(ctx, "environment"), _get_text(ctx, "resource_group")
        request = Request(
            project=_get_path(ctx, "project"),
            environment=environment,
            resource_group=group,
            resolve=False,
            cwd=Path.cwd(),
        )
        addresses = list_names(request)
        short = [each.rpartition("/")[2] for each in addresses]
        unique = [name for name in short if short.count(name) == 1]
        return addresses if "/" in incomplete else [*unique, *addresses]

    return _select(find, incomplete)


def complete_schemas(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of the schemas."""
    from aci_reconcile.manifest.schemas import NAMES

    return [each for each in NAMES if each.startswith(incomplete)]


def complete_codes(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the codes of diagnostics."""
    from aci_reconcile.manifest import CODES

    return [each for each in CODES if each.startswith(incomplete.upper())]


def complete_subjects(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the codes of diagnostics and the paths of fields."""
    from aci_reconcile.manifest import CODES
    from aci_reconcile.manifest.explanation.lookup import list_paths

    paths = dict.fromkeys(each.replace("[]", "") for each in list_paths())
    return [each for each in (*CODES, *paths) if each.lower().startswith(incomplete.lower())]


def complete_facts(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the ids of the facts about Azure."""
    from aci_reconcile.facts.register import REGISTER

    return [row.id for row in REGISTER if row.id.startswith(incomplete.lower())]


def _select(find: Callable[[], Iterable[str]], incomplete: str) -> list[str]:
    """Return the words that begin so; none on an error, because a message would end up in what is being typed."""
    try:
        return [each for each in find() if each.startswith(incomplete.lower()) and _HARMLESS.fullmatch(each)]
    except Exception:  # noqa: BLE001  see above
        return []


def _get_text(ctx: click.Context, name: str) -> str:
    """Return what was typed for an option, after the command or before it."""
    own = ctx.params.get(name) or (ctx.parent.params.get(name) if ctx.parent else None)
    return own if isinstance(own, str) else ""


def _get_path(ctx: click.Context, name: str) -> Path | None:
    own = ctx.params.get(name) or (ctx.parent.params.get(name) if ctx.parent else None)
    return own if isinstance(own, Path) else None
