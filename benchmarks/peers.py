"""What a user has instead: a plain SDK script, azure-cli in a loop and eight at a time, an Ansible playbook."""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from clients.az import Az
from clients.world import installed

from benchmarks import project
from benchmarks.results import SDK_ALONE
from benchmarks.standin import Command, StandIn
from benchmarks.tools import PROGRAMS, bodies, expected

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.results import Work

SDK: Final = "SDK script"
AZ: Final = "az, loop"
AZ_8: Final = "az, 8 at a time"
ANSIBLE: Final = "Ansible"
PEERS: Final = (SDK, AZ, AZ_8, ANSIBLE)


@dataclass(frozen=True, slots=True)
class Sdk:
    """A script that gets, compares and puts one group after another."""

    clients: Path
    name: str = SDK

    def command(self, where: StandIn, work: Work, groups: int) -> Command:
        """Give it the bodies of all groups."""
        python = str(installed("sdk-ga", self.clients) / "python")
        words = [python, str(PROGRAMS / "sdk.py"), work, str(bodies(where, groups))]
        return Command(f"{self.name}: {work} {groups}", words, where.world.folder, where.environ(), work)


@dataclass(frozen=True, slots=True)
class SdkAlone:
    """The SDK's own part of a plan: it signs in and lists."""

    clients: Path
    name: str = SDK_ALONE

    def command(self, where: StandIn, work: Work, groups: int) -> Command:
        """Give it the file that names the resource group."""
        python = str(installed("sdk-ga", self.clients) / "python")
        words = [python, str(PROGRAMS / "sdk_list.py"), work, str(bodies(where, groups))]
        says = f"{work}: {groups} groups"
        return Command(f"{self.name}: {work} {groups}", words, where.world.folder, where.environ(), says, 0, 0)


@dataclass(frozen=True, slots=True)
class AzureCli:
    """``az container`` once for each group, some of them at a time.

    It cannot know what is unchanged: running it again is creating again. To change some, a script shows each and
    creates those.
    """

    clients: Path
    at_once: int = 1

    @property
    def name(self) -> str:
        """How tables call it."""
        return AZ if self.at_once == 1 else AZ_8

    def command(self, where: StandIn, work: Work, groups: int) -> Command:
        """Sign in where that was not done, and write the names of the groups."""
        az = Az(where.world, environments=self.clients)
        if not (where.world.folder / az.config).is_dir():
            az("config", "set", "core.collect_telemetry=false")
            az.sign_in(where.world.emulator.secret)
        numbers = range(groups)
        create = self._each(az, "create", [_created(number) for number in numbers])
        debug = self._each(az, "create", [_created(number, "debug") for number in numbers[:: project.STEP]])
        lines = {
            "create": create,
            "plan": create,
            "change": f"{self._each(az, 'show', [_named(number) for number in numbers])} && {debug}",
            "delete": self._each(az, "delete", [[*_named(number), "--yes"] for number in numbers]),
        }
        environ = where.world.environ(**az.settings())
        writes, deletes = (groups, 0) if work == "plan" else expected(work, groups)
        name = f"{self.name}: {work} {groups}"
        return Command(name, ["sh", "-c", lines[work]], where.world.folder, environ, "", writes, deletes)

    def _each(self, az: Az, verb: str, calls: Sequence[Sequence[str]]) -> str:
        """Write the words of each call into a file, and return the line that runs all of them."""
        text = "\n".join(shlex.join(call) for call in calls)
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        file = az.world.folder / f"{verb}-{digest}"
        file.write_text(text, encoding="utf-8")
        command = shlex.join([*az.words, "container", verb, "-o", "none"])
        return f"xargs -P {self.at_once} -L 1 {command} < {shlex.quote(str(file))}"


@dataclass(frozen=True, slots=True)
class Ansible:
    """A playbook that loops over the groups."""

    clients: Path
    name: str = ANSIBLE

    def command(self, where: StandIn, work: Work, groups: int) -> Command:
        """Give it the bodies of all groups, and the variables of its collection."""
        playbook = str(installed("ansible", self.clients) / "ansible-playbook")
        told = f"work={work} file={shlex.quote(str(bodies(where, groups)))}"
        words = [playbook, "-i", "localhost,", "-e", told, str(PROGRAMS / "playbook.yml")]
        environ = where.world.environ(**where.world.ansible())
        return Command(f"{self.name}: {work} {groups}", words, where.world.folder, environ, "failed=0")


def _named(number: int) -> list[str]:
    return ["-g", project.RESOURCE_GROUP, "-n", project.name(number)]


def _created(number: int, level: str = "info") -> list[str]:
    shape = f"--image {project.IMAGE} --os-type Linux --cpu 1 --memory 1.5 --ports 80 --ip-address Public"
    variables = ["--environment-variables", f"LOG_LEVEL={level}", "REGION=west"]
    secret = ["--secure-environment-variables", f"{project.VARIABLE}={project.password(number)}"]
    registry = ["--registry-login-server", project.REGISTRY, "--registry-username", project.REGISTRY_USER]
    registry += ["--registry-password", project.registry_password()]
    share = f"--azure-file-volume-share-name {project.SHARE} --azure-file-volume-account-name {project.ACCOUNT}"
    share += f" --azure-file-volume-mount-path {project.MOUNT} --azure-file-volume-account-key {project.files_key()}"
    mounted = shlex.split(share) if project.mounts(number) else []
    return [*_named(number), *shlex.split(shape), *variables, *secret, *registry, *mounted]
