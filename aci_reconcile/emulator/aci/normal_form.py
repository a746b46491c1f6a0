"""How the service keeps what groups and profiles say: spelling, locations, and what stands for a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.aci.schema import ListOf, MapOf, Node, Object
from aci_reconcile.emulator.arm import versions
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, as_object, is_list

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call

_CHOICES = {
    "sku": ("NotSpecified", "Standard", "Dedicated", "Confidential"),
    "restartPolicy": ("Always", "OnFailure", "Never"),
}
# Stands for a secret in what is kept of a profile; it is base64, so that it passes for the content of a file.
_MASK = "c2VjcmV0"


@rests_on("vault-url-slash", "enum-case")
def normalize_spelling(properties: Json) -> Json:
    """Return the properties in the spelling of answers, which for some values differs from that of requests."""
    changed = dict(properties)
    for name, choices in _CHOICES.items():
        known = {choice.lower(): choice for choice in choices}
        sent = str(changed.get(name, "")).lower()
        if sent in known:
            changed[name] = known[sent]
    encryption = as_object(changed.get("encryptionProperties"))
    if encryption:
        url = str(encryption["vaultBaseUrl"])
        changed["encryptionProperties"] = {**encryption, "vaultBaseUrl": f"{url.removesuffix('/')}/"}
    return changed


def check_location(call: Call, content: Json, before: str) -> str:
    """Return the location of a resource as answers spell it; `before` is where it is already. Raises ArmError."""
    declared = content.get("location")
    if not declared:
        raise errors.location_required()
    location = versions.canonical_location(str(declared))
    if location not in versions.LOCATIONS:
        raise errors.location_not_available(str(declared), versions.LOCATIONS)
    if before and versions.canonical_location(before) != location:
        raise errors.invalid_location(call.name, call.resource_group, before, location)
    return location if call.knobs.normalize_location else str(declared)


@rests_on("secrets-dropped", "secure-value-dropped", "secret-and-reference")
def without_secrets(node: Node, value: object, *, mask: str = "") -> object:
    """Return a body without its write-only values, or with a mask for each: the emulator never stores one."""
    match node:
        case Object():
            fields = {field.name: field for field in node.fields}
            kept: Json = {}
            for key, item in as_object(value).items():
                field = fields.get(key)
                if field is None:
                    kept[key] = item
                elif field.trait != "secret":
                    kept[key] = without_secrets(field.node, item, mask=mask)
                elif isinstance(field.node, MapOf):  # recorded, 23 of 23: the volume stays a secret one, without names
                    kept[key] = {}
                elif mask:
                    kept[key] = mask
            return kept
        case ListOf() if is_list(value):
            return [without_secrets(node.item, item, mask=mask) for item in value]
        case _:
            return value


def mask_secrets(node: Node, value: object) -> object:
    """Return a body with a mask for each secret: what a profile keeps of them, because its groups will need them."""
    return without_secrets(node, value, mask=_MASK)
