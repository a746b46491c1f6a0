"""``apply --plan`` and ``apply --checksum``: only what was promised is done, and otherwise nothing."""

from __future__ import annotations

import re
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.app.propose import make_look, propose_plan
from aci_reconcile.app.workspace import prepare
from aci_reconcile.cli.execution import refuse
from aci_reconcile.cli.given import allowed, sources_of
from aci_reconcile.cli.planfile import read_plan
from aci_reconcile.cli.repeating import REPEATED, compared, refuse_unrepeated
from aci_reconcile.cli.saving import ASKED, asked_again, saved_of
from aci_reconcile.core.errors import AciReconcileError, HeldBackError, StalePlanError, UsageError
from aci_reconcile.saved import find_moved, find_other_target, is_expired
from aci_reconcile.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from aci_reconcile.app.requests import Target
    from aci_reconcile.app.workspace import Work
    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.session import Session
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.reconcile import Refresh
    from aci_reconcile.saved import Document

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_HINT = "nothing was written; plan again and review the plan"
_APART = REPEATED | {"subscription"}


@dataclass(frozen=True, slots=True)
class Promise:
    """What the run is held to; nothing, where neither a saved plan nor a digest was given."""

    given: Given
    """The options, those of the saved plan in their places."""
    saved: Document | None = None
    digest: str = ""

    @contextmanager
    def planned(
        self, target: Target, session: Session, refresh: Refresh, *, health: bool = False
    ) -> Generator[tuple[Work, Plan]]:
        """Connect, plan, and go on only where the plan is the promised one.

        Args:
            target: where to connect to.
            session: the run.
            refresh: how much is read.
            health: whether run states are wanted, too.

        Raises:
            StalePlanError: the plan is another one, or the options of the saved plan make no sense any more.
            AciReconcileError: everything that keeps a plan from being made.
        """
        with ExitStack() as stack:
            with self._upheld():
                ready = prepare(sources_of(self.given), target, allowed(self.given), session)
                work = stack.enter_context(ready)
                self._placed(work)
                look = make_look(work, target, session, refresh, health=health)
                plan = propose_plan(work.loaded, work.policy, look, work.connection.endpoint)
                self.kept(plan, work, session)
            yield work, plan

    @contextmanager
    def _upheld(self) -> Generator[None]:
        """Where options of the saved plan make no sense any more, it is the plan that does not fit."""
        try:
            yield
        except UsageError as error:
            if self.saved is None:
                raise
            raise StalePlanError(f"the saved plan no longer matches: {error.message}", hint=_HINT) from error

    def _placed(self, work: Work) -> None:
        """Look whether the saved plan is for this place, before anything is asked there."""
        if self.saved is not None:
            version = work.loaded.project.api_version
            _refuse(find_other_target(self.saved, work.header, tool_version=VERSION, api_version=version))

    def kept(self, plan: Plan, work: Work, session: Session) -> None:
        """Look whether the plan that was made now is the promised one.

        Raises:
            AciReconcileError: that can't be told, because a group could not be read.
            SecretUnavailableError: nor can it, because secrets that a write needs are not at hand.
            StalePlanError: it is another one.
        """
        if self.saved is None and not self.digest:
            return
        if plan.unreadable:
            first = plan.unreadable[0]
            message = f"{first.address} could not be read, so the plan cannot be compared: "
            raise AciReconcileError(message + first.message, hint="nothing was written")
        refuse(replace(plan, blockers=()))
        now = saved_of(plan, work, self.given, session)
        if self.saved is not None:
            _refuse(find_moved(self.saved, now))
        if self.digest and self.digest != now["plan_digest"]:
            raise StalePlanError(f"the plan has the digest {now['plan_digest']}, not the one in --checksum", hint=_HINT)


def promised(given: Given, session: Session) -> Promise:
    """Return what the run is held to.

    Raises:
        UsageError: options contradict the saved plan, or what is given as a digest is none.
        StalePlanError: the saved plan is not to be used any more, or was never fit to be applied.
        HeldBackError: it was held back when it was made.
    """
    digest = _digest(given)
    file = given.path("plan")
    if file is None:
        return Promise(given, digest=digest)
    saved = read_plan(file)
    said = compared(saved, given, session.cwd)
    _contradictions(asked_again(saved["request"]), given, () if said.missing else said.alone)
    fit(saved, str(file), session.clock.now())
    refuse_unrepeated(said, str(file))
    return Promise(replayed(saved, given), saved, digest)


def replayed(saved: Document, given: Given, *, allowed_then: bool = False) -> Given:
    """Return the options with those of the saved plan in their places; a subscription that was given stays.

    Args:
        saved: the plan.
        given: the options that are given now.
        allowed_then: take from the plan, too, what it was allowed, to look whether it still fits; never to apply it.
    """
    asked = asked_again(saved["request"])
    values = {name: value for name, value in asked.items() if allowed_then or name not in REPEATED}
    if given.text("subscription"):
        values["subscription"] = given.text("subscription")
    said = frozenset(name for name, value in values.items() if value is not None)
    return replace(given, values={**given.values, **values}, typed=given.typed | said)


def _digest(given: Given) -> str:
    value = given.values.get("checksum")
    if value is None:
        return ""
    text = given.text("checksum").strip()
    if not _DIGEST.fullmatch(text):
        raise UsageError("--checksum: not a plan digest", hint="plan --verbose prints it: sha256:…")
    return text


def _contradictions(values: dict[str, object], given: Given, alone: tuple[str, ...]) -> None:
    """Refuse options that choose something else than the saved plan; the subscription is looked at later."""
    chosen = [name for name in ASKED if name not in _APART and _differs(name, given, values[name])]
    others = [*chosen, *alone]
    typed = [f"--{name.replace('_', '-')}" if name != "paths" else "PATH" for name in others if name in given.typed]
    if typed:
        verb = "differs" if len(typed) == 1 else "differ"
        hint = "a saved plan has its own paths and options: remove these, or plan again"
        raise UsageError(f"{', '.join(typed)} {verb} from the saved plan", hint=hint)
    _refuse(tuple(f"option {name} is set to something else in the environment" for name in others))


def _differs(name: str, given: Given, saved: object) -> bool:
    """Whether an option that was given says something else."""
    value = given.values.get(name)
    if name not in given.typed and value in (None, "", (), False):
        return False
    return value != saved


def fit(saved: Document, name: str, now: float) -> None:
    """Look whether a saved plan may be applied at all.

    Raises:
        StalePlanError: it has expired, or was never fit to be applied.
        HeldBackError: it was held back when it was made.
    """
    if is_expired(saved, now=now):
        raise StalePlanError(f"{name} has expired: it was valid until {saved['expires_at']}", hint=_HINT)
    if saved["applyable"]:
        return
    if saved["unreadable"]:
        raise StalePlanError(f"{name} cannot be applied: something could not be read when it was made", hint=_HINT)
    if saved["blockers"] and not saved["missing_secrets"]:
        reasons = "; ".join(f"{each['reason']} (release: {each['release']})" for each in saved["blockers"])
        raise HeldBackError(f"{name} was blocked when it was made: {reasons}", hint=_HINT)
    raise StalePlanError(
        f"{name} cannot be applied: secrets were missing when it was made",
        hint="plan where the secrets are; the plan names each missing one",
    )


def _refuse(lines: Sequence[str]) -> None:
    if lines:
        raise StalePlanError("\n  ".join(("the saved plan no longer matches:", *lines)), hint=_HINT)
