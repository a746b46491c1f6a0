"""Codes about what lies over what: the project, its environments, its manifests, and other projects below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import NOTICE, WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

LAYERS: Final[Mapping[str, Code]] = {
    "ACI260": Code(
        "An empty property overrides nothing",
        "An explicit `null` removes what the defaults, the project or the manifest set. Nothing after the colon "
        "removes nothing: often the lines below it were commented out. Write `null`, or remove the key.",
        "environments: {test: {groups: {web: {ipAddress: }}}}",
        WARNING,
    ),
    "ACI261": Code(
        "Two patches name the same group",
        "Azure ignores the case of group names. Two patches for one group in two spellings would both apply, in an "
        "undefined order. Merge them into one.",
        "groups: {rg-shop/web: {restartPolicy: Never}, RG-SHOP/WEB: {restartPolicy: Always}}",
    ),
    "ACI262": Code(
        "A folder is a separate project",
        "The folder has its own project file, so its manifests use the defaults, variables and owner of that project. "
        "The project above leaves the folder out. To work on it, name the folder on the command line.",
        "name: payments    # in payments/aci-reconcile.yaml, below the aci-reconcile.yaml of another project",
        NOTICE,
    ),
    "ACI263": Code(
        "There is nothing to check",
        "No manifest was found, so no check could fail. A pipeline that checks the wrong folder would always pass. "
        "Name the folder that holds the manifests.",
        severity=WARNING,
    ),
    "ACI264": Code(
        "Not a valid variable file",
        "A `--var-file` contains lines in the format of a .env file, a JSON object, or (as `.yaml`) a YAML map. Each "
        "name occurs once, and each value is a text, a number or a boolean. Any other line could be a lost value, so "
        "it is an error.",
        "image_tag 1.4    # in prod.env",
    ),
}
