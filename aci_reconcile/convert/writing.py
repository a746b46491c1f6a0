"""Converted groups as manifests in the short form, by the engine of ``import``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.convert.conversion import Variable
from aci_reconcile.core.fields import Fold
from aci_reconcile.core.model import as_text
from aci_reconcile.core.normalize import fold
from aci_reconcile.manifest.export.manifests import dump_yaml
from aci_reconcile.manifest.export.placeholders import NeededVariable, Placeholders
from aci_reconcile.manifest.export.short_form import Shortener

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.convert.conversion import Conversion, ConvertedGroup
    from aci_reconcile.core.model import Json
    from aci_reconcile.manifest.export.manifests import SharedSettings

LOCATION = "location"
"""The variable for a region that neither the source nor the project names."""


@dataclass(frozen=True, slots=True)
class ConvertedManifest:
    """A group as a manifest."""

    group: ConvertedGroup
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """All manifests of a conversion, with what a person must set."""

    manifests: tuple[ConvertedManifest, ...]
    variables: tuple[Variable, ...]
    needed: tuple[NeededVariable, ...]


def write_manifests(conversion: Conversion, shared: SharedSettings) -> Written:
    """Return a manifest for each group; what the project says already is left out."""
    variables = {each.name: each for each in conversion.variables}
    needed = list(conversion.needed)
    manifests = tuple(_write(each, conversion, shared, variables, needed) for each in conversion.groups)
    ordered = sorted(variables.values(), key=lambda each: each.name)
    return Written(manifests, tuple(ordered), tuple(dict.fromkeys(needed)))


def _write(
    group: ConvertedGroup,
    conversion: Conversion,
    shared: SharedSettings,
    variables: dict[str, Variable],
    needed: list[NeededVariable],
) -> ConvertedManifest:
    placeholders = Placeholders(group.address, conversion.names, needed=needed)
    body = Shortener(placeholders, shared.default_paths, authored=not group.live).shorten(group.body)
    head: dict[str, Json] = {"name": group.name}
    if group.resource_group and group.resource_group.lower() != shared.resource_group.lower():
        head["resourceGroup"] = group.resource_group
    place = as_text(body.get(LOCATION))
    if shared.location and (not place or fold(place, Fold.SPACES) == fold(shared.location, Fold.SPACES)):
        body.pop(LOCATION, None)
    elif not place:
        variables.setdefault(LOCATION, Variable(LOCATION, group.where, description="Region of the groups."))
        head[LOCATION] = f"${{var:{LOCATION}}}"
    return ConvertedManifest(group, dump_yaml({**head, **body, **dict(_list_own_keys(group))}))


def _list_own_keys(group: ConvertedGroup) -> Iterator[tuple[str, Json]]:
    if group.depends_on:
        yield "lifecycle", {"dependsOn": list(group.depends_on)}
