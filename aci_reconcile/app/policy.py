"""The policy of a run: what the caller allows, and what the project file says."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.secret import Secret
from aci_reconcile.manifest.project.fingerprint_keys import KEY_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.model import Resource
    from aci_reconcile.core.shards import Whole
    from aci_reconcile.manifest import Loaded, Project
    from aci_reconcile.manifest.project.fingerprint_keys import Fingerprints
    from aci_reconcile.planning.policy import Allotment, Policy

UNNAMED = "default"
"""The owner if no project file gives a name; any project without a name has it."""


@dataclass(frozen=True, slots=True)
class Allow:
    """What a plan may do beyond what is harmless. None: what the project file says, which is careful by default."""

    prune: bool | None = None
    """Delete groups that this project owns and no manifest declares."""
    max_deletes: int | None = None
    """How many groups may be deleted."""
    max_restarts: int | None = None
    """How many groups may restart."""
    adopt: bool = False
    """Take over declared groups that have no owner."""
    take_over: tuple[str, ...] = ()
    """Owners whose groups are taken over, each as its tag says it: a project, and ``/environment`` where it has one."""
    replace: int | None = None
    """How many groups may be deleted and created again; -1: any number."""
    touch_secrets: bool = False
    """Write secrets that could not be compared. Containers restart."""
    trust_secrets: bool = False
    """Confirm that Azure already has the secrets that could not be compared."""
    redeploy: tuple[str, ...] = ()
    """Addresses of groups to write again even if nothing differs."""
    create_resource_groups: bool = False
    """Create resource groups that do not exist, whatever the project file says."""
    override_freeze: str | None = None
    """The reason to write despite a freeze; None: a freeze blocks the plan."""
    restore: bool = False
    """Create the former group again if Azure refuses its replacement."""


def is_named(project: Project) -> bool:
    """Whether a project file names the owner. Only then are its manifests a complete set, and other groups orphans."""
    return project.file is not None and project.name != UNNAMED


def make_policy(loaded: Loaded, allow: Allow, environ: Mapping[str, str], *, now: float) -> Policy:
    """Return the policy of one run: what the command line allows, else what the project file says.

    Raises:
        UsageError: pruning without a project's name, a redeployment of an undeclared group, no reason, or a weak key.
    """
    from aci_reconcile.manifest import make_calendar
    from aci_reconcile.planning.policy import UNLIMITED

    project, declared = loaded.project, loaded.project.policy
    whole = find_whole(loaded)
    _check_allow(allow, project)
    replace = UNLIMITED if declared.replace == "allow" else 0
    key, former = read_keys(environ, project.fingerprints)
    # The freeze is looked up again just before the first write: a question may stay open for hours.
    frozen_at = make_calendar(declared.freeze)
    restarts = UNLIMITED if declared.max_restarts is None else declared.max_restarts
    return dataclasses.replace(
        make_owner_policy(project),
        prune=_decide_prune(project) if allow.prune is None else allow.prune,
        max_deletes=declared.max_deletes if allow.max_deletes is None else allow.max_deletes,
        deletes_named=allow.max_deletes is not None,
        max_restarts=restarts if allow.max_restarts is None else allow.max_restarts,
        max_share=declared.max_share,
        adopt=allow.adopt,
        take_over=frozenset(check_owners(allow.take_over)),
        allow_replace=replace if allow.replace is None else allow.replace,
        observe=declared.observe,
        now=now,
        frozen=frozen_at(now),
        frozen_at=frozen_at,
        override=(allow.override_freeze or "").strip(),
        touch_secrets=allow.touch_secrets,
        trust_secrets=allow.trust_secrets,
        redeploy=_find_all_redeployed(loaded, allow),
        selected=loaded.selected,
        narrowed_by=loaded.narrowed_by,
        sharded=whole is None and loaded.request.shard is not None,
        allotment=None if whole is None else _make_allotment(whole, project.subscription),
        # A missing resource group is often a mistyped one.
        create_resource_groups=project.create_resource_groups or allow.create_resource_groups,
        resource_group_location=project.location,
        restore=allow.restore,
        emptied=tuple(map(str, loaded.empty_places)),
        elsewhere=loaded.nested_groups,
        fingerprint_key=key,
        former_key=former,
        fingerprints=project.fingerprints.kept,
    )


def _check_allow(allow: Allow, project: Project) -> None:
    if allow.prune and not is_named(project):
        raise UsageError("--prune needs a project file with a name", hint="the name says which groups are yours")
    if allow.touch_secrets and allow.trust_secrets:
        raise UsageError("--touch-secrets and --trust-secrets cannot be combined")
    if allow.override_freeze is not None and not allow.override_freeze.strip():
        raise UsageError("--override-freeze needs a reason", hint="the plan and the apply record it")


def _decide_prune(project: Project) -> bool:
    # Without a name, an owner tag says nothing: every project without a name would own these groups.
    return project.policy.prune and is_named(project)


def make_owner_policy(project: Project) -> Policy:
    """Return a policy that allows nothing and only says which groups are the project's."""
    from aci_reconcile.core.model import Scope
    from aci_reconcile.planning.policy import Policy

    return Policy(
        owner=project.owner,
        project_id=project.id,
        known_ids=project.known_ids,
        ids_above=project.ids_above,
        id_derived=project.id_derived,
        subscription=project.subscription,
        places=frozenset(Scope(project.subscription, each).key for each in project.resource_groups),
        environments=frozenset(project.environments) if is_named(project) else None,
    )


