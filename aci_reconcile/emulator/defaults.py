"""What the service fills in, one row for each value: nothing that no recording, example or document shows."""

from __future__ import annotations

import base64
import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator import versions
from aci_reconcile.emulator.evidence import get_fact, rests_on

if TYPE_CHECKING:
    from aci_reconcile.emulator.model import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Default:
    """A property that an answer holds though no request did."""

    name: str
    value: Any
    since: str = ""
    """The first api-version whose answers have it; empty is all."""
    fact: str

    def __post_init__(self) -> None:
        get_fact(self.fact)


OF_GROUPS = (
    Default(name="sku", value="Standard", since=versions.SKU_SINCE, fact="sku-filled-in"),
    Default(name="initContainers", value=[], since=versions.SKU_SINCE, fact="init-containers-filled-in"),
    Default(name="provisioningTimeoutInSeconds", value=1800, since=versions.TIMEOUT_SINCE, fact="timeout-filled-in"),
    Default(name="isCustomProvisioningTimeout", value=False, since=versions.TIMEOUT_SINCE, fact="timeout-filled-in"),
    Default(name="isCreatedFromStandbyPool", value=False, since=versions.STANDBY_SINCE, fact="standby-filled-in"),
)
OF_CONTAINERS = (
    Default(name="ports", value=[], fact="ports-filled-in"),
    Default(name="environmentVariables", value=[], fact="variables-filled-in"),
    Default(name="configMap", value={"keyValuePairs": {}}, since=versions.STANDBY_SINCE, fact="config-map-filled-in"),
)
OF_INIT_CONTAINERS = (Default(name="environmentVariables", value=[], fact="variables-filled-in"),)
OF_CREDENTIALS = (
    Default(
        name="isDelegatedIdentity",
        value=False,
        since=versions.SYSTEM_DATA_SINCE,
        fact="delegated-identity-filled-in",
    ),
)


def fill_in(values: Json, defaults: tuple[Default, ...], version: str) -> Json:
    """Return the values with the defaults that the service adds in answers of an api-version."""
    added = {row.name: copy.deepcopy(row.value) for row in defaults if version >= row.since}
    return {**added, **values}


# What a policy of the confidential runtime decides about.
_DECISIONS = (
    *("mount_device", "mount_overlay", "create_container", "unmount_device", "unmount_overlay", "exec_in_container"),
    *("exec_external", "shutdown_container", "signal_container_process", "plan9_mount", "plan9_unmount"),
    *("get_properties", "dump_stacks", "runtime_logging", "load_fragment", "scratch_mount", "scratch_unmount"),
)


@rests_on("policy-filled-in")
def open_policy() -> str:
    """Return a policy that allows everything: like Azure's in what it says, not in every letter."""
    rules = "\n".join(f'{name} := {{"allowed": true}}' for name in _DECISIONS)
    return base64.b64encode(f'package policy\n\napi_svn := "0.10.0"\n\n{rules}\n'.encode()).decode()
