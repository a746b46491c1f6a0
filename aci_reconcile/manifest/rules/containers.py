"""Probes and environment variables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aci_reconcile.core.model import as_text
from aci_reconcile.core.redaction import is_secret_setting, veil_variable
from aci_reconcile.manifest.source.diagnostics import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.manifest.syntax.items import Item

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VALUES = ("value", "secureValue", "secureValueReference")


def check_probes(group: Item) -> None:
    """A maintainer of ACI: a probe has either a command or a request (virtual-kubelet/virtual-kubelet#280)."""
    for container in group.at("properties").each("containers"):
        for name in ("livenessProbe", "readinessProbe"):
            probe = container.at("properties", name)
            methods = [method for method in ("exec", "httpGet") if probe.has(method)]
            if len(methods) > 1:
                probe.at("httpGet").complain("ACI075", "a probe has either `exec` or `httpGet`", "keep one of them")
            elif probe and not methods:
                probe.complain("ACI076", "the probe has neither `exec` nor `httpGet`", "add one of them")


def check_probed_ports(group: Item) -> None:
    """Likely: a probe of a port that the container does not list is a typo."""
    for container in group.at("properties").each("containers"):
        listed = {port.at("port").number for port in container.at("properties").each("ports")}
        for name in ("livenessProbe", "readinessProbe"):
            port = container.at("properties", name, "httpGet", "port")
            if port and listed and port.number not in listed:
                port.complain("ACI077", f"the container does not list port {port.number:.0f}")


def _list_variables(group: Item) -> Iterator[tuple[Item, ...]]:
    properties = group.at("properties")
    for container in (*properties.each("containers"), *properties.each("initContainers")):
        yield container.at("properties").each("environmentVariables")


def check_variable_names(group: Item) -> None:
    """Azure: InvalidContainerEnvironmentVariable (Azure/aci-deploy#29); this tool identifies variables by name."""
    for variables in _list_variables(group):
        seen: set[str] = set()
        for variable in variables:
            name = variable.at("name")
            text = as_text(name.value)
            if name and not _VARIABLE.fullmatch(text):
                hint = "use a letter or `_` first, then letters, digits and `_`"
                name.complain("ACI026", f"{quote(text)} is not a valid environment variable name", hint)
            elif text in seen:
                name.complain("ACI027", f"the variable {quote(text)} is set twice")
            seen.add(text)


def check_variable_values(group: Item) -> None:
    """Azure: "One and only one property of 'value' and 'secureValue' can be specified" (mage-ai/mage-ai#4872).

    The warning about a readable variable that looks like a secret is this tool's own.
    """
    for variable in (variable for variables in _list_variables(group) for variable in variables):
        given = [name for name in _VALUES if variable.has(name)]
        if len(given) > 1:
            message = f"the variable has several values: {', '.join(given)}"
            variable.at(given[1]).complain("ACI080", message, "keep one of them")
        value, name = variable.at("value"), variable.at("name").text
        if value.value and is_secret_setting(name) and veil_variable(name, value.text) != value.text:
            hint = f'write {name}: {{secureValue: "${{env:{name}}}"}}'
            value.complain("ACI083", f"{quote(name)} looks like a secret, but its value is readable", hint)


def check_bare_variables(group: Item) -> None:
    """Azure: "One and only one property of 'value' and 'secureValue' can be specified" (mage-ai/mage-ai#4872).

    A live group may have the value, which Azure does not return. So this only warns, and the plan blocks a write that
    would send the variable without a value.
    """
    for variable in (variable for variables in _list_variables(group) for variable in variables):
        name = variable.at("name").text
        if name and not any(variable.has(key) for key in _VALUES):
            hint = f'write {{secureValue: "${{env:{name}}}"}} for a secret, or value: "" for an empty text'
            variable.complain("ACI208", f"the variable {quote(name)} has no value", hint)


def check_secret_references(group: Item) -> None:
    """Sense: a secret reference in a field must be one of the group's."""
    properties = group.at("properties")
    known = {each.at("name").text for each in properties.each("secretReferences")}
    if properties.at("secretReferences").doubtful:
        return
    for used in _list_references(group):
        if used.text and used.text not in known:
            used.complain(
                "ACI093", f"unknown secret reference {quote(used.text)}", used.diagnostics.suggest(used.text, known)
            )


def _list_references(group: Item) -> Iterator[Item]:
    properties = group.at("properties")
    for variables in _list_variables(group):
        yield from (variable.at("secureValueReference") for variable in variables)
    for registry in properties.each("imageRegistryCredentials"):
        yield registry.at("passwordReference")
    for volume in properties.each("volumes"):
        yield volume.at("azureFile", "storageAccountKeyReference")
        yield from (entry for _, entry in volume.entries("secretReference"))
