"""Holding an apply to a saved plan or to a digest: the plan is made again, and must be the same."""

from __future__ import annotations

import re
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.execution import check_applyable
from aci_reconcile.app.proposal import make_reader, propose_plan
from aci_reconcile.app.repetition import compare_options, refuse_unrepeated
from aci_reconcile.app.saved_inputs import inputs_from_json, replay_inputs
from aci_reconcile.app.saved_plan import Basis, make_content
from aci_reconcile.app.sibling_groups import add_made_groups
from aci_reconcile.app.workspace import prepare
from aci_reconcile.core.errors import AciReconcileError, BlockedError, StalePlanError, UsageError
from aci_reconcile.saved import find_moved, find_other_target, is_expired, read_time
from aci_reconcile.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from pathlib import Path

    from aci_reconcile.app.requests import Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.app.saved_inputs import Inputs
    from aci_reconcile.app.workspace import Workspace
    from aci_reconcile.core.backend import Backend
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.reconcile import Refresh
    from aci_reconcile.render.header import Header
    from aci_reconcile.saved import Document

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_HINT: Final = "nothing was written; plan again and review the plan"


@dataclass(frozen=True, slots=True)
class Expected:
    """The plan that a run must carry out; without a saved plan and a digest, whichever plan is made."""

    inputs: Inputs
    """The inputs for making the plan."""
    saved: Document | None = None
    digest: str = ""

    @contextmanager
    def explain_usage(self) -> Generator[None]:
        """Turn errors of usage into stale plans while the plan is made: saved options no longer fit the project.

        Raises:
            StalePlanError: a saved option names something that does not exist.
        """
        try:
            yield
        except UsageError as error:
            if self.saved is None:
                raise
            raise StalePlanError(f"the saved plan no longer matches: {error.message}", hint=_HINT) from error

    def choose_policy(self, policy: Policy) -> Policy:
        """Return the policy as of the time of the saved plan: what a run left has not expired since for this plan."""
        return policy if self.saved is None else replace(policy, now=read_time(self.saved))

    def check_target(self, header: Header, api_version: str) -> None:
        """Check that the saved plan is for this project and place, before Azure is asked.

        Raises:
            StalePlanError: it is for another one.
        """
        if self.saved is not None:
            _refuse(find_other_target(self.saved, header, tool_version=VERSION, api_version=api_version))

    def undo_siblings(self, plan: Plan, backend: Backend) -> Plan:
        """Return the plan to compare: what other shards of the same plan made is no change.

        Raises:
            AzureError: Azure does not say what they made.
        """
        if self.saved is None or plan.policy.allotment is None:
            return plan
        return add_made_groups(plan, self.saved["resource_group_changes"], backend)

    def check_plan(self, plan: Plan, basis: Basis) -> None:
        """Check that the plan that was made now is the expected one.

        Raises:
            AciReconcileError: a group could not be read, so the plans cannot be compared.
            SecretUnavailableError: secrets that a write needs are missing, so their fingerprints are, too.
            StalePlanError: it is another plan.
        """
        if self.saved is None and not self.digest:
            return
        if plan.unreadable:
            first = plan.unreadable[0]
            message = f"{first.address} could not be read, so the plan cannot be compared: "
            raise AciReconcileError(message + first.message, hint="nothing was written")
        # Blockers come later: that the plan is another one is the more helpful message.
        check_applyable(replace(plan, blockers=()))
        hidden = frozenset[str](self.saved["hidden_variables"] if self.saved is not None else ())
        now = make_content(plan, replace(basis, hidden=hidden))
        # The digest comes last: it says that something differs, the comparison says what.
        if self.saved is not None:
            _refuse(find_moved(self.saved, now))
        if self.digest and self.digest != now["plan_digest"]:
            raise StalePlanError(f"the plan has the digest {now['plan_digest']}, not the one in --checksum", hint=_HINT)


@contextmanager
def make_expected_plan(
    expected: Expected, target: Target, run: Run, refresh: Refresh, *, health: bool = False
) -> Generator[tuple[Workspace, Plan]]:
    """Load, connect and plan; go on only if the plan is the expected one.

    Args:
        expected: the inputs, and what the plan must be.
        target: where to connect to.
        run: the environment, time and messages.
        refresh: how much of Azure is read.
        health: whether to read run states, too.

    Raises:
        StalePlanError: the plan is another one, or the saved options no longer fit the project.
        AciReconcileError: no plan could be made.
    """
    with ExitStack() as stack:
        with expected.explain_usage():
            ready = prepare(expected.inputs.sources, target, expected.inputs.allow, run)
            prepared = stack.enter_context(ready)
            workspace = replace(prepared, policy=expected.choose_policy(prepared.policy))
            expected.check_target(workspace.header, workspace.loaded.project.api_version)
            reader = make_reader(workspace, target, run, refresh, health=health)
            plan = propose_plan(workspace.loaded, workspace.policy, reader, workspace.connection.endpoint)
            expected.check_plan(
                expected.undo_siblings(plan, workspace.backend),
                Basis(expected.inputs, workspace.loaded, workspace.header, run.cwd, workspace.hash_cost),
            )
        yield workspace, plan


