"""Reads the project file for one environment."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.fields import API_VERSION
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.core.tags import PROJECT_ID
from aci_reconcile.manifest.keys import GROUP, PROJECT
from aci_reconcile.manifest.project.codes import ACI102, ACI131, ACI144, ACI171, ACI172, ACI270
from aci_reconcile.manifest.project.effective_settings import EffectiveSettings
from aci_reconcile.manifest.project.fingerprint_keys import KEPT, KEYS, FingerprintReader
from aci_reconcile.manifest.project.layers import Layers, read_overlay, read_patches, unify_location
from aci_reconcile.manifest.project.lock import read_lock
from aci_reconcile.manifest.project.policy import PolicyReader
from aci_reconcile.manifest.project.project import RESOURCE_GROUP, LocalFacts, Project
from aci_reconcile.manifest.project.project_file import check_name, read_environments, read_root
from aci_reconcile.manifest.project.public_env import KEY, read_public
from aci_reconcile.manifest.project.variables import VariableReader
from aci_reconcile.manifest.project.versions import (
    OLDEST_USED,
    find_newest,
    is_allowed,
    is_api_version,
    order_api_version,
)
from aci_reconcile.manifest.source.diagnostics import Diagnostics, quote, suggest_word
from aci_reconcile.manifest.source.nodes import ListNode, MapNode, ScalarNode
from aci_reconcile.manifest.syntax.body import BodyReader
from aci_reconcile.manifest.syntax.codes import ACI116
from aci_reconcile.manifest.syntax.expansion import Expansion
from aci_reconcile.manifest.syntax.items import Places
from aci_reconcile.manifest.syntax.reference_codes import ACI158
from aci_reconcile.manifest.syntax.reference_grammar import has_reference
from aci_reconcile.manifest.syntax.references import PublicEnv, References
from aci_reconcile.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from aci_reconcile.core.backend import Resolver
    from aci_reconcile.core.errors import Where
    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.model import Json
    from aci_reconcile.manifest.project.request import Request
    from aci_reconcile.manifest.source.files import Files
    from aci_reconcile.manifest.source.nodes import Entry, Source

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Settings:
    """A project, with the data that only loading its manifests needs."""

    project: Project
    references: References
    manifests: tuple[str, ...] = ()
    defaults: MapNode | None = None
    patches: tuple[Entry, ...] = ()
    """Those of the chosen environment."""
    other_patches: tuple[Entry, ...] = ()
    """Patches of the other environments: not applied, but each must name a group."""
    places: Places = field(default_factory=Places)
    effective: EffectiveSettings = field(default_factory=EffectiveSettings)

    def find_place(self, *path: str | int) -> Where | None:
        """Return the place of a setting in the project file."""
        return self.places.where.get(path)


def make_default_settings(
    request: Request, files: Files, diagnostics: Diagnostics, resolvers: Mapping[str, Resolver]
) -> Settings:
    """Return the settings without a project file: everything comes from the command line.

    Raises:
        UsageError: an environment is asked for.
    """
    if request.environment:
        hint = "environments are defined in aci-reconcile.yaml"
        raise UsageError(f"--environment {request.environment}: there is no project file", hint=hint)
    project = Project("default", request.cwd, subscription=request.subscription)
    return Settings(project, _make_references(request, files, diagnostics, resolvers))


def read_project(
    file: Path, request: Request, files: Files, diagnostics: Diagnostics, resolvers: Mapping[str, Resolver]
) -> Settings:
    """Read the project file for the chosen environment; the other environments are checked, too.

    Raises:
        UsageError: there is no such environment.
    """
    root = read_root(file, files, diagnostics)
    known = read_environments(root, diagnostics)
    if request.environment and request.environment not in {entry.key for entry in known}:
        names = [entry.key for entry in known]
        hint = suggest_word(request.environment, names) or f"known environments: {', '.join(names) or 'none'}"
        raise UsageError(f"--environment {request.environment}: no such environment in {files.show(file)}", hint=hint)
    base = root.without("environments")
    # The other environments are read offline: to check them, and to know where orphans of this project may be. Their
    # secrets are none of this run's business.
    scopes: list[tuple[str, str]] = []
    if request.environment:
        plain = replace(request, environment="", resolve=False)
        _note_scope(scopes, _Reader(file, plain, files, Diagnostics(), resolvers, chosen=False).read(base, None))
    reader = _Reader(file, request, files, diagnostics, resolvers)
    other_patches: list[Entry] = []
    for entry in known:
        check_name("environment", entry.key, entry.where, diagnostics)
        if entry.key != request.environment:
            offline = replace(request, environment=entry.key, resolve=False)
            other = _Reader(file, offline, files, diagnostics, resolvers, chosen=False).read(base, entry.value)
            other_patches.extend(other.patches)
            _note_scope(scopes, other)
    chosen = next((entry.value for entry in known if entry.key == request.environment), None)
    found = reader.read(base, chosen)
    environments = tuple(entry.key for entry in known)
    project = replace(found.project, environments=environments, other_scopes=tuple(dict.fromkeys(scopes)))
    return replace(found, project=project, other_patches=tuple(other_patches))


def _note_scope(scopes: list[tuple[str, str]], settings: Settings) -> None:
    """Note the scope of an environment's groups, as far as it is known before references are replaced."""
    subscription, group = settings.project.subscription, settings.project.resource_group
    if "${" not in f"{subscription}{group}" and (subscription or group):
        scopes.append((subscription, group))


