"""From a plan that was made to the document that is saved of it: what it was asked for with, and its secrets' marks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from aci_reconcile.app.variables import read_variables
from aci_reconcile.cli import options
from aci_reconcile.cli.given import sources_of
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.redaction import veil_variable
from aci_reconcile.core.secret import fingerprint, needs_slow_hash
from aci_reconcile.reconcile.effort import AT_ONCE
from aci_reconcile.saved import Origin, document, salt
from aci_reconcile.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.app.workspace import Work
    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.model import Resource
    from aci_reconcile.core.secret import Secret
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.planning.values import Change, Plan
    from aci_reconcile.reconcile.effort import Effort
    from aci_reconcile.saved import Document

ASKED = tuple(
    str(each.name)
    for each in (
        *options.paths(),
        *options.sources(),
        *options.changed(),
        *options.place(),
        *options.brakes(),
        *options.restoring(),
    )
)
"""The options that decide what is planned; a saved plan holds them.

``apply --plan`` takes from there what it is about; what ``aci_reconcile.cli.repeating`` names has to be said again.
"""

_FILES = frozenset({"paths", "project", "var_file"})
_TOUCHED = "changed_since"


def saved_of(plan: Plan, work: Work, given: Given, session: Session) -> Document:
    """Return what is to be saved of a plan, without times and without a seal."""
    values = read_variables(sources_of(given), session.cwd)
    hidden = _in_secrets(values, work.loaded.resources)
    origin = Origin(
        header=work.header,
        tool_version=VERSION,
        api_version=work.loaded.project.api_version,
        resources=work.loaded.resources,
        fingerprints=_fingerprints(plan, work.effort),
        request=_request(given, hidden) | _touched(work.loaded, given),
        variables={name: value for name, value in values.items() if name not in hidden},
        hidden_variables=hidden,
    )
    return document(plan, origin)


def asked_again(request: Mapping[str, Any]) -> dict[str, object]:
    """Return the values of the options of a saved plan; the variables that it hides are not among them."""
    values = {name: _decoded(name, request.get(name)) for name in ASKED}
    return values | {"var": tuple((name, value) for name, value in request.get("var", ()))}


def _request(given: Given, hidden: Iterable[str]) -> dict[str, Any]:
    values = {name: given.values.get(name) for name in ASKED if name != _TOUCHED}
    values["var"] = tuple(pair for pair in given.pairs("var") if pair[0] not in hidden)
    return {name: _encoded(value) for name, value in values.items() if value not in (None, "", ())}


def _touched(loaded: Loaded, given: Given) -> dict[str, Any]:
    """Return the groups that a change was found to touch: later the same question would have another answer."""
    again = given.found(_TOUCHED)
    if again is not None:
        return {_TOUCHED: list(again)}
    found = loaded.touched.addresses if loaded.touched else None
    return {} if found is None else {_TOUCHED: sorted(found)}


def _encoded(value: object) -> object:
    if isinstance(value, tuple):
        return [_encoded(each) for each in cast("tuple[object, ...]", value)]
    return value.as_posix() if isinstance(value, Path) else value


def _decoded(name: str, value: object) -> object:
    if isinstance(value, list):
        return tuple(_decoded(name, each) for each in cast("list[object]", value))
    return Path(value) if isinstance(value, str) and name in _FILES else value


def _in_secrets(values: Mapping[str, str], resources: Iterable[Resource]) -> tuple[str, ...]:
    """Return the names of the variables whose values are secrets or stand in some: a file is no place for those."""
    secrets = [secret for each in resources for secret in secrets_of(each.body).values()]
    return tuple(
        sorted(
            name
            for name, value in values.items()
            if veil_variable(name, value) != value or any(each.holds(value) for each in secrets)
        )
    )


def _fingerprints(plan: Plan, effort: Effort) -> dict[tuple[str, ...], str]:
    """Return the fingerprints of the secrets that the plan sends, or that it could compare with nothing."""
    key = plan.policy.fingerprint_key
    if not plan.policy.fingerprints or (key is not None and not key.available):
        return {}
    wanted = {change.id.key: (change, found) for change in plan.changes if (found := _secrets(change))}
    if key is not None and wanted:
        effort.name(key)
    mark = partial(_mark, key=key, effort=effort)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="aci-reconcile") as pool:
        return dict(zip(wanted, pool.map(mark, wanted.values()), strict=True))


def _secrets(change: Change) -> dict[str, Secret]:
    if change.after is None or not (change.writes or change.not_compared):
        return {}
    found = secrets_of(change.after.body)
    return found if all(each.available for each in found.values()) else {}


def _mark(wanted: tuple[Change, Mapping[str, Secret]], *, key: Secret | None, effort: Effort) -> str:
    change, secrets = wanted
    if change.after is None:
        return ""
    make = partial(fingerprint, secrets, entropy=partial(salt, change.after), key=key)
    return effort.measure(make) if needs_slow_hash(secrets, key) else make()
