"""What to do with one group: pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile import tags
from aci_reconcile.carry import carry_over
from aci_reconcile.complete import complete
from aci_reconcile.diff import FieldChange, Replaces, diff, secret_change
from aci_reconcile.health import has_ended
from aci_reconcile.model import NO_TAGS, as_object, as_text
from aci_reconcile.normalize import align, normalize, secrets_in, secrets_of
from aci_reconcile.plan.holding import Holding, holding, readable, told
from aci_reconcile.plan.losses import losses
from aci_reconcile.plan.values import Action, Cause, Change, Impact
from aci_reconcile.plan.withholding import withholding
from aci_reconcile.profiles import answering
from aci_reconcile.provisioning import as_settled, failure_in, state_of
from aci_reconcile.secret import UNKEPT, Fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.model import Body, Resource
    from aci_reconcile.normalize import NormalForm
    from aci_reconcile.plan.policy import Policy
    from aci_reconcile.secret import Secret

Verdicts: TypeAlias = "Mapping[tuple[str, ...], bool | None]"
NOT_YET: Final[Verdicts] = {}
"""No fingerprint was looked at yet."""
_NOT_TAKEN: Final = "Azure did not take this at the last write"
_TAGS_NOT_TAKEN: Final = f"{_NOT_TAKEN}: an Azure Policy may set tags, and lifecycle.ignore leaves them to it"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a group differs from its manifest."""

    fields: tuple[FieldChange, ...] = ()
    unknown: tuple[str, ...] = ()
    secrets: tuple[FieldChange, ...] = ()
    not_compared: tuple[str, ...] = ()
    stamp: bool = False
    """The secrets are vouched for: only their fingerprint is to be written."""
    touched: bool = False
    """The secrets are pushed because somebody asked for it, and not because they are known to differ."""

    @property
    def tags_only(self) -> bool:
        """Whether nothing but tags differs."""
        return not self.secrets and all(change.keys[:1] == ("tags",) for change in self.fields)

    @property
    def replaces(self) -> Replaces:
        """The worst of what differs."""
        if not self.fields:
            return Replaces.NO
        return max((change.replaces for change in self.fields), key=lambda each: each.rank)


def target(desired: Resource, live: Resource | None, policy: Policy) -> Resource:
    """Return what is to be written: the manifest and what Azure demands, live values of ignored fields, all tags."""
    body = complete(_carried(desired, live))
    wanted = {**as_object(body.get("tags")), **tags.ours(desired, _owner_tag(live, policy))}
    return desired.with_body({**body, "tags": tags.merge(live.tags if live else NO_TAGS, wanted)})


def _owner_tag(live: Resource | None, policy: Policy) -> str:
    """Return the owner tag; of a group of ours the one that it has: an id comes with a write, and is never a reason."""
    known = tags.owner(live) if live else ""
    return known if policy.owns(known) else policy.mark


def _carried(desired: Resource, live: Resource | None) -> Body:
    return carry_over(desired.body, live.body, desired.lifecycle.ignore) if live else desired.body


def compare(
    desired: Resource, after: NormalForm, live: Resource, policy: Policy, verdicts: Verdicts = NOT_YET
) -> Comparison:
    """Return how the live group differs from its manifest, of whose ``target`` ``after`` is the normal form.

    What the manifest leaves to a profile has been taken out of ``live``.
    """
    before, unknown = align(normalize(as_settled(live.body, desired.body)), after)
    secrets, recorded = _secrets(desired, live), tags.get(live.tags, tags.SECRETS)
    fields = diff(before, after)
    if not (secrets or recorded):
        return Comparison(fields, unknown)
    held = holding(secrets, _carried(desired, live), live.body) if fields else Holding(tuple(secrets))
    found = Comparison(told(fields, held, secrets), unknown)
    if not secrets:
        return found if held.gone else replace(found, secrets=(secret_change("secrets", before=True, after=False),))
    known = memory(live)
    verdict = verdicts[known] if known in verdicts else matches(desired, live, policy)
    return _with_secrets(found, {path: secrets[path] for path in held.kept}, live, policy, verdict=verdict)


def _secrets(desired: Resource, live: Resource) -> Mapping[str, Secret]:
    """Return the declared secrets that a write would send; others answer for fields that are ignored."""
    ignored = desired.lifecycle.ignore and not desired.plain
    return secrets_of(_carried(desired, live)) if ignored else secrets_in(desired)


def target_form(desired: Resource, declared: NormalForm, wanted: Resource) -> NormalForm:
    """Return the normal form of a ``target``; where nothing is ignored it differs from the manifest's in its tags."""
    if desired.lifecycle.ignore:
        return normalize(wanted.body)
    rest = {name: value for name, value in declared.items() if name != "tags"}
    return {**rest, **normalize({"tags": wanted.tags})}


