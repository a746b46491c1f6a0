"""Saved plans: what is saved of a plan, and its file."""

from __future__ import annotations

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.app.files import check_target, write_whole
from aci_reconcile.app.manifests import read_variables
from aci_reconcile.app.own_files import check_own
from aci_reconcile.app.plan_folder import suggest_plan, suggest_plans
from aci_reconcile.app.policy import list_own
from aci_reconcile.app.saved_inputs import inputs_from_json, inputs_to_json
from aci_reconcile.app.shards import read_shard
from aci_reconcile.core.errors import StalePlanError, UsageError
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.redaction import veil_variable
from aci_reconcile.core.secret import fingerprint, needs_slow_hash
from aci_reconcile.manifest import find_large_violation
from aci_reconcile.reconcile.hash_cost import AT_ONCE
from aci_reconcile.saved import Origin, add_seal, check_document, glance, make_document, make_salt, open_document
from aci_reconcile.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from aci_reconcile.app.saved_inputs import Inputs
    from aci_reconcile.core.model import Resource
    from aci_reconcile.core.secret import Secret
    from aci_reconcile.core.shards import ShardNumber
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.planning.values import Change, Plan
    from aci_reconcile.reconcile.hash_cost import HashCost
    from aci_reconcile.render.header import Header
    from aci_reconcile.saved import Document

_BEGINNING = re.compile(rb"\s*\{\s*\"format_version\"")
LIFETIME = 7 * 24 * 3600.0
"""Seconds that a saved plan is valid by default."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan was made from."""

    inputs: Inputs
    loaded: Loaded
    header: Header
    cwd: Path
    hash_cost: HashCost
    hidden: frozenset[str] = frozenset()
    """Names of variables that are known to be used in secrets: maybe in those of groups that this run leaves out."""


def make_content(plan: Plan, basis: Basis) -> Document:
    """Return what is saved of a plan, without its times and its seal."""
    loaded = basis.loaded
    values = read_variables(basis.inputs.sources, basis.cwd)
    own = list_own(loaded)
    hidden = tuple(sorted(find_secret_variables(values, own) | (basis.hidden & values.keys())))
    # A plan that is made again has the saved addresses, and no changes to look for.
    found = loaded.changed.addresses if loaded.changed else None
    if loaded.request.shard is not None and loaded.selected is not None:
        # Of the other groups no more than outlines may be known, and another time more of them.
        own = tuple(each for each in own if each.id.key in loaded.selected)
        found = frozenset(each.address for each in own)
    again = basis.inputs.sources.addresses
    origin = Origin(
        header=basis.header,
        tool_version=VERSION,
        api_version=loaded.project.api_version,
        resources=own,
        fingerprints=_fingerprint_secrets(plan, basis.hash_cost),
        request=inputs_to_json(
            basis.inputs, hidden=hidden, changed=found if again is None else again, shard=loaded.request.shard
        ),
        variables={name: value for name, value in values.items() if name not in hidden},
        hidden_variables=hidden,
    )
    return make_document(plan, origin)


def save_content(content: Document, file: Path, *, now: float, lifetime: float, label: str) -> Document:
    """Seal the content of a plan and write it to a file.

    Args:
        content: what ``make_content`` returned.
        file: the file; one that holds a saved plan is replaced.
        now: seconds since the epoch.
        lifetime: seconds that the plan is valid.
        label: how messages name the file.

    Raises:
        UsageError: the file cannot be written.
    """
    sealed = add_seal(content, created=now, expires=now + lifetime)
    # The file is checked again: a question or a long plan lies between the first check and the write.
    check_plan_file(file, label)
    try:
        write_whole(file, sealed.text, private=True)
    except OSError as error:
        raise UsageError(f"{label}: {error.strerror or 'cannot be written'}") from error
    return sealed.document


def check_plan_file(file: Path, label: str) -> None:
    """Check that a plan may be saved in a file, before anything else is done.

    Raises:
        UsageError: there is no such folder, the file is a link or not regular, or it holds something else.
    """
    if not file.parent.is_dir():
        raise UsageError(f"{label}: there is no folder {file.parent}", hint="create it first")
    check_target(label, file)
    check_own(label, file, "plan")


