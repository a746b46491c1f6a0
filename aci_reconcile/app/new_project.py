"""The project file that an import writes if there is none, so that the groups have an owner at once."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.app.policy import UNNAMED
from aci_reconcile.app.subscription import LOCAL_SUBSCRIPTION
from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.model import as_text
from aci_reconcile.core.tags import is_owned_by
from aci_reconcile.manifest.source.files import PROJECT_FILE, find_project
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aci_reconcile.core.model import Json, Resource
    from aci_reconcile.manifest import Project

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_HERE = "./"
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_HINT = "use up to 64 letters, digits, `.`, `_` and `-`, first a letter or digit: --project-name shop"


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of a project file, and where its manifests are from there on."""

    folder: Path
    manifests: str = _HERE
    known: Path | None = None
    """The project file that the manifests' folder has, and the current folder has not."""


def find_home(cwd: Path, out: Path) -> Home:
    """Return where the project file of manifests in a folder is, or is to be."""
    target = Path(os.path.normpath(cwd / out))
    folder = cwd if target.is_relative_to(cwd) else target
    below = _HERE if target == folder else f"{target.relative_to(folder).as_posix()}/"
    return Home(folder, below, None if find_project(cwd) else find_project(target))


@dataclass(frozen=True, slots=True)
class NewProject:
    """A project that begins with the imported groups."""

    name: str
    file: Path
    subscription: str = ""
    resource_group: str = ""
    location: str = ""
    manifests: str = _HERE
    """The folder of the manifests, from the project file on."""
    id: str = ""
    """An id that other projects of the same name do not have."""
    variables: Mapping[str, Json] = field(default_factory=dict[str, "Json"])
    """Declarations of the variables that its manifests refer to."""
    create_resource_groups: bool = False
    environments: tuple[str, ...] = ()

    def owns(self, tag: str) -> bool:
        """Whether a group with this owner tag already belongs to the project."""
        return is_owned_by(tag, self.name, {self.id})

    def render(self) -> str:
        """Return the text of the project file."""
        from aci_reconcile.manifest.export.manifests import dump_yaml

        settings: dict[str, Json] = {
            "name": self.name,
            "id": self.id,
            "subscription": self.subscription,
            "resourceGroup": self.resource_group,
            "location": self.location,
            "createResourceGroups": self.create_resource_groups,
            "manifests": [self.manifests],
            "variables": dict(self.variables),
            "environments": {each: self._make_environment(each) for each in self.environments},
        }
        return dump_yaml({key: value for key, value in settings.items() if value})

    def _make_environment(self, name: str) -> dict[str, Json]:
        """Return the settings of an environment: where there are several, two would be two owners of one group."""
        own = f"{self.resource_group[: 89 - len(name)]}-{name}".rstrip(".")
        return {"resourceGroup": own} if len(self.environments) > 1 else {}


def make_project(
    name: str,
    groups: Sequence[Resource],
    project: Project,
    home: Home,
    *,
    alone: bool,
    entropy: Callable[[int], bytes] = os.urandom,
) -> NewProject:
    """Return the project; what all of its groups have in common is in its file.

    Args:
        name: its name, which becomes the owner of the groups.
        groups: the imported groups, at least one.
        project: the settings of the command line.
        home: where its file is to be.
        alone: whether there are no other manifests, which would belong to the project as well.
        entropy: randomness for its id.
    """
    # The subscription of the emulator is none of Azure's, and would fail there.
    subscription = project.subscription if project.subscription != LOCAL_SUBSCRIPTION else ""
    resource_groups = {each.id.resource_group.lower(): each.id.resource_group for each in groups}
    # A location or a resource group of the project file must hold for every manifest.
    locations = {as_text(each.body.get("location")) for each in groups}
    return NewProject(
        name,
        home.folder / PROJECT_FILE,
        subscription,
        next(iter(resource_groups.values())) if len(resource_groups) == 1 else "",
        locations.pop() if len(locations) == 1 else "",
        home.manifests if alone else _HERE,
        make_id(entropy),
    )


def make_id(entropy: Callable[[int], bytes]) -> str:
    """Return an id that no other project has: 60 random bits, in digits and letters that do not look alike."""
    number = int.from_bytes(entropy(8))
    return "".join(_DIGITS[number >> 5 * place & 31] for place in range(12))


def make_default_name(folder: Path) -> str:
    """Return a name for a project in a folder; it may be empty, and then it is not valid."""
    return _NOT_IN_NAMES.sub("-", folder.name).strip("-._")[:64]


def check_name(name: str, label: str) -> str:
    """Return the name of a project, if it is valid.

    Args:
        name: the name.
        label: how a message calls it.

    Raises:
        UsageError: it is not valid.
    """
    if not _NAME.fullmatch(name) or name == UNNAMED:
        raise UsageError(f"{label}: {sanitize(name)!r} is not a valid project name", hint=_HINT)
    return name
