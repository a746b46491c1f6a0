"""Codes about what lies over what: the project, its environments, its manifests, and other projects below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import NOTICE, WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

LAYERS: Final[Mapping[str, Code]] = {
    "ACI260": Code(
        "Nothing stands over what a lower layer says",
        "A written `null` takes away what the defaults, the project or the manifest say below it. Nothing behind the "
        "colon takes nothing away: often the lines below it were commented out.",
        "environments: {test: {groups: {web: {ipAddress: }}}}",
        WARNING,
    ),
    "ACI261": Code(
        "Two patches name one group",
        "Azure does not tell capitals from small letters in the names of groups. Two patches of one group in two "
        "spellings would both be laid over it, in an order that nobody has written down.",
        "groups: {rg-shop/web: {restartPolicy: Never}, RG-SHOP/WEB: {restartPolicy: Always}}",
    ),
    "ACI262": Code(
        "A folder is a project of its own",
        "It has a project file, so that its manifests belong to that project, with its defaults, its variables and "
        "its owner. The project above leaves the folder out; name the folder to work on it.",
        "name: payments    # in payments/aci-reconcile.yaml, below the aci-reconcile.yaml of another project",
        NOTICE,
    ),
    "ACI263": Code(
        "There is nothing to check",
        "No manifest was found where it was looked for, so that nothing can be wrong with one. A pipeline that checks "
        "the wrong folder would be green for ever.",
        severity=WARNING,
    ),
    "ACI264": Code(
        "Not a file of values",
        "A file of `--var-file` holds lines as a .env file does, a JSON object, or (as `.yaml`) a YAML map: each name "
        "once, each value a text, a number or a flag. A line that is nothing of that would be a value that is missing.",
        "image_tag 1.4    # in prod.env",
    ),
}
