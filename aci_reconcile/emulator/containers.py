"""Checks of one container: its name, image, variables and probes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aci_reconcile.emulator.model import Json, as_object, duplicates, objects

if TYPE_CHECKING:
    from aci_reconcile.emulator.refusals import Judge

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VALUES = frozenset({"value", "secureValue", "secureValueReference"})
_LONGEST_NAME = 63
# From this version on a container group profile may hold the image.
_PROFILES_SINCE = "2025-09-01"


def check(judge: Judge, container: Json, version: str) -> None:
    """Refuse what holds for init containers, too. Raises ArmError."""
    name, properties = str(container["name"]), as_object(container["properties"])
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        message = (
            f"The container name '{name}' in container group '{judge.group}' is invalid. A container name must contain "
            "no more than 63 characters and must match the regex '[a-z0-9]([-a-z0-9]*[a-z0-9])?' (e.g. 'my-name')."
        )
        judge.refuse("InvalidContainerName", message, fact="container-name")
    if "image" not in properties and version < _PROFILES_SINCE:
        judge.missing("image", f"properties.containers.{name}.properties", fact="image-needed")
    if not properties.get("image"):
        message = f"The image of container '{name}' in container group '{judge.group}' cannot be empty."
        judge.refuse("MissingImage", message, fact="image-needed")
    variables = objects(properties.get("environmentVariables"))
    for variable in variables:
        _check_variable(judge, name, variable)
    twice = duplicates(str(variable["name"]) for variable in variables)
    if twice:
        message = f"The environment variable name '{twice[0]}' in container '{name}' is not unique."
        judge.refuse("DuplicateEnvironmentVariable", message, fact="variable-names-unique")


def _check_variable(judge: Judge, container: str, variable: Json) -> None:
    name, place = str(variable["name"]), f"in container '{container}' of container group '{judge.group}'"
    if not _VARIABLE.fullmatch(name):
        message = (
            f"The environment variable name {place} is invalid. A valid environment variable name must start with "
            "alphabetic character or `_` , followed by a string of alphanumeric characters or `_` (e.g. 'my_name',  or "
            "'MY_NAME',  or 'MyName')."
        )
        judge.refuse("InvalidContainerEnvironmentVariable", message, fact="variable-name")
    if len(name) > _LONGEST_NAME:
        message = f"The environment variable name {place} has more than {_LONGEST_NAME} characters."
        judge.refuse("InvalidContainerEnvironmentVariable", message, fact="variable-name-length")
    if len(variable.keys() & _VALUES) != 1:
        message = (
            f"The environment variable '{name}' {place} is invalid. One and only one property of 'value' and "
            "'secureValue' can be specified in an environment variable."
        )
        judge.refuse("InvalidEnvironmentVariable", message, fact="one-value")


def check_probes(judge: Judge, container: Json) -> None:
    """Refuse probes that ask in no way, or in two. Raises ArmError."""
    properties = as_object(container["properties"])
    for key in ("livenessProbe", "readinessProbe"):
        probe = properties.get(key)
        if probe is not None and len(as_object(probe).keys() & {"exec", "httpGet"}) != 1:
            place = f"of container '{container['name']}' in container group '{judge.group}'"
            judge.refuse("InvalidContainerProbe", f"The {key} {place} needs either exec or httpGet.", fact="one-probe")
