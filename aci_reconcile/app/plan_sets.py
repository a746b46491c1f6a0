"""Whether a folder holds all plans of one whole, each once: only then are they applied as one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.shards import MOST
from aci_reconcile.core.errors import StalePlanError
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.core.shards import ShardNumber, Whole
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from aci_reconcile.saved import Document

_FEW: Final = 10
_ID_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class PlanPart:
    """Which part of which whole a saved plan is, as its file says."""

    file: Path
    shard: ShardNumber
    """With the whole; a number of 0 if it is a part of none that ``shards --out`` planned."""
    commit: str
    owner: str
    """The project, with its environment."""

    @property
    def plan(self) -> str:
        """The id of the whole; empty for none."""
        return self.shard.whole.id if self.shard.whole is not None else ""

    @property
    def own_shard(self) -> ShardNumber | None:
        """Which shard it is, where a folder holds those of one project; None for a project of a fleet."""
        return None if self.project else self.shard

    @property
    def project(self) -> str:
        """What the fleet calls the project; empty if the whole is of one project."""
        return self.shard.whole.project if self.shard.whole is not None else ""

    @property
    def projects(self) -> tuple[str, ...]:
        """All projects of the fleet that have a plan for the shard."""
        return self.shard.whole.projects if self.shard.whole is not None else ()


def read_part(document: Document, file: Path) -> PlanPart:
    """Return which part a saved plan is. Its file is as it was saved, but what it says has not been checked."""
    shard, whole = as_object(document.get("shard")), as_object(as_object(document.get("request")).get("whole"))
    number, total, plan = shard.get("number"), shard.get("count"), as_text(shard.get("plan"))
    found = ShardNumber(0, 0)
    if isinstance(number, int) and isinstance(total, int) and 1 <= number <= total <= MOST and plan:
        projects = tuple(map(as_text, as_list(whole.get("projects"))))
        found = ShardNumber(number, total, Whole(plan, 0, project=as_text(whole.get("project")), projects=projects))
    return PlanPart(file, found, as_text(document.get("commit")), sanitize(as_text(document.get("project"))))


def sort_parts(parts: Iterable[PlanPart]) -> tuple[PlanPart, ...]:
    """Return the parts in the order in which they are applied."""
    return tuple(sorted(parts, key=lambda each: (each.shard.number, each.file)))


def check_plan_set(parts: Sequence[PlanPart], folder: Path) -> None:
    """Check that plans are of one whole and one commit, each once, and that none is missing.

    Of a fleet, they are those of one shard: each of its projects has one.

    Raises:
        StalePlanError: they are not; the message has a line for each problem.
    """
    alone = [each for each in parts if not each.plan]
    found = (f"{each.file} was not saved by shards --out" for each in alone)
    problems = list(islice(found, _FEW)) or list(islice(_list_differences(parts), _FEW)) or list(_list_gaps(parts))
    if problems:
        lines = (f"{folder} does not hold all plans of one whole, each once:", *problems)
        hint = f"nothing was written; plan again with shards --out, or name a single plan, such as {parts[0].file}"
        raise StalePlanError("\n  ".join(lines), hint=hint)


def _list_differences(parts: Sequence[PlanPart]) -> Iterator[str]:
    """Yield what the plans do not have in common with the first."""
    first = parts[0]
    for each in parts[1:]:
        if each.plan != first.plan:
            here, there = (sanitize(one.plan[:_ID_SHOWN]) for one in (each, first))
            yield f"{each.file} is of the whole {here}, and {first.file} of {there}"
        elif each.commit != first.commit:
            here, there = (sanitize(one.commit[:_ID_SHOWN]) or "no commit" for one in (each, first))
            yield f"{each.file} is of {here}, and {first.file} of {there}"
        elif bool(each.project) != bool(first.project):
            one, other = (each, first) if each.project else (first, each)
            yield f"{one.file} is of a fleet, and {other.file} of one project"
        elif each.shard.count != first.shard.count or (each.project and each.shard.number != first.shard.number):
            yield f"{each.file} is of shard {each.shard}, and {first.file} of shard {first.shard}"


def _list_gaps(parts: Sequence[PlanPart]) -> Iterator[str]:
    """Yield what is missing, or there more than once."""
    shard, of_fleet = parts[0].shard, bool(parts[0].project)
    files: dict[str, list[PlanPart]] = defaultdict(list)
    for each in parts:
        files[each.project if of_fleet else str(each.shard.number)].append(each)
    for same in files.values():
        if len(same) > 1:
            what = same[0].project if of_fleet else f"shard {same[0].shard}"
            yield f"{same[0].file} and {same[1].file} are both the plan of {sanitize(what)}"
    wanted = sorted({one for each in parts for one in each.projects}) if of_fleet else range(1, shard.count + 1)
    missing = [sanitize(str(each)) for each in wanted if str(each) not in files]
    if missing:
        of = f"of the projects of shard {shard}" if of_fleet else f"of {count(shard.count, 'shard')}"
        yield f"{of} there is no plan of {', '.join(missing[:_FEW])}{' …' if len(missing) > _FEW else ''}"