def make_action_policy(project: Project, now: float) -> Policy:
    """Return what the project file says of acting on single groups: whose they are, observe mode, and freezes."""
    from aci_reconcile.manifest import make_calendar

    frozen_at = make_calendar(project.policy.freeze)
    return dataclasses.replace(
        make_owner_policy(project), observe=project.policy.observe, frozen=frozen_at(now), frozen_at=frozen_at
    )


def check_owners(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the owners of ``--take-over``.

    Raises:
        UsageError: one is empty.
    """
    if not all(each.strip() for each in names):
        hint = f"give the value of the tag {tags.OWNER}: --take-over shop/prod. To take groups without one: --adopt"
        raise UsageError("--take-over needs an owner", hint=hint)
    return names


def find_whole(loaded: Loaded) -> Whole | None:
    """Return what is known of the plan of the whole project, where the run is a shard that was saved from it."""
    return loaded.request.shard.whole if loaded.request.shard is not None else None


def list_own(loaded: Loaded) -> tuple[Resource, ...]:
    """Return the groups that a run must know of: a shard of a whole plan knows its own, and any other run all."""
    if find_whole(loaded) is None or loaded.selected is None:
        return loaded.resources
    return tuple(each for each in loaded.resources if each.id.key in loaded.selected)


def _make_allotment(whole: Whole, subscription: str) -> Allotment:
    """Return what the whole plan left to this run. Orphans of other subscriptions are never deleted."""
    from aci_reconcile.core.model import ResourceId
    from aci_reconcile.planning.policy import Allotment

    names = (each.partition("/") for each in whole.orphans)
    return Allotment(whole.live, frozenset(ResourceId(subscription, group, name).key for group, _, name in names))


def _find_all_redeployed(loaded: Loaded, allow: Allow) -> frozenset[tuple[str, ...]]:
    if find_whole(loaded) is None:
        return frozenset(_find_redeployed(loaded, address) for address in allow.redeploy)
    # Every shard of a whole plan repeats the options of all, and the whole plan has found each of these groups.
    found = (each for each in loaded.resources if loaded.selected is None or each.id.key in loaded.selected)
    return frozenset(each.id.key for each in found if any(_is_named(each, address) for address in allow.redeploy))


def _is_named(resource: Resource, address: str) -> bool:
    wanted = address.lower()
    return wanted == resource.address.lower() or ("/" not in wanted and wanted == resource.id.name.lower())


def _find_redeployed(loaded: Loaded, address: str) -> tuple[str, ...]:
    found = [each.id.key for each in loaded.resources if _is_named(each, address)]
    if len(found) > 1:
        raise UsageError(f"--redeploy {address}: several groups have this name", hint="write resourceGroup/name")
    if not found:
        raise UsageError(f"--redeploy {address}: no manifest declares this group")
    if loaded.selected is not None and found[0] not in loaded.selected:
        raise UsageError(f"--redeploy {address}: this group is not selected")
    return found[0]


def read_keys(environ: Mapping[str, str], declared: Fingerprints) -> tuple[Secret | None, Secret | None]:
    """Return the key and the former key; None if there is none. An empty variable counts as none.

    Raises:
        UsageError: one of the environment can be guessed.
    """
    key, former = (_read_key(environ, name) for name in KEY_VARIABLES)
    return key or declared.key, former or declared.former


def _read_key(environ: Mapping[str, str], variable: str) -> Secret | None:
    value = environ.get(variable, "").strip()
    if not value:
        return None
    key = Secret(value, source=f"env:{variable}")
    if reason := key.find_weakness():
        hint = "make one with: aci-reconcile key. Fingerprints made without a key still work"
        raise UsageError(f"{variable} can be guessed: {reason}", hint=hint)
    return key