def _with_secrets(
    found: Comparison, secrets: Mapping[str, Secret], live: Resource, policy: Policy, *, verdict: bool | None
) -> Comparison:
    at_hand = all(secret.available for secret in secrets.values())
    if verdict is not False and at_hand and policy.trust_secrets and _is_outdated(live, secrets, policy):
        return replace(found, stamp=True)
    if verdict is False or (verdict is None and at_hand and policy.touch_secrets):
        return replace(found, secrets=_changed(tuple(secrets)), touched=verdict is None)
    return found if verdict else replace(found, not_compared=tuple(secrets))


def _is_outdated(live: Resource, secrets: Mapping[str, Secret], policy: Policy) -> bool:
    """Whether a fingerprint that is made now would be of another kind, or made with another key, than the group's."""
    recorded = tags.get(live.tags, tags.SECRETS)
    if not policy.fingerprints:
        return recorded != UNKEPT
    if policy.fingerprint_key is not None and not policy.fingerprint_key.available:
        return False
    tag = Fingerprint.parse(recorded)
    return tag is None or not tag.is_current(secrets, policy.fingerprint_key)


def memory(live: Resource) -> tuple[str, ...]:
    """Return what stands for a live group and the fingerprint that it carries."""
    return (*live.id.key, tags.get(live.tags, tags.SECRETS))


def matches(desired: Resource, live: Resource, policy: Policy) -> bool | None:
    """Whether the secrets that both the group and the manifest hold are the same; None where that cannot be told.

    A group that we have written before and that carries no fingerprint held no secrets then: these are new. Where the
    two hold secrets in different places, the fingerprint is compared once more, as one of those that Azure shows.
    """
    secrets, recorded = _secrets(desired, live), tags.get(live.tags, tags.SECRETS)
    if not secrets:
        return None
    if recorded:
        tag = Fingerprint.parse(recorded) if policy.fingerprints else None
        same = tag.matches(secrets, policy.fingerprint_key, policy.former_key) if tag else None
    else:
        tag, same = None, False if tags.Applied.of(live.tags).desired else None
    return _on_both_sides(secrets, desired, live, tag, policy) if same is False else same


def _on_both_sides(
    secrets: Mapping[str, Secret], desired: Resource, live: Resource, tag: Fingerprint | None, policy: Policy
) -> bool | None:
    """Whether the secrets that both sides hold are the same, where all of the manifest's are not those of the tag."""
    declared = _carried(desired, live)
    held = holding(secrets, declared, live.body)
    if not held.kept:
        return True
    if tag is None or not held.differs:
        return False
    plain = readable(held, declared)
    if plain is None:
        return None
    known = {**{path: secrets[path] for path in held.kept}, **plain}
    return tag.matches(known, policy.fingerprint_key, policy.former_key) or (None if plain else False)


def takes_long(desired: Resource, live: Resource, policy: Policy) -> bool:
    """Whether ``matches`` makes a slow hash for this group."""
    tag = Fingerprint.parse(tags.get(live.tags, tags.SECRETS)) if policy.fingerprints else None
    return tag is not None and tag.slow and bool(_secrets(desired, live))


def _changed(paths: tuple[str, ...]) -> tuple[FieldChange, ...]:
    """One fingerprint stands for all secrets of a group: with several, it cannot be told which one changed."""
    if len(paths) == 1:
        return (secret_change(paths[0], before=True, after=True),)
    return (secret_change("secrets", before=True, after=True, candidates=paths),)


def decide(desired: Resource, live: Resource | None, policy: Policy, verdicts: Verdicts = NOT_YET) -> Change:
    """Return what happens to a group that is declared.

    Args:
        desired: the manifest.
        live: the group, None where there is none.
        policy: what is allowed.
        verdicts: what ``matches`` said of groups and their fingerprints; what is missing is looked at here.

    Raises:
        ValueError: the manifest ignores a field that cannot be ignored.
    """
    if desired.lifecycle.detach:
        return _detached(desired, live, policy)
    if live is None:
        after = target(desired, None, policy)
        created = Change(desired.id, Action.CREATE, after=after, digest=tags.desired_digest(desired.body))
        return withholding(created, desired, policy)
    if is_foreign(live, policy) or is_member(live):
        return Change(desired.id, Action.NO_OP, before=live, after=desired)
    wanted = target(desired, live, policy)
    declared = normalize(desired.body)
    answer = live.with_body(answering(live.body, wanted.body))
    found = compare(desired, target_form(desired, declared, wanted), answer, policy, verdicts)
    digest = tags.form_digest(declared)
    known = Change(
        desired.id,
        Action.NO_OP,
        before=live,
        after=wanted,
        fields=found.fields + found.secrets,
        not_compared=found.not_compared,
        unknown=found.unknown,
        stamp=found.stamp,
        digest=digest,
        may_replace=found.replaces is Replaces.MAY,
    )
    return withholding(_acted(_explained(known, found, live), found, live, policy), desired, policy)