def _make_references(
    request: Request,
    files: Files,
    diagnostics: Diagnostics,
    resolvers: Mapping[str, Resolver],
    variables: Mapping[str, str] | None = None,
    public: PublicEnv | None = None,
) -> References:
    return References(
        diagnostics,
        files,
        variables=request.variables if variables is None else variables,
        environ=request.environ,
        public=public or PublicEnv(),
        resolvers=resolvers,
        resolve=request.resolve,
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the project file for one environment."""

    file: Path
    request: Request
    files: Files
    diagnostics: Diagnostics
    resolvers: Mapping[str, Resolver]
    chosen: bool = True

    def read(self, base: MapNode, environment: Source | None) -> Settings:
        base = unify_location(base, self.diagnostics)
        overlay = unify_location(environment, self.diagnostics) if isinstance(environment, MapNode) else None
        layers = Layers(self.diagnostics)
        merged = layers.merge(_drop_group_layers(base), _drop_group_layers(overlay) if overlay else None, PROJECT)
        node = merged if isinstance(merged, MapNode) else base
        # In this order: variables first, because all other settings may refer to them. The key of the fingerprints is
        # read from its own text, because it must be a reference and never a value.
        references = self._read_references(node)
        reader = BodyReader(self.diagnostics, references)
        plain = node.without("variables", KEY, *KEYS)
        body = as_object(_as_json(reader.read(plain, _drop_children(PROJECT, "environments"), (), "")))
        fingerprints = FingerprintReader(self.request, self.diagnostics, references.public, self.resolvers).read(node)
        fingerprints = replace(fingerprints, kept=body.get(KEPT) != "none")
        references = replace(references, key_sources=frozenset(each.source for each in fingerprints.keys))
        project = replace(self._read_project(body, reader.places), fingerprints=fingerprints)
        newer = order_api_version(project.api_version) > order_api_version(API_VERSION)
        expansion = Expansion(self.diagnostics, lenient=newer)
        defaults = self._read_defaults(base, overlay, expansion)
        patches = read_patches(overlay.get("groups") if overlay else None, expansion)
        return Settings(
            project,
            references,
            tuple(as_text(each) for each in as_list(body.get("manifests"))),
            defaults,
            patches,
            places=reader.places,
            effective=EffectiveSettings(node, overlay, defaults, patches),
        )

    def _read_defaults(self, base: MapNode, overlay: MapNode | None, expansion: Expansion) -> MapNode | None:
        """Return the defaults of every group; each layer is expanded into ARM's shape before they are merged."""
        above = overlay.get("defaults") if overlay else None
        under = read_overlay(base.get("defaults"), "`defaults`", expansion)
        # `defaults: null` of an environment removes the defaults of the project, so it must reach the merge.
        over = above if isinstance(above, ScalarNode) and above.null else read_overlay(above, "`defaults`", expansion)
        merged = Layers(self.diagnostics).merge(under, over, GROUP, "defaults")
        return merged if isinstance(merged, MapNode) else None

    def _read_references(self, node: MapNode) -> References:
        body_reader = BodyReader(self.diagnostics, References(self.diagnostics, self.files, resolve=False))
        shared = MapNode(tuple(each for each in node.entries if each.key in {"variables", KEY}), node.where)
        shared = shared._replace(entries=tuple(self._drop_references(entry) for entry in shared.entries))
        body = as_object(_as_json(body_reader.read(shared, _drop_children(PROJECT, "name", "environments"), (), "")))
        reader = VariableReader(self.request.variables, body_reader.places, self.diagnostics, self.chosen)
        declared = as_object(body.get("variables"))
        variables = reader.read(declared)
        public = read_public(shared.get(KEY), self.request, self.diagnostics)
        found = _make_references(self.request, self.files, self.diagnostics, self.resolvers, variables, public)
        return replace(found, declared=frozenset(declared))

    def _drop_references(self, entry: Entry) -> Entry:
        """Remove values with references, which are not allowed in the definitions of references."""
        node = entry.value
        if isinstance(node, MapNode):
            kept = tuple(each for each in node.entries if self._is_literal(each.value, entry.key))
            return entry._replace(value=MapNode(kept, node.where))
        if isinstance(node, ListNode):
            return entry._replace(
                value=node._replace(items=tuple(e for e in node.items if self._is_literal(e, entry.key)))
            )
        return entry

    def _is_literal(self, node: Source | None, path: str) -> bool:
        if isinstance(node, MapNode):
            return self._is_literal(node.get("default"), path)
        if not (isinstance(node, ScalarNode) and has_reference(node.text)):
            return True
        hint = "references are not expanded twice: use the reference in the manifest itself"
        self.diagnostics.add(ACI158, node.where, "a reference is not allowed here", hint=hint, path=path)
        return False

    def _read_project(self, body: Mapping[str, Json], places: Places) -> Project:
        name = as_text(body.get("name"))
        if "name" in body:
            check_name("project", name, places.find(("name",)), self.diagnostics)
        self._check_version(as_text(body.get("requiredVersion")), places)
        subscription, group = self._read_subscription(body, places), self._read_resource_group(body, places)
        return Project(
            name or "default",
            self.file.parent,
            self.request.environment,
            self.file,
            self.request.subscription or subscription,
            group,
            as_text(body.get("location")),
            create_resource_groups=body.get("createResourceGroups") is True,
            policy=PolicyReader(places, self.files, self.diagnostics).read(body),
            api_version=find_newest(OLDEST_USED, self._read_api_version(body, places)),
            resource_groups=(group,) if group else (),
            id=self._read_id(body, places),
            local_facts=self._read_local_facts(body, places),
            lock=read_lock(body, places, self.diagnostics),
        )

    def _read_local_facts(self, body: Mapping[str, Json], places: Places) -> LocalFacts | None:
        """Return the file that says how the embedded emulator answers; what it says is read when that is asked."""
        name = as_text(as_object(body.get("local")).get("facts"))
        where = places.find(("local", "facts"))
        text = self.files.read_reference(name, where, "local.facts", self.diagnostics) if name else None
        return None if text is None else LocalFacts(self.files.show(self.files.base / name), text)

    def _read_id(self, body: Mapping[str, Json], places: Places) -> str:
        project_id = as_text(body.get("id"))
        if "id" not in body or PROJECT_ID.fullmatch(project_id):
            return project_id
        message = f"{quote(project_id)} is not a valid project id"
        hint = "it becomes part of a tag: use 6 to 16 lowercase letters and digits, such as `id: 4f7k2m9q1c`"
        self.diagnostics.add(ACI270, places.find(("id",)), message, hint=hint, path="id")
        return ""

    def _read_api_version(self, body: Mapping[str, Json], places: Places) -> str:
        api_version = as_text(body.get("apiVersion"))
        if not api_version or is_api_version(api_version):
            return api_version
        message, where = f"{quote(api_version)} is not a valid api-version", places.find(("apiVersion",))
        self.diagnostics.add(ACI131, where, message, hint="write `2025-09-01`", path="apiVersion")
        return ""

    def _read_subscription(self, body: Mapping[str, Json], places: Places) -> str:
        subscription, where = as_text(body.get("subscription")), places.find(("subscription",))
        # An empty one is no default: an unset variable of a pipeline would decide where the groups go.
        if "subscription" in body and not subscription:
            message = "the subscription id is empty"
            hint = "write the id, or remove the key: the run would use the subscription that the credentials name"
            self.diagnostics.add(ACI116, where, message, hint=hint, path="subscription")
        elif subscription and "${" not in subscription and not _GUID.fullmatch(subscription):
            message = f"{quote(subscription)} is not a subscription id"
            self.diagnostics.add(ACI102, where, message, hint="write a GUID", path="subscription")
        return subscription

    def _read_resource_group(self, body: Mapping[str, Json], places: Places) -> str:
        group = as_text(body.get("resourceGroup"))
        if "resourceGroup" in body and "${" not in group and not RESOURCE_GROUP.fullmatch(group):
            message = f"{quote(group)} is not a valid resource group name"
            self.diagnostics.add(ACI144, places.find(("resourceGroup",)), message, path="resourceGroup")
        return group

    def _check_version(self, required: str, places: Places) -> None:
        """Complain if ``requiredVersion`` is invalid, or does not allow this version."""
        if not required:
            return
        where = places.find(("requiredVersion",))
        version = self.request.version or VERSION
        fits = is_allowed(version, required)
        if fits is None:
            message, hint = f"{quote(required)} is not a valid version constraint", 'write ">=0.1,<2"'
            self.diagnostics.add(ACI172, where, message, hint=hint, path="requiredVersion")
        elif not fits and self.chosen:  # another environment may still run another version
            message = f"this is aci-reconcile {version}, but the project requires {required}"
            self.diagnostics.add(ACI171, where, message, path="requiredVersion")


def _drop_children(spec: Node, *names: str) -> Node:
    children = {name: node for name, node in spec.children.items() if name not in names}
    return replace(spec, children=children, required=tuple(name for name in spec.required if name in children))


def _drop_group_layers(layer: MapNode) -> MapNode:
    """Return the settings of a layer for the project itself, without ``defaults`` and ``groups``."""
    return layer.without("defaults", "groups")


def _as_json(value: object) -> Json:
    """Return a value that was read; an empty object if there is none."""
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType]
