"""Commands to copy: templates with the names of one group filled in, quoted for a POSIX shell.

Every name may come from Azure, so each is stripped of what a terminal obeys by whoever shows the command, and quoted
here. A command that needs a name which is not known is left out.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_list, as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aci_reconcile.core.model import Json, Resource

OWN: Final = "aci-reconcile "
"""How our own commands begin: they need the options that say where the group is."""

ON_GROUPS: Final = (
    "apply",
    "destroy",
    "events",
    "exec",
    "logs",
    "plan",
    "restart",
    "start",
    "status",
    "stop",
    "wait",
    "why",
)
"""Our commands that take every option that says where groups are."""

_QUOTED: Final = re.compile(rf"`({OWN}(?:{'|'.join(ON_GROUPS)})(?: [^`\n]*)?)`")
_FIELD: Final = re.compile(r"(?<!\{)\{([a-z_]+)\}(?!\})")
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_AZURE_REGISTRY: Final = re.compile(
    r"(?P<registry>[a-zA-Z0-9-]+)\.azurecr\.(?:io|us|cn)/(?P<repository>[^:@]+)(?:[:@].*)?", re.DOTALL
)


def make_names(resource: Resource, container: str = "", seen: str = "") -> dict[str, str]:
    """Return the names for the commands about a group, or about one of its containers.

    Args:
        resource: the live group.
        container: the name of the container; empty for the group itself.
        seen: what Azure says of it, which may name a volume.
    """
    image = _find_image(resource, container)
    account, share = _find_share(resource, seen)
    return {
        "id": str(resource.id),
        "address": resource.address,
        "container": container,
        "image": image,
        "account": account,
        "share": share,
        "registry_command": _make_registry_command(image),
    }


def fill_command(template: str, names: Mapping[str, str], options: tuple[str, ...] = ()) -> str:
    """Return a command to copy; empty if a name that it needs is not known.

    Args:
        template: the command, with names in braces.
        names: their values.
        options: what commands of ours need to find the group, word by word.
    """
    if any(not names.get(name) for name in _FIELD.findall(template)):
        return ""
    # A command that is a name as a whole was quoted when it was made.
    quoted = {name: value if name.endswith("_command") else quote(value) for name, value in names.items()}
    command = template.format(**quoted)
    return f"{command} {' '.join(map(quote, options))}" if options and command.startswith(OWN) else command


def complete_commands(text: str, options: Sequence[str]) -> str:
    """Return a text in which each command of ours on groups, in backticks, has the options that say where they are."""
    words = " ".join(map(quote, options))
    return _QUOTED.sub(lambda found: f"`{found[1]} {words}`", text) if words else text


def quote(text: str) -> str:
    """Return a word for a shell. Control characters are dropped: in a terminal even a quoted one would act."""
    return shlex.quote(_UNSAFE.sub("", text))


def _find_image(resource: Resource, container: str) -> str:
    for name in ("containers", "initContainers"):
        for each in map(as_object, as_list(resource.properties.get(name))):
            if container and as_text(each.get("name")) == container:
                return as_text(as_object(each.get("properties")).get("image"))
    return ""


def _find_share(resource: Resource, seen: str) -> tuple[str, str]:
    """Return the storage account and the share that a text is about; empty if there are several and it names none."""
    volumes = [each for each in map(as_object, as_list(resource.properties.get("volumes"))) if each.get("azureFile")]
    named = [each for each in volumes if _names_volume(seen, as_text(each.get("name")))]
    found = named or volumes
    file: Mapping[str, Json] = as_object(found[0].get("azureFile")) if len(found) == 1 else {}
    return as_text(file.get("storageAccountName")), as_text(file.get("shareName"))


def _names_volume(seen: str, name: str) -> bool:
    return bool(name) and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", seen) is not None


def _make_registry_command(image: str) -> str:
    """Return the command that shows what the registry has of an image."""
    if not image:
        return ""
    match = _AZURE_REGISTRY.fullmatch(image)
    if match is None:
        return f"docker manifest inspect {quote(image)}"
    return f"az acr repository show-tags -n {quote(match['registry'])} --repository {quote(match['repository'])}"