def is_plan_file(file: Path) -> bool:
    """Whether a file begins as a saved plan does: no manifest does, and a part of a plan is no other file."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            return False
        with file.open("rb") as stream:
            return _BEGINNING.match(stream.read(200)) is not None
    except (OSError, ValueError):
        return False


def read_plan(file: Path, otherwise: str = "") -> Document:
    """Return the saved plan in a file; ``otherwise`` is what to do with a file that is something else.

    Raises:
        UsageError: there is no such file, or it cannot be read.
        StalePlanError: it holds no saved plan, or was changed after it was saved.
    """
    content = _read(file, otherwise)
    if otherwise and not _BEGINNING.match(content):
        raise StalePlanError(f"{file} is not a saved plan", hint=otherwise)
    document = open_document(content, str(file))
    wrong = find_large_violation(document, "plan")
    return check_document(document, str(file), wrong[1] if wrong is not None else "")


def glance_at_plan(file: Path) -> Document:
    """Return the saved plan in a file, quickly: it is as it was saved, and what it says has not been checked.

    Raises:
        UsageError: it cannot be read.
        StalePlanError: it was cut off or changed.
    """
    return glance(_read(file, ""), str(file))


def _read(file: Path, otherwise: str) -> bytes:
    try:
        if file.is_dir():
            raise UsageError(f"{file} is a folder", hint=suggest_plan(file) or otherwise)
        if not stat.S_ISREG(file.stat().st_mode):  # reading a pipe without a writer would never end
            raise UsageError(f"{file} is not a regular file", hint=otherwise or "save the plan to a file, with --out")
        return file.read_bytes()
    except OSError as error:
        hint = suggest_plans(file) if isinstance(error, FileNotFoundError) else ""
        raise UsageError(f"{file}: {error.strerror or 'cannot be read'}", hint=hint or otherwise) from error


def find_shard(saved: Document) -> ShardNumber | None:
    """Return which shard a saved plan is for; None if it is for the whole project.

    Raises:
        UsageError: it says something else.
    """
    sources = inputs_from_json(saved["request"]).sources
    number = read_shard(sources.shard, 0, {})
    return None if number is None else replace(number, whole=sources.whole)


def find_secret_variables(values: Mapping[str, str], resources: Iterable[Resource]) -> frozenset[str]:
    """Return the names of the variables whose values are secrets or part of some: they must not be saved."""
    secrets = [secret for each in resources if values for secret in secrets_of(each.body).values()]
    return frozenset(
        name
        for name, value in values.items()
        if veil_variable(name, value) != value or any(each.holds(value) for each in secrets)
    )


def _fingerprint_secrets(plan: Plan, hash_cost: HashCost) -> dict[tuple[str, ...], str]:
    """Return the fingerprints of the secrets that the plan sends, or that it could not compare, by the group's key."""
    key = plan.policy.fingerprint_key
    if not plan.policy.fingerprints or (key is not None and not key.available):
        return {}
    wanted = {change.id.key: (change, found) for change in plan.changes if (found := _find_secrets(change))}
    if key is not None and wanted:
        hash_cost.name(key)
    compute = partial(_fingerprint_change, key=key, hash_cost=hash_cost)
    # Without a key each fingerprint is a slow hash, which leaves Python's lock: several cores share them.
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="aci-reconcile") as pool:
        return dict(zip(wanted, pool.map(compute, wanted.values()), strict=True))


def _find_secrets(change: Change) -> dict[str, Secret]:
    if change.after is None or not (change.writes or change.not_compared):
        return {}
    found = secrets_of(change.after.body)
    return found if all(each.available for each in found.values()) else {}


def _fingerprint_change(wanted: tuple[Change, Mapping[str, Secret]], *, key: Secret | None, hash_cost: HashCost) -> str:
    change, secrets = wanted
    if change.after is None:
        return ""
    compute = partial(fingerprint, secrets, entropy=partial(make_salt, change.after), key=key)
    return hash_cost.measure(compute) if needs_slow_hash(secrets, key) else compute()
