"""Codes about the file of a fleet: the projects that one command is about."""

from __future__ import annotations

from typing import Final

from aci_reconcile.manifest.code import Basis, Code, Evidence

_PAGE: Final = (Evidence(Basis.OURS, "docs/fleet.md"),)

ACI265: Final = Code(
    "ACI265",
    "Not a valid fleet file",
    "The file that `--fleet` names is a map with the list `projects`. Each entry has `project`, the path of a project "
    "file, and may have `environment`, `subscription` and `name`.",
    example="projects:\n  - shop/aci-reconcile.yaml",
    evidence=_PAGE,
)

ACI266: Final = Code(
    "ACI266",
    "A project is named twice",
    "Two entries of a fleet have the same project file, environment and subscription, so each group would be written "
    "twice. Remove one of them. Two entries may not have the same `name` either: it is the name of a file.",
    example="projects:\n  - {project: shop.yaml}\n  - {project: shop.yaml}",
    evidence=_PAGE,
)

ACI267: Final = Code(
    "ACI267",
    "The project file of a fleet can't be read",
    "`project` is the path of a project file, relative to the fleet file and inside the same repository.",
    example="projects:\n  - {project: ../elsewhere/aci-reconcile.yaml}",
    evidence=_PAGE,
)

ACI268: Final = Code(
    "ACI268",
    "Not a subscription id, in a fleet",
    "`subscription` is a GUID, because names of subscriptions are not unique. In a fleet it is an error, since another "
    "command line would not show it.",
    example="projects:\n  - {project: shop.yaml, subscription: production}",
    evidence=_PAGE,
)