def expect_saved(saved: Document, name: str, own: Inputs, *, cwd: Path, now: float, digest: str = "") -> Expected:
    """Return what to expect of the apply of a saved plan.

    Args:
        saved: the saved plan.
        name: its file, for messages.
        own: the caller's inputs: they repeat what the plan was allowed, and contradict nothing.
        cwd: the folder of relative paths of files with variables.
        now: seconds since the epoch.
        digest: a digest that the plan must have as well; empty for any.

    Raises:
        UsageError: options contradict the saved plan.
        StalePlanError: the plan has expired, or has releases that the caller does not repeat.
        BlockedError: the plan was blocked when it was made.
    """
    # Contradictions come before expiry: the hint to plan again would not help with them.
    difference = compare_options(saved, own, cwd)
    # A release that the plan lacks is no contradiction while others are missing: repeating those comes first.
    _refuse_contradictions(inputs_from_json(saved["request"]), own, () if difference.missing else difference.extra)
    check_usable(saved, name, now)
    refuse_unrepeated(difference, name)
    return Expected(replay_inputs(saved["request"], own), saved, digest)


def check_usable(saved: Document, name: str, now: float) -> None:
    """Check that a saved plan may be applied at all; ``name`` is its file.

    Raises:
        StalePlanError: it has expired, or something could not be read or was missing when it was made.
        BlockedError: it was blocked when it was made.
    """
    if is_expired(saved, now=now):
        raise StalePlanError(f"{name} has expired: it was valid until {saved['expires_at']}", hint=_HINT)
    if saved["applyable"]:
        return
    if saved["unreadable"]:
        raise StalePlanError(f"{name} cannot be applied: something could not be read when it was made", hint=_HINT)
    if saved["blockers"] and not saved["missing_secrets"]:
        reasons = "; ".join(f"{each['reason']} (release: {each['release']})" for each in saved["blockers"])
        raise BlockedError(f"{name} was blocked when it was made: {reasons}", hint=_HINT)
    raise StalePlanError(
        f"{name} cannot be applied: secrets were missing when it was made",
        hint="plan where the secrets are; the plan names each missing one",
    )


def parse_digest(text: str) -> str:
    """Return the digest that ``--checksum`` names.

    Raises:
        UsageError: it is none. An empty one is none either: a variable that is not set must not allow every plan.
    """
    digest = text.strip()
    if not _DIGEST.fullmatch(digest):
        raise UsageError("--checksum: not a plan digest", hint="plan --verbose prints it: sha256:…")
    return digest


def _refuse_contradictions(saved: Inputs, own: Inputs, extra: tuple[str, ...]) -> None:
    """Refuse options that choose something else than the saved plan does. The subscription is compared later."""
    names = (*_find_contradictions(saved, own), *extra)
    typed = [f"--{name.replace('_', '-')}" if name != "paths" else "PATH" for name in names if name in own.typed]
    if typed:
        verb = "differs" if len(typed) == 1 else "differ"
        hint = "a saved plan has its own paths and options: remove these, or plan again"
        raise UsageError(f"{', '.join(typed)} {verb} from the saved plan", hint=hint)
    _refuse(tuple(f"option {name} is set to something else in the environment" for name in names))


def _find_contradictions(saved: Inputs, own: Inputs) -> Iterator[str]:
    then, now = saved.sources, own.sources
    pairs = {
        "paths": (then.paths, now.paths),
        "project": (then.project, now.project),
        "environment": (then.environment, now.environment),
        "only": (then.only, now.only),
        "shard": (then.shard, now.shard),
        "resource_group": (then.resource_group, now.resource_group),
    }
    for name, (before, here) in pairs.items():
        if before != here and (here or name in own.typed):
            yield name


def _refuse(lines: Sequence[str]) -> None:
    if lines:
        raise StalePlanError("\n  ".join(("the saved plan no longer matches:", *lines)), hint=_HINT)
