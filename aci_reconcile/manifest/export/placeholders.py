"""Placeholders for secrets of an imported group: references to environment variables that you must set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_text
from aci_reconcile.core.withheld import make_variable_name
from aci_reconcile.manifest.source.credentials import is_own_credential

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.model import Body, Json

FILE_NAME = "name-of-the-file"
"""Azure does not return the names of the files in a secret volume."""

NOTHING: Final[Mapping[str, str]] = {}
"""No reference is known."""


@dataclass(frozen=True, slots=True)
class NeededVariable:
    """An environment variable that an imported manifest refers to, and the field that needs it."""

    variable: str
    address: str
    path: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class VariableNames:
    """Names for environment variables: one for each secret, and never one of the tool's own variables."""

    taken: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def choose_name(self, secret: tuple[str, ...], *candidates: tuple[str, ...]) -> str:
        """Return the name for a secret: the same name for the same secret, else the first free candidate."""
        # From short to long: a short name is easier to set, and a longer one is needed only if two secrets share it.
        names = [make_variable_name(*parts) for parts in candidates]
        names += [f"{names[-1]}_{number}" for number in range(2, len(self.taken) + 3)]
        found = next(name for name in names if self.taken.get(name, secret) == secret and not is_own_credential(name))
        self.taken[found] = secret
        return found


@dataclass(frozen=True, slots=True)
class Placeholders:
    """Creates and records the placeholders of one group."""

    address: str
    variables: VariableNames
    known: Mapping[str, str] = field(default_factory=dict[str, str])
    """Known references of secrets, by path."""
    needed: list[NeededVariable] = field(default_factory=list["NeededVariable"])

    def fill(self, raw: Body, found: dict[str, Json], node: Node, at: str) -> None:
        """Add a reference for every value that Azure does not return.

        Args:
            raw: the object as Azure returns it.
            found: the output so far; references are added to it.
            node: the fields of the object.
            at: its path, as people name it.
        """
        match node.row.path.rpartition(".")[2]:
            case "environmentVariables[]":
                self._fill_variable(raw, found, at)
            case "imageRegistryCredentials[]":
                self._fill_registry(found, at)
            case "azureFile":
                self._fill_share(found, at)
            case "logAnalytics":
                workspace = as_text(found.get("workspaceId"))
                found["workspaceKey"] = self._make_reference(
                    f"{at}.workspaceKey", ("workspace", workspace), ("WORKSPACE_KEY",), (workspace, "WORKSPACE_KEY")
                )
            case "volumes[]":
                self._fill_files(raw, found, at)
            case _:
                pass

    def _fill_variable(self, raw: Body, found: dict[str, Json], at: str) -> None:
        """Azure returns a secure variable as its name only."""
        if raw.get("value") is not None or "secureValueReference" in found:
            return
        name = as_text(found.get("name"))
        group = self.address.rpartition("/")[2]
        container = at.partition("[")[2].partition("]")[0]
        full = (*self.address.split("/"), container, name)
        found["secureValue"] = self._make_reference(
            at, (self.address, at), (group, name), (group, container, name), full
        )

    def _fill_registry(self, found: dict[str, Json], at: str) -> None:
        if "username" not in found or "passwordReference" in found:
            return
        # One secret for all groups that pull from the same registry as the same user: it is the same password.
        server, user = as_text(found.get("server")), as_text(found.get("username"))
        secret = ("registry", server.lower(), user)
        found["password"] = self._make_reference(
            f"{at}.password", secret, (server, "PASSWORD"), (server, user, "PASSWORD")
        )

    def _fill_share(self, found: dict[str, Json], at: str) -> None:
        if "storageAccountKeyReference" in found:
            return
        account = as_text(found.get("storageAccountName"))
        found["storageAccountKey"] = self._make_reference(
            f"{at}.storageAccountKey", ("storage", account.lower()), (account, "KEY"), (account, "STORAGE_KEY")
        )

    def _fill_files(self, raw: Body, found: dict[str, Json], at: str) -> None:
        if not isinstance(raw.get("secret"), dict):
            return
        name = as_text(found.get("name"))
        group = self.address.rpartition("/")[2]
        note = "Azure does not return the file names: replace name-of-the-file with them"
        reference = self._make_reference(
            f"{at}.secret", (self.address, at), (group, name), (*self.address.split("/"), name), note=note
        )
        found["secret"] = {FILE_NAME: {"fromText": reference}}

    def _make_reference(self, path: str, secret: tuple[str, ...], *candidates: tuple[str, ...], note: str = "") -> str:
        if path in self.known:
            return self.known[path]
        variable = self.variables.choose_name(secret, *candidates)
        self.needed.append(NeededVariable(variable, self.address, path, note))
        return f"${{env:{variable}}}"
