"""Groups as an ARM template that can be deployed: secrets are parameters, and values of other groups expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.desired import add_required_defaults
from aci_reconcile.core.model import CONTAINER_GROUPS, as_list, as_object
from aci_reconcile.core.references import Deferred, GroupReference
from aci_reconcile.core.secret import Secret
from aci_reconcile.render.values import hide_lookalikes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.core.model import Json, Resource

SCHEMA: Final = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_FILES: Final = re.compile(r"properties\.volumes\[[^\]]*\]\.secret\.")


def make_template(resources: Sequence[Resource], api_version: str) -> dict[str, object]:
    """Return the template of groups of one resource group.

    Args:
        resources: the groups, with the location of each.
        api_version: the version of the API that each resource names.
    """
    parameters = _Parameters()
    own = {each.id.key for each in resources}
    listed = [_make_resource(each, api_version, parameters, own) for each in resources]
    return {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {name: _declare(text) for name, (_, text) in parameters.found.items()},
        "resources": listed,
    }


def _declare(description: str) -> dict[str, object]:
    return {"type": "securestring", "metadata": {"description": description}}


@dataclass(frozen=True, slots=True)
class _Parameters:
    """The parameters of a template: one for each secret."""

    found: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """What identifies the secret, and its description, by name."""

    def name(self, identity: str, wanted: str, description: str) -> str:
        """Return the name of a secret's parameter; ARM ignores the case of names."""
        taken = {name.lower(): known for name, (known, _) in self.found.items()}
        names = [wanted, *(f"{wanted}_{number}" for number in range(2, len(taken) + 3))]
        name = next(each for each in names if taken.get(each.lower(), identity) == identity)
        self.found.setdefault(name, (identity, description))
        return name


def _make_resource(
    resource: Resource, api_version: str, parameters: _Parameters, own: Iterable[tuple[str, ...]]
) -> dict[str, object]:
    body = add_required_defaults(resource.body)
    writer = _Writer(resource, api_version, parameters, [])
    written = writer.write(body, hide_lookalikes(body), "")
    targets = [*writer.targets, *(GroupReference(each, "ipAddress.ip") for each in resource.lifecycle.depends_on)]
    depends = dict.fromkeys(writer.identify(each) for each in targets if each.target(resource.id).key in set(own))
    return {
        "type": resource.id.type,
        "apiVersion": api_version,
        "name": resource.id.name,
        **({"dependsOn": [f"[{each}]" for each in depends]} if depends else {}),
        **as_object(written),
    }


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the body of one group."""

    resource: Resource
    api_version: str
    parameters: _Parameters
    targets: list[GroupReference]
    """References to other groups that were written."""

    def write(self, value: Json, veiled: Json, at: str) -> Json:
        """Return a value as a template has it; ``veiled`` is the same without what looks like a secret."""
        if isinstance(value, Secret):
            return self._refer(value.source if not value.joined else "", at)
        if isinstance(value, Deferred):
            return self._compute(value)
        if isinstance(value, str):
            return _quote(value) if veiled == value else self._refer("", at)
        if isinstance(value, Mapping):
            below = as_object(veiled)
            return {
                name: self.write(each, below.get(name), f"{at}.{name}" if at else name)
                for name, each in value.items()
                if each is not None
            }
        if isinstance(value, Sequence):
            others = as_list(veiled)
            return [
                self.write(each, other, f"{at}[{_label(each, index)}]")
                for index, (each, other) in enumerate(zip(value, others, strict=True))
            ]
        return value

    def _refer(self, source: str, at: str) -> str:
        """Return the expression for a secret."""
        encoded = bool(_FILES.match(at))
        origin, _, name = source.partition(":")
        words = "_".join(_WORD.findall(name if origin == "env" else f"{self.resource.id.name} {_find_last_name(at)}"))
        wanted = f"{words or 'secret'}{'_base64' if encoded else ''}"
        kept = source if origin in {"env", "file", "keyvault"} else ""
        description = f"{kept or f'{self.resource.id.name}: {_shorten(at)}'}{', in base64' if encoded else ''}"
        identity = f"{kept or f'{self.resource.id} {at}'}{' base64' if encoded else ''}"
        return f"[parameters('{self.parameters.name(identity, wanted, description)}')]"

    def _compute(self, text: Deferred) -> str:
        """Return the expression for a text with values of other groups."""
        parts = [
            f"'{part.replace(chr(39), chr(39) * 2)}'" if isinstance(part, str) else self._read(part)
            for part in text.parts
        ]
        return f"[{parts[0]}]" if len(parts) == 1 else f"[concat({', '.join(parts)})]"

    def _read(self, reference: GroupReference) -> str:
        self.targets.append(reference)
        return f"reference({self.identify(reference)}, '{self.api_version}').{reference.path}"

    def identify(self, reference: GroupReference) -> str:
        """Return the expression for the id of a group."""
        target = reference.target(self.resource.id)
        same = target.resource_group.lower() == self.resource.id.resource_group.lower()
        group = "" if same else f"'{target.resource_group}', "
        return f"resourceId({group}'{CONTAINER_GROUPS}', '{target.name}')"


def _shorten(at: str) -> str:
    return at.replace("properties.", "")


def _find_last_name(at: str) -> str:
    """Return what people call a field: its own name, or that of the variable whose value it is."""
    head, _, last = at.rpartition(".")
    return head[head.rindex("[") :] if last in {"value", "secureValue"} and head.endswith("]") else last


def _label(value: Json, index: int) -> str:
    name = as_object(value).get("name")
    return name if isinstance(name, str) else str(index)


def _quote(text: str) -> str:
    """Return a text that no template reads as an expression."""
    return f"[{text}" if text.startswith("[") and text.endswith("]") else text
