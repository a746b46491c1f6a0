"""Environment variables, and references to the secrets of a group."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_text
from aci_reconcile.core.redaction import is_secret_setting, veil_variable
from aci_reconcile.manifest.code import IDENTIFIED_BY_NAME, SECRETS_PAGE, WARNING, Basis, Code, Evidence
from aci_reconcile.manifest.source.diagnostics import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.manifest.syntax.items import Item, RuleTable

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VALUES = ("value", "secureValue", "secureValueReference")


def _list_variables(group: Item) -> Iterator[tuple[Item, ...]]:
    properties = group.at("properties")
    for container in (*properties.each("containers"), *properties.each("initContainers")):
        yield container.at("properties").each("environmentVariables")


ACI026: Final = Code(
    "ACI026",
    "Not a valid environment variable name",
    "Use a letter or `_` first, then letters, digits and `_`.",
    example="environmentVariables: {LOG-LEVEL: info}",
    evidence=(Evidence(Basis.THREAD, "Azure/aci-deploy#29"),),
)

ACI027: Final = Code(
    "ACI027",
    "An environment variable is set twice",
    "It is undefined which value would win. Remove one.",
    example="environmentVariables: [{name: A, value: x}, {name: A, value: y}]",
    evidence=(IDENTIFIED_BY_NAME,),
)


def check_variable_names(group: Item) -> None:
    """Azure: InvalidContainerEnvironmentVariable (Azure/aci-deploy#29); this tool identifies variables by name."""
    for variables in _list_variables(group):
        seen: set[str] = set()
        for variable in variables:
            name = variable.at("name")
            text = as_text(name.value)
            if name and not _VARIABLE.fullmatch(text):
                hint = "use a letter or `_` first, then letters, digits and `_`"
                name.complain(ACI026, f"{quote(text)} is not a valid environment variable name", hint)
            elif text in seen:
                name.complain(ACI027, f"the variable {quote(text)} is set twice")
            seen.add(text)


ACI080: Final = Code(
    "ACI080",
    "An environment variable has several values",
    "A variable has exactly one of `value`, `secureValue` and `secureValueReference`. Keep one.",
    example="environmentVariables: {A: {value: x, secureValue: y}}",
    evidence=(Evidence(Basis.THREAD, "InvalidEnvironmentVariable: mage-ai/mage-ai#4872"),),
)

ACI083: Final = Code(
    "ACI083",
    "A readable value looks like a secret",
    "The name of the variable suggests a secret, but everybody who can read the group in Azure can read `value`. "
    "Use `secureValue`.",
    example="environmentVariables: {DB_PASSWORD: hunter2}",
    severity=WARNING,
    evidence=(SECRETS_PAGE,),
)


def check_variable_values(group: Item) -> None:
    """Azure: "One and only one property of 'value' and 'secureValue' can be specified" (mage-ai/mage-ai#4872).

    The warning about a readable variable that looks like a secret is this tool's own.
    """
    for variable in (variable for variables in _list_variables(group) for variable in variables):
        values = [name for name in _VALUES if variable.has(name)]
        if len(values) > 1:
            message = f"the variable has several values: {', '.join(values)}"
            variable.at(values[1]).complain(ACI080, message, "keep one of them")
        value, name = variable.at("value"), variable.at("name").text
        # The name alone is not enough: `API_TOKEN: true` holds no secret. What a plan redacts is what is reported.
        if value.value and is_secret_setting(name) and veil_variable(name, value.text) != value.text:
            hint = f'write {name}: {{secureValue: "${{env:{name}}}"}}'
            value.complain(ACI083, f"{quote(name)} looks like a secret, but its value is readable", hint)


ACI208: Final = Code(
    "ACI208",
    "An environment variable has no value",
    "Azure refuses a variable without a value. An export shows secret variables this way, because Azure never "
    "returns their values. Add the value again, as a reference.",
    example="environmentVariables: [{name: DB_PASSWORD}]",
    severity=WARNING,
    evidence=(Evidence(Basis.THREAD, "InvalidEnvironmentVariable: mage-ai/mage-ai#4872"),),
)


def check_bare_variables(group: Item) -> None:
    """Azure: "One and only one property of 'value' and 'secureValue' can be specified" (mage-ai/mage-ai#4872).

    A live group may have the value, which Azure does not return. So this only warns, and the plan blocks a write that
    would send the variable without a value.
    """
    for variable in (variable for variables in _list_variables(group) for variable in variables):
        name = variable.at("name").text
        if name and not any(variable.has(key) for key in _VALUES):
            hint = f'write {{secureValue: "${{env:{name}}}"}} for a secret, or value: "" for an empty text'
            variable.complain(ACI208, f"the variable {quote(name)} has no value", hint)


ACI093: Final = Code(
    "ACI093",
    "Unknown secret reference",
    "The name is not among the group's `secretReferences`. Correct it, or add an entry.",
    example="environmentVariables: {A: {secureValueReference: none}}",
    evidence=(Evidence(Basis.SENSE, "the name is not among the group's secretReferences"),),
)


def check_secret_references(group: Item) -> None:
    """Sense: a secret reference in a field must be one of the group's."""
    properties = group.at("properties")
    known = {each.at("name").text for each in properties.each("secretReferences")}
    if properties.at("secretReferences").doubtful:  # the missing one may be among those that could not be read
        return
    for used in _list_references(group):
        if used.text and used.text not in known:
            used.complain(
                ACI093, f"unknown secret reference {quote(used.text)}", used.diagnostics.suggest(used.text, known)
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


RULES: Final[RuleTable] = {
    ("environmentVariables",): (check_variable_names, check_variable_values, check_bare_variables),
    ("secureValueReference", "passwordReference", "storageAccountKeyReference", "secretReference"): (
        check_secret_references,
    ),
}
