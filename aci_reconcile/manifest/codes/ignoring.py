"""Codes about what is left to others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

IGNORING: Final[Mapping[str, Code]] = {
    "ACI295": Code(
        "An ignored path leads into nothing",
        "The path names a field of a container, a volume or another entry that the manifest does not have: it was "
        "renamed, or the name is misspelt. What others set there is not carried over, and a write that would remove "
        "such an entry from the live group is held until the path is corrected or taken out.",
        'containers: [{name: web, image: nginx}]\nlifecycle: {ignore: ["containers[old].image"]}',
        WARNING,
    ),
}
