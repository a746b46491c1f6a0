"""Codes about what is left to others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

IGNORING: Final[Mapping[str, Code]] = {
    "ACI295": Code(
        "An ignored path points to an entry that does not exist",
        "The path names a container, a volume or another entry that the manifest does not have: it was renamed, or "
        "the name is misspelt. Values that others set there are not carried over, and a write that would remove the "
        "entry from the live group is blocked. Correct the path, or remove it.",
        'containers: [{name: web, image: nginx}]\nlifecycle: {ignore: ["containers[old].image"]}',
        WARNING,
    ),
}
