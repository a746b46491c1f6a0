"""A template as it is sent: its parts, within Azure's limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator.deployments import problems
from aci_reconcile.emulator.deployments.content import read_template_text
from aci_reconcile.emulator.errors import not_emulated
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import is_list, is_object

if TYPE_CHECKING:
    from aci_reconcile.emulator.model import Json

_LIMITS = {"parameters": 256, "variables": 512, "outputs": 64}
MOST_RESOURCES = 800


@dataclass(frozen=True, slots=True)
class Template:
    """The parts of a template."""

    parameters: Json
    variables: Json
    definitions: Json
    resources: tuple[tuple[str, Json], ...]
    """Each with its symbolic name, which older templates do not have."""
    outputs: Json
    sent: Json


@rests_on("template-limits")
def read_template(sent: Any) -> Template:
    """Return the parts of a template.

    Raises:
        ArmError: it is not valid, or needs what is not emulated.
    """
    value = read_template_text(sent) if isinstance(sent, str) else sent
    if not is_object(value):
        raise problems.invalid_content("The template is not a JSON object.")
    parts = {name.lower(): each for name, each in value.items()}
    if not isinstance(parts.get("$schema"), str) or not isinstance(parts.get("contentversion"), str):
        raise problems.violation("The template has no '$schema' or no 'contentVersion'")
    if parts.get("functions"):
        raise not_emulated("functions that a template defines")
    variables = {**_read_part(parts, "variables")}
    found = Template(
        parameters=_read_part(parts, "parameters"),
        variables=_spread_loops(variables),
        definitions=_read_part(parts, "definitions"),
        resources=_list_resources(parts.get("resources", [])),
        outputs=_read_part(parts, "outputs"),
        sent=value,
    )
    for name, most in _LIMITS.items():
        count = len(_read_part(parts, name))
        if count > most:
            raise problems.over_limit(name, most, count)
    return found


def _read_part(parts: Json, name: str) -> Json:
    value = parts.get(name)
    if value is not None and not is_object(value):
        raise problems.violation(f"The template's '{name}' is not a JSON object", f"properties.template.{name}")
    return value or {}


def _spread_loops(variables: Json) -> Json:
    """Return the variables with each loop among them as a variable of its own."""
    loops = variables.pop("copy", None)
    if not is_list(loops):
        return variables if loops is None else {**variables, "copy": loops}
    for loop in loops:
        if is_object(loop):
            name = str(loop.get("name", ""))
            variables[name] = f"[variables('{_inner(name)}').{name}]"
            variables[_inner(name)] = {"copy": [loop]}
    return variables


def _inner(name: str) -> str:
    """Return the name of the variable that holds a loop: no template can have it."""
    return f" {name}"


def _list_resources(value: Any) -> tuple[tuple[str, Json], ...]:
    listed = list(value.items()) if is_object(value) else [("", each) for each in value] if is_list(value) else None
    if listed is None or not all(is_object(each) for _, each in listed):
        raise problems.violation("The template's 'resources' are neither an array nor an object of objects")
    if len(listed) > MOST_RESOURCES:
        raise problems.over_limit("resources", MOST_RESOURCES, len(listed))
    return tuple(listed)
