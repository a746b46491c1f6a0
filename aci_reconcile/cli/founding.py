"""A project file for groups that are imported where there is none: so that they have an owner of their own at once."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.app.allow import UNNAMED
from aci_reconcile.app.manifests import LOCAL_SUBSCRIPTION
from aci_reconcile.cli.approval import answered
from aci_reconcile.cli.console import is_terminal
from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.model import as_text
from aci_reconcile.core.tags import is_owned_by
from aci_reconcile.manifest.source.files import PROJECT_FILE, find_project
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aci_reconcile.cli.session import Session
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


def home_of(cwd: Path, out: Path) -> Home:
    """Return where the project file stands, or is to stand, of manifests that are written into a folder."""
    target = Path(os.path.normpath(cwd / out))
    folder = cwd if target.is_relative_to(cwd) else target
    below = _HERE if target == folder else f"{target.relative_to(folder).as_posix()}/"
    return Home(folder, below, None if find_project(cwd) else find_project(target))


@dataclass(frozen=True, slots=True)
class Founded:
    """A project that begins with what is imported."""

    name: str
    file: Path
    subscription: str = ""
    resource_group: str = ""
    location: str = ""
    manifests: str = _HERE
    """The folder of the manifests, from the project file on."""
    id: str = ""
    """What tells it from other projects with its name."""

    def owns(self, tag: str) -> bool:
        """Whether a group with this owner tag is the project's already."""
        return is_owned_by(tag, self.name, {self.id})

    def text(self) -> str:
        """Return the project file."""
        from aci_reconcile.manifest.export.manifests import dump_yaml

        said: dict[str, Json] = {
            "name": self.name,
            "id": self.id,
            "subscription": self.subscription,
            "resourceGroup": self.resource_group,
            "location": self.location,
            "manifests": [self.manifests],
        }
        return dump_yaml({key: value for key, value in said.items() if value})


def founded(
    name: str,
    groups: Sequence[Resource],
    project: Project,
    home: Home,
    *,
    alone: bool,
    entropy: Callable[[int], bytes] = os.urandom,
) -> Founded:
    """Return the project: what all of its groups have in common is said once.

    Args:
        name: its name, which becomes the owner of the groups.
        groups: what is imported; at least one.
        project: what the command line says.
        home: where its file is to stand.
        alone: whether there are no manifests besides, which would belong to it, too.
        entropy: chance, for its id.
    """
    subscription = project.subscription if project.subscription != LOCAL_SUBSCRIPTION else ""
    resource_groups = {each.id.resource_group.lower(): each.id.resource_group for each in groups}
    locations = {as_text(each.body.get("location")) for each in groups}
    return Founded(
        name,
        home.folder / PROJECT_FILE,
        subscription,
        next(iter(resource_groups.values())) if len(resource_groups) == 1 else "",
        locations.pop() if len(locations) == 1 else "",
        home.manifests if alone else _HERE,
        fresh_id(entropy),
    )


def fresh_id(entropy: Callable[[int], bytes]) -> str:
    """Return an id that no other project has: 60 random bits, in digits and letters that are told apart easily."""
    number = int.from_bytes(entropy(8))
    return "".join(_DIGITS[number >> 5 * place & 31] for place in range(12))


def named(given: str, folder: Path, session: Session) -> str:
    """Return the name of a new project: what was given, what a person types, or else what its folder is called.

    Raises:
        UsageError: that is no name.
    """
    default = _NOT_IN_NAMES.sub("-", folder.name).strip("-._")[:64]
    asked = not given and not session.console.json and is_terminal(session.stdin)
    name = given or (_answer(default, session) if asked else default)
    if not _NAME.fullmatch(name) or name == UNNAMED:
        what = "--project-name" if given else "the name of the new project"
        raise UsageError(f"{what}: {sanitize(name)!r} is not a valid project name", hint=_HINT)
    return name


def _answer(default: str, session: Session) -> str:
    """Ask for the name; an empty line takes the default.

    Raises:
        UsageError: nothing was typed at all.
    """
    console = session.console
    console.raw(f"There is no {PROJECT_FILE} here. The name of the new project becomes the owner of its groups.\n")
    console.raw(f"{console.notes.paint(console.notes.bold, 'Project name')}{f' [{default}]' * bool(default)}: ")
    line = answered(session.stdin) if session.stdin is not None else ""
    if not line:
        console.raw("\n")
        raise UsageError("no name was given; nothing was written", hint="use --project-name")
    return line.strip() or default
