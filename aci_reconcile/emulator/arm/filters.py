"""The filters of ARM's lists: comparisons and substrings of resources, or a tag."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.emulator.arm.versions import canonical_location
from aci_reconcile.emulator.errors import not_emulated
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, as_object

if TYPE_CHECKING:
    from aci_reconcile.emulator.model import Json

_TEXT = r"'(?:[^']|'')*'"
_PART = re.compile(
    rf"(?P<name>[\w/]+)\s+(?P<sign>eq|ne)\s+(?P<value>{_TEXT})"
    rf"|substringof\(\s*(?P<part>{_TEXT})\s*,\s*(?P<of>\w+)\s*\)",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\s+(and|or)\s+", re.IGNORECASE)
_PROPERTIES = frozenset({"location", "name", "resourcegroup", "resourcetype"})
_ELSEWHERE = frozenset({"identity", "identity/principalid"})
_SEARCHED = frozenset({"name", "resourcegroup"})


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison."""

    name: str
    sign: str
    """`eq`, `ne`, or `in` for a substring."""
    value: str

    def fits(self, resource: Json) -> bool:
        """Whether a resource in ARM's short form is meant. Values ignore case."""
        found, wanted = _find_value(resource, self.name), self.value.lower()
        if self.sign == "in":
            return wanted in found
        wanted = canonical_location(wanted) if self.name == "location" else wanted
        return (found == wanted) == (self.sign == "eq")


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: alternatives, each of which is a number of conditions; or a tag."""

    alternatives: tuple[tuple[Condition, ...], ...] = ()
    tag: tuple[str, str | None] | None = None

    def fits(self, resource: Json) -> bool:
        """Whether a resource in ARM's short form is meant."""
        if self.tag is not None:
            return _has_tag(resource, *self.tag)
        return not self.alternatives or any(all(each.fits(resource) for each in some) for some in self.alternatives)


@rests_on("resources-filter", "tag-filter")
def read_filter(text: str) -> Filter:
    """Return the filter of a list of resources; an empty text is none. Raises ArmError."""
    if not text.strip():
        return Filter()
    conditions, joints = _split(text)
    names = {each.name for each in conditions}
    if names <= {"tagname", "tagvalue"}:
        return Filter(tag=_read_tag(text, conditions, joints))
    if names & _ELSEWHERE or any(each.startswith("plan") for each in names):
        raise not_emulated("filters of resources by identity or plan")
    for each in conditions:
        if each.name not in (_SEARCHED if each.sign == "in" else _PROPERTIES):
            raise _make_invalid(text)
    alternatives: list[list[Condition]] = [[conditions[0]]]
    for joint, condition in zip(joints, conditions[1:], strict=True):
        if joint == "or":
            alternatives.append([condition])
        else:
            alternatives[-1].append(condition)
    return Filter(tuple(map(tuple, alternatives)))


@rests_on("tag-filter")
def read_tag_filter(text: str) -> Filter:
    """Return the filter of a list of resource groups, which knows tags only. Raises ArmError."""
    if not text.strip():
        return Filter()
    conditions, joints = _split(text)
    return Filter(tag=_read_tag(text, conditions, joints))


def read_top(text: str) -> int:
    """Return how many items a page may have; 0 for as many as ARM likes. Raises ArmError."""
    if not text:
        return 0
    if not text.isascii() or not text.isdecimal() or not int(text[:9]) > 0:
        message = f"Invalid $top '{text}' specified in the query string."
        raise ArmError(400, "InvalidTopInQueryString", message, fact="resources-top")
    return int(text[:9])


def _split(text: str) -> tuple[list[Condition], list[str]]:
    """Return the conditions of a filter, and the words between them."""
    conditions: list[Condition] = []
    joints: list[str] = []
    at, end = 0, len(text.rstrip())
    text = text.rstrip()
    at = len(text) - len(text.lstrip())
    while True:
        match = _PART.match(text, at)
        if match is None:
            raise _make_invalid(text)
        conditions.append(_make_condition(match))
        at = match.end()
        if at == end:
            return conditions, joints
        joint = _JOINT.match(text, at)
        if joint is None:
            raise _make_invalid(text)
        joints.append(joint[1].lower())
        at = joint.end()


def _make_condition(match: re.Match[str]) -> Condition:
    if match["part"] is not None:
        return Condition(match["of"].lower(), "in", _unquote(match["part"]))
    return Condition(match["name"].lower(), match["sign"].lower(), _unquote(match["value"]))


def _unquote(text: str) -> str:
    return text[1:-1].replace("''", "'")


def _read_tag(text: str, conditions: list[Condition], joints: list[str]) -> tuple[str, str | None]:
    """Return the tag of a filter: a name, and a value if one is given."""
    names = [each.name for each in conditions]
    if names not in (["tagname"], ["tagname", "tagvalue"]) or joints not in ([], ["and"]):
        raise _make_invalid(text)
    if any(each.sign != "eq" for each in conditions):
        raise _make_invalid(text)
    return conditions[0].value, conditions[1].value if len(conditions) > 1 else None


def _make_invalid(text: str) -> ArmError:
    message = f"Invalid $filter '{text}' specified in the query string."
    return ArmError(400, "InvalidFilterInQueryString", message, fact="invalid-filter")


def _find_value(resource: Json, name: str) -> str:
    if name == "resourcegroup":
        parts = str(resource["id"]).split("/")
        return parts[4].lower() if len(parts) > 4 else ""  # noqa: PLR2004  after subscriptions, id and resourceGroups
    if name == "location":
        return canonical_location(str(resource.get("location", "")))
    return str(resource.get({"resourcetype": "type"}.get(name, name), "")).lower()


def _has_tag(resource: Json, name: str, value: str | None) -> bool:
    """Whether a resource has a tag. Names ignore case, values do not (ARM documentation, tag resources)."""
    tags = as_object(resource.get("tags"))
    return any(key.lower() == name.lower() and value in {None, text} for key, text in tags.items())