def is_foreign(live: Resource, policy: Policy) -> bool:
    """Whether the group belongs to somebody else, whose groups this run may not take over."""
    owner = tags.owner(live)
    return bool(owner) and not policy.owns(owner) and not policy.takes(owner)


def is_member(live: Resource) -> bool:
    """Whether the group belongs to an NGroup, which writes it as it likes (documented: ``orchestratorId``)."""
    return bool(as_text(live.properties.get("orchestratorId")))


def _detached(desired: Resource, live: Resource | None, policy: Policy) -> Change:
    """Let a group go: our tags are taken off, once; it is never created, changed or deleted."""
    if live is None or not policy.owns(tags.owner(live)):
        return Change(desired.id, Action.NO_OP, before=live, after=desired, reasons=("detached",))
    theirs = {name: value for name, value in live.tags.items() if not tags.is_ours(name)}
    after = replace(desired, body={**live.body, "tags": theirs})
    fields = diff(normalize(live.body), normalize(after.body))
    return Change(desired.id, Action.UPDATE, Impact.TAGS_ONLY, live, after, fields, reasons=("released",))


def _acted(known: Change, found: Comparison, live: Resource, policy: Policy) -> Change:
    redeploy, failed = known.id.key in policy.redeploy, failure_in(state_of(live.body))
    push = redeploy or bool(failed)
    if not (known.fields or found.stamp or push):
        return known
    if not push and not (found.tags_only and (found.stamp or _of_ours(known))) and _stuck(known, live):
        return replace(known, reasons=(_TAGS_NOT_TAKEN if found.tags_only else _NOT_TAKEN,), stuck=True)
    owned = Action.UPDATE if policy.owns(tags.owner(live)) else Action.ADOPT
    reasons: tuple[str, ...] = _taken_over(live, policy)
    reasons += ("a redeployment was asked for",) if redeploy else ()
    reasons += (f"its provisioning {failed}",) if failed else ()
    if found.tags_only and not push:
        return replace(known, action=owned, impact=Impact.TAGS_ONLY, reasons=reasons)
    ended = has_ended(live.body)
    if ended:
        reasons += (f"the group has ended ({ended}), and Azure does not update an ended group",)
    if ended or found.replaces is Replaces.YES:
        return replace(
            known, action=Action.REPLACE, impact=Impact.RECREATE, reasons=reasons, loses=losses(live, known.after)
        )
    return replace(known, action=owned, impact=Impact.RESTART, reasons=reasons)


def _taken_over(live: Resource, policy: Policy) -> tuple[str, ...]:
    former = tags.owner(live)
    return () if not former or policy.owns(former) else (f"taken over from {former}",)


def _explained(known: Change, found: Comparison, live: Resource) -> Change:
    """Say where the differences come from, as far as what the last write of ours left behind can tell.

    That a secret changed in Azure is never known, for nobody can read it there. Where the secrets have another
    fingerprint than the last write's, it is those of the manifest that were changed.
    """
    applied = tags.Applied.of(live.tags).desired
    if not applied or all(each.keys[:1] == ("tags",) and tags.is_ours(each.keys[-1]) for each in known.fields):
        return known  # what the last write remembers is the manifest, and our own tags are no part of it
    plain = Cause.AZURE if applied == known.digest else Cause.GIT
    new = plain is Cause.GIT or tags.get(live.tags, tags.SECRETS)
    secret = Cause.GIT if new and not found.touched else Cause.UNKNOWN
    causes = {*([plain] if found.fields else ()), *([secret] if found.secrets else ())}
    in_azure = tuple(each.path for each in found.fields) if plain is Cause.AZURE else ()
    return replace(known, cause=causes.pop() if len(causes) == 1 else Cause.UNKNOWN, in_azure=in_azure)


def _of_ours(change: Change) -> bool:
    """Whether a tag of this tool's own differs."""
    return any(each.keys[:1] == ("tags",) and tags.is_ours(each.keys[-1]) for each in change.fields)


def _stuck(change: Change, live: Resource) -> bool:
    """Whether the last write was of this very manifest, and left this very body behind."""
    applied = tags.Applied.of(live.tags)
    if not applied.refused or change.after is None or any(each.secret for each in change.fields):
        return False
    known = tags.refusal(live.body, change.after.body, change.digest, written=bool(applied.desired))
    return (applied.desired, applied.refused) == (known.desired, known.refused)
