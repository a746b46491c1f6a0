"""Turns live groups into manifests in the short form. Pure: the caller writes the files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml
from yaml.emitter import Emitter
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from yaml.resolver import Resolver

from aci_reconcile.core.fields import Fold
from aci_reconcile.core.health import read_power
from aci_reconcile.core.model import Power, as_text
from aci_reconcile.core.normalize import align, fold, normalize
from aci_reconcile.manifest.export.placeholders import NOTHING, NeededVariable, Placeholders, VariableNames
from aci_reconcile.manifest.export.short_form import Shortener
from aci_reconcile.manifest.syntax.scalars import read_free

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.model import Json, Resource
    from aci_reconcile.core.normalize import NormalForm

_ENDLESS: Final = 1_000_000
"""Maximum width, so that lines are never folded: one line in Azure stays one line."""

_LONGEST_KEY: Final = 1000
"""YAML allows 1024 characters before the colon."""

_FLOW_WIDTH: Final = 72
_FLOW_KEYS: Final = 2
_MAPS: Final = frozenset({"tags", "environmentVariables", "volumeMounts", "metadata", "keyValuePairs", "settings"})
_NO_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "=", "<<"})
_STR: Final = "tag:yaml.org,2002:str"
_RESOLVER: Final[Any] = Resolver()


@dataclass(frozen=True, slots=True)
class SharedSettings:
    """Settings of the project that manifests need not repeat: resource group, location, and ``defaults``."""

    resource_group: str = ""
    location: str = ""
    default_paths: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class WrittenManifest:
    """A live group as a manifest, with what a person must add to it."""

    resource: Resource
    text: str
    needed: tuple[NeededVariable, ...] = ()
    """Variables to set before its secrets can be compared or written."""
    unknown: tuple[str, ...] = ()
    """Unknown live fields, which were left out."""


def write_manifests(
    groups: Iterable[Resource], shared: SharedSettings, known: Mapping[str, str] = NOTHING
) -> tuple[WrittenManifest, ...]:
    """Return a manifest for each live group; planned against it, nothing but tags changes.

    Args:
        groups: as Azure returns them.
        shared: the settings of the project for all of them.
        known: references of secrets, by path; other secrets get new names.
    """
    variables = VariableNames()
    return tuple(_write_manifest(each, shared, Placeholders(each.address, variables, known)) for each in groups)


def _write_manifest(live: Resource, shared: SharedSettings, placeholders: Placeholders) -> WrittenManifest:
    body = Shortener(placeholders, shared.default_paths).shorten(live.body)
    head: dict[str, Json] = {"name": live.id.name}
    # What the project says already is left out, so that a change of the project changes its groups.
    if live.id.resource_group.lower() != shared.resource_group.lower():
        head["resourceGroup"] = live.id.resource_group
    if shared.location and fold(as_text(body.get("location")), Fold.SPACES) == fold(shared.location, Fold.SPACES):
        del body["location"]
    # A write of the manifest starts its containers. A task would do its work again, so nothing is said of its power.
    always = as_text(live.properties.get("restartPolicy")).lower() in {"", "always"}
    if always and read_power(live.body) is Power.STOPPED:
        body["lifecycle"] = {"power": Power.STOPPED.value}
    nothing: NormalForm = {}
    _, unknown = align(normalize(live.body), nothing)
    return WrittenManifest(live, dump_yaml({**head, **body}), tuple(placeholders.needed), unknown)


class _Emitter(Emitter):
    """YAML in the usual style: lists are indented below their key, and invisible characters are escaped."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002  PyYAML's
        """Go one level deeper."""
        del indentless  # PyYAML does not indent lists below a key; most linters and editors do
        super().increase_indent(flow, False)

    def check_simple_key(self) -> bool:
        """Whether to write a key before its colon, without ``?``; ARM ids too, although they are long."""
        text = self.event.value if isinstance(self.event, ScalarEvent) else ""
        return bool(super().check_simple_key()) or (0 < len(text) <= _LONGEST_KEY and text.isascii() and _is_safe(text))

    def write_double_quoted(self, text: str, split: bool = True) -> None:  # noqa: FBT001, FBT002  PyYAML's
        """Write a text in quotes."""
        self.allow_unicode = text.isprintable()
        super().write_double_quoted(text, split)
        self.allow_unicode = True


def dump_yaml(document: Mapping[str, Json]) -> str:
    """Return a document as YAML in which every YAML reader reads each scalar as the same value."""
    events = [
        StreamStartEvent(),
        DocumentStartEvent(explicit=False),
        *_list_events(document, ""),
        DocumentEndEvent(explicit=False),
        StreamEndEvent(),
    ]
    library: Any = yaml
    text: str = library.emit(events, Dumper=_Emitter, width=_ENDLESS, allow_unicode=True)
    return text


def _list_events(value: Json, key: str) -> Iterator[yaml.Event]:
    if isinstance(value, dict):
        flow = _is_flow(value, key)
        yield MappingStartEvent(None, None, implicit=True, flow_style=flow)
        for name, each in value.items():
            yield _make_text(name)
            yield from _list_events(each, name)
        yield MappingEndEvent()
    elif isinstance(value, list):
        yield SequenceStartEvent(None, None, implicit=True, flow_style=_is_flow(value, key))
        for each in value:
            yield from _list_events(each, f"{key}[]")
        yield SequenceEndEvent()
    else:
        yield _make_scalar(value)


def _is_flow(value: dict[str, Json] | list[Json], key: str) -> bool:
    """Whether a list or a map is short enough for one line."""
    items = list(value.values()) if isinstance(value, dict) else value
    names = list(value) if isinstance(value, dict) else []
    if any(isinstance(each, (dict, list)) or "\n" in str(each) for each in items):
        return False
    if isinstance(value, dict) and value and (key in _MAPS or len(value) > _FLOW_KEYS or not key):
        return False
    if isinstance(value, dict) and key.endswith("[]") and not value.keys() <= {"port", "protocol"}:
        return False
    return sum(len(str(each)) + 2 for each in (*items, *names)) <= _FLOW_WIDTH


def _make_scalar(value: Json) -> ScalarEvent:
    if isinstance(value, str):
        return _make_text(value)
    if value is None or isinstance(value, bool):
        return _make_event({None: "null", True: "true", False: "false"}[value])
    text = repr(value)  # the shortest text that is read as the same number
    return _make_event(text if "." in text else text.replace("e", ".0e"))  # YAML 1.1 reads 1e22 as a text


def _make_text(text: str) -> ScalarEvent:
    if not _is_safe(text):
        return _make_event(text, '"')
    return _make_event(text, "|" if "\n" in text else None)


def _make_event(text: str, style: str | None = None) -> ScalarEvent:
    return ScalarEvent(None, None, (True, True), text, style=style)


def _is_safe(text: str) -> bool:
    """Whether a text needs no quotes; for several lines, whether it can be a block."""
    if "\n" in text:
        lines = text.removesuffix("\n").split("\n")
        tidy = all(line == line.rstrip() and line.isprintable() for line in lines)
        return tidy and bool(lines[0]) and not lines[0].startswith(" ") and bool(lines[-1])
    # YAML 1.1 and 1.2 read these words differently, and `${` has a meaning for this tool and for `az`.
    if text.lower() in _NO_WORDS or "${" in text or not text.isprintable():
        return False
    return bool(_RESOLVER.resolve(yaml.ScalarNode, text, (True, False)) == _STR) and _is_read_as_text(text)


def _is_read_as_text(text: str) -> bool:
    """Whether our own reader also reads it as a text."""
    return read_free(text, plain=True).value == text
