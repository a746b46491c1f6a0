"""Texts that reference another group and are known only when it is ready: ``${group:rg/db:ipAddress.ip}``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.core.model import LEAVES, ResourceId, as_list, as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.model import Json, Resource


@dataclass(frozen=True, slots=True)
class GroupReference:
    """A value of another group: its address, and the path of the field."""

    address: str
    path: str

    def __str__(self) -> str:
        return f"${{group:{self.address}:{self.path}}}"

    @property
    def field(self) -> str:
        """The last part of the path: ``ip`` or ``fqdn``."""
        return self.path.rpartition(".")[2]

    def target(self, own: ResourceId) -> ResourceId:
        """Return the id of the referenced group, relative to the group that holds the reference."""
        resource_group, _, name = self.address.rpartition("/")
        # Never another subscription: a manifest cannot name one in a reference.
        return ResourceId(own.subscription, resource_group or own.resource_group, name)

    def read_from(self, live: Resource | None) -> str:
        """Return the value from a live group; empty if it has none."""
        return as_text(as_object(live.properties.get("ipAddress")).get(self.field)) if live else ""


Values: TypeAlias = "Callable[[GroupReference], str]"
"""Returns the value of a reference; empty if there is none yet."""


class Deferred(str):
    """A text with references to other groups in it; as a text, it shows the references themselves."""

    __slots__ = ("parts",)

    parts: tuple[str | GroupReference, ...]

    def __new__(cls, *parts: str | GroupReference) -> Deferred:  # noqa: PYI034  final in effect, and Self says no more
        """Join the parts."""
        text = super().__new__(cls, "".join(map(str, parts)))
        text.parts = parts
        return text

    def __getnewargs__(self) -> tuple[str | GroupReference, ...]:  # type: ignore[override]  # what __new__ takes
        return self.parts

    def __add__(self, other: object) -> Deferred:
        return Deferred(*self.parts, *_split_parts(other)) if isinstance(other, str) else NotImplemented

    def __radd__(self, other: object) -> Deferred:
        return Deferred(*_split_parts(other), *self.parts) if isinstance(other, str) else NotImplemented

    @property
    def references(self) -> tuple[GroupReference, ...]:
        """The references in it."""
        return tuple(part for part in self.parts if isinstance(part, GroupReference))

    def map(self, change: Callable[[GroupReference], GroupReference]) -> Deferred:
        """Return the text with its references changed."""
        return Deferred(*(change(part) if isinstance(part, GroupReference) else part for part in self.parts))

    def resolve(self, values: Values) -> str:
        """Return the text with the values that are known; a plain text once all are."""
        parts = [(values(part) or part) if isinstance(part, GroupReference) else part for part in self.parts]
        texts = [part for part in parts if isinstance(part, str)]
        return "".join(texts) if len(texts) == len(parts) else Deferred(*parts)


def _split_parts(text: str) -> tuple[str | GroupReference, ...]:
    return text.parts if isinstance(text, Deferred) else (text,) if text else ()


def map_deferred(value: Json, change: Callable[[Deferred], str]) -> Json:
    """Return JSON with ``change`` applied to its deferred texts."""
    if isinstance(value, Deferred):
        return change(value)
    if isinstance(value, Mapping):
        return {name: map_deferred(each, change) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [map_deferred(each, change) for each in value]
    return value


def resolve(resource: Resource, values: Values) -> Resource:
    """Return the group with the values that are known."""
    if not references_in(resource):
        return resource
    return replace(resource, body=as_object(map_deferred(resource.body, lambda text: text.resolve(values))))


def references_in(resource: Resource) -> tuple[GroupReference, ...]:
    """Return the references in the body of a group, each once."""
    known = resource.contents
    return () if resource.plain or (known is not None and not known.refers) else find_references(resource.body)


def find_references(value: Json) -> tuple[GroupReference, ...]:
    """Return the references in JSON, each once."""
    found: dict[GroupReference, None] = {}
    _collect_references(value, found)
    return tuple(found)


def _collect_references(value: Json, found: dict[GroupReference, None]) -> None:
    kind = type(value)
    if kind in LEAVES:  # nearly all values, and much faster than isinstance
        return
    if isinstance(value, Deferred):
        found.update(dict.fromkeys(value.references))
    elif kind is dict or isinstance(value, Mapping):
        for each in as_object(value).values():
            _collect_references(each, found)
    elif kind is list or isinstance(value, Sequence):
        for each in as_list(value):
            _collect_references(each, found)
