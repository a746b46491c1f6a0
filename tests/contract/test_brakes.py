"""Every brake: the situation it holds, and what releases it; from the command line down to the emulator."""

from __future__ import annotations

import io
import json
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from quick_time import without_waiting
from unit.cli.command_line import CommandLine

from aci_reconcile.core import tags
from aci_reconcile.emulator import Emulator, Knobs, Request, Response, open_store, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop"
BIG = "resources: {cpu: 2, memoryInGB: 2}"
EVER = "{from: 2000-01-01, to: 2999-12-31, reason: stock-taking}"
FAR = "environments: {far: {resourceGroup: rg-far}}\n"
NO_CHANGES = {"properties": {"summary": {"properties": {"change": {"const": 0}}}}}


@dataclass
class Shop:
    """A project of three groups that are all live, and Azure behind it."""

    run: CommandLine
    emulator: Emulator
    writes: list[str]

    def project(self, more: str = "", *, made: bool = True) -> None:
        """Write the project file."""
        text = "name: shop\nresourceGroup: rg-shop\nlocation: westeurope\n"
        self.run.write("aci-reconcile.yaml", f"{text}createResourceGroups: {str(made).lower()}\n{more}")

    def group(self, name: str, image: str = "nginx:1", more: str = "", *, big: bool = False) -> None:
        """Write a manifest."""
        file = self.run.group(name, image, more)
        if big:
            text = file.read_text(encoding="utf-8").replace("resources: {cpu: 1, memoryInGB: 1}", BIG)
            file.write_text(text, encoding="utf-8")

    def forget(self, *names: str) -> None:
        """Delete manifests."""
        for name in names:
            (self.run.folder / "manifests" / f"{name}.yaml").unlink()

    def empty(self, name: str) -> None:
        """Leave a manifest with nothing but a comment."""
        (self.run.folder / "manifests" / f"{name}.yaml").write_text("# name: web\n", encoding="utf-8")

    def arm(self, method: str, name: str, body: Any) -> None:
        """Do something to a group behind the tool's back."""
        path = f"{GROUP}/providers/Microsoft.ContainerInstance/containerGroups/{name}?api-version=2025-09-01"
        answer = self.emulator.handle(Request(method, path, {}, json.dumps(body).encode()))

        assert answer.status < 300, answer.body

    def retag(self, name: str, **named: str) -> None:
        """Replace the tags of a group."""
        self.arm("PATCH", name, {"tags": named})

    def apply(self, *words: str) -> tuple[int, int]:
        """Apply; returns the exit code, and how many writes were sent."""
        self.writes.clear()
        return self.run("apply", "-y", *words).code, len(self.writes)

    def held(self, *words: str) -> list[str]:
        """Return the codes of the blockers of a plan."""
        return [each["code"] for each in self.run("plan", "--format", "json", *words).document["blockers"]]

    def verified(self, *words: str) -> tuple[int, list[str]]:
        """Verify; returns the exit code, and which questions failed."""
        ran = self.run("verify", "--format", "json", *words)
        return ran.code, [each["question"] for each in ran.document["checks"] if each["verdict"] == "failed"]


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file where an Azure is kept in which the shop's groups are live; each test takes a copy."""
    return tmp_path_factory.mktemp("azure") / "applied.sqlite3"


@contextmanager
def _opened(run: CommandLine, azure: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Shop]:
    """Serve the Azure of a file, and write the shop's project."""
    store, writes = open_store(azure), list[str]()

    def note(request: Request, response: Response) -> None:
        if request.method not in {"GET", "HEAD"}:
            writes.append(request.method)

    emulator = Emulator(store, knobs=Knobs(provisioning_seconds=0), on_request=note)
    with serve(emulator) as server:
        monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", server.url)
        made = Shop(run, emulator, writes)
        made.project()
        for name in ("web", "db", "api"):
            made.group(name)
        yield made
    store.close()


@pytest.fixture
def shop(
    applied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Generator[Shop]:
    """Set up the shop: three groups, applied."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setenv("ACI_RECONCILE_STABLE_FOR", "0s")
    monkeypatch.setenv("ACI_RECONCILE_SUBSCRIPTION", SUBSCRIPTION)
    without_waiting(monkeypatch)
    run = CommandLine(tmp_path, capsys)
    if not applied.exists():
        with _opened(run, applied, monkeypatch) as first:
            assert (0, 4) == first.apply()
    azure = Path(shutil.copy(applied, tmp_path.with_suffix(".sqlite3")))
    with _opened(run, azure, monkeypatch) as made:
        yield made


Step: TypeAlias = "Callable[[Shop], None]"


def _nothing(shop: Shop) -> None:
    """Leave everything as it is: a flag alone releases."""


def _several(*steps: Step) -> Step:
    def step(shop: Shop) -> None:
        for each in steps:
            each(shop)

    return step


def _project(more: str, *, made: bool = True) -> Step:
    return lambda shop: shop.project(more, made=made)


def _group(name: str, **how: Any) -> Step:
    return lambda shop: shop.group(name, **how)


def _forget(*names: str) -> Step:
    return lambda shop: shop.forget(*names)


def _empty(name: str) -> Step:
    return lambda shop: shop.empty(name)


def _split(name: str) -> Step:
    """Move a manifest into a folder with a project file of its own."""

    def step(shop: Shop) -> None:
        text = (shop.run.folder / "manifests" / f"{name}.yaml").read_text(encoding="utf-8")
        shop.forget(name)
        shop.run.write("manifests/new/aci-reconcile.yaml", "name: new\nresourceGroup: rg-shop\nlocation: westeurope\n")
        shop.run.write(f"manifests/new/{name}.yaml", text)

    return step


def _taken_over(shop: Shop) -> None:
    """Let the new project take over its groups; nothing but tags is written."""
    assert 0 == shop.run("apply", "-y", "manifests/new", "--take-over", "shop").code
    assert ["PATCH"] == shop.writes


def _given_up(name: str) -> Step:
    return lambda shop: (shop.run.folder / "manifests/new" / f"{name}.yaml").unlink()


def _retag(name: str, **named: str) -> Step:
    return lambda shop: shop.retag(name, **{key.replace("_", "-"): value for key, value in named.items()})


def _rule(schema: Any) -> Step:
    def step(shop: Shop) -> None:
        shop.project("policy: {rules: [{schema: rule.json, message: groups do not change here}]}\n")
        shop.run.write("rule.json", json.dumps(schema))

    return step


GROWN = _group("web", big=True)
TWO_GROWN = _several(_group("web", big=True), _group("db", big=True))
NEWER = _group("web", image="nginx:2")
NEWER_DB = _group("db", image="nginx:2")
NEW = _group("new")
FOREIGN = _retag("web", aci_reconcile_project="other")
PROTECTED = "lifecycle: {protect: true}\n"


@dataclass(frozen=True)
class Brake:
    """One line of the table."""

    code: str
    situation: Step
    flags: tuple[str, ...] = ()
    """What is given already, before and after the release."""
    release: tuple[str, ...] = ()
    edit: Step = _nothing


BRAKES = {
    "replace, any": Brake("replace", GROWN, release=("--allow-replace",)),
    "replace, counted": Brake("replace", GROWN, release=("--allow-replace=1",)),
    "replace, fewer allowed": Brake("replace", TWO_GROWN, ("--allow-replace=1",), ("--allow-replace=2",)),
    "replace, by the project": Brake("replace", GROWN, edit=_project("policy: {replace: allow}\n")),
    "replace, by the group": Brake(
        "replace", GROWN, edit=_group("web", big=True, more="lifecycle: {replace: allow}\n")
    ),
    "delete, by flag": Brake("delete", _forget("web", "db"), ("--prune",), ("--max-deletes", "2")),
    "delete, by the project": Brake(
        "delete", _forget("web", "db"), ("--prune",), edit=_project("policy: {maxDeletes: 2, maxShare: 1}\n")
    ),
    "share, of deletions": Brake(
        "share",
        _several(_project("policy: {maxDeletes: 100}\n"), _forget("web", "db")),
        ("--prune",),
        ("--max-deletes", "2"),
    ),
    "emptied, removed": Brake("emptied", _several(_empty("web"), NEW), ("--prune",), edit=_forget("web")),
    "emptied, filled": Brake(
        "emptied", _several(_empty("web"), NEWER_DB), ("--prune", "--max-deletes", "1"), edit=_group("web")
    ),
    "elsewhere, taken over": Brake("elsewhere", _several(_split("web"), NEWER_DB), ("--prune",), edit=_taken_over),
    "elsewhere, removed": Brake("elsewhere", _split("web"), ("--prune",), edit=_given_up("web")),
    "share, counted": Brake("share", TWO_GROWN, ("--allow-replace",), ("--allow-replace=2",)),
    "share, by the project": Brake("share", TWO_GROWN, ("--allow-replace",), edit=_project("policy: {maxShare: 1}\n")),
    "share, though each group allows it": Brake(
        "share",
        _several(
            _group("web", big=True, more="lifecycle: {replace: allow}\n"),
            _group("db", big=True, more="lifecycle: {replace: allow}\n"),
        ),
        release=("--allow-replace=2",),
    ),
    "share, of deletions and replacements": Brake(
        "share",
        _several(GROWN, _forget("db")),
        ("--prune", "--allow-replace"),
        ("--allow-replace=1", "--max-deletes", "1"),
    ),
    "restart, by flag": Brake(
        "restart", _several(NEWER, _project("policy: {maxRestarts: 0}\n")), release=("--max-restarts", "1")
    ),
    "restart, by the project": Brake(
        "restart",
        _several(NEWER, _project("policy: {maxRestarts: 0}\n")),
        edit=_project("policy: {maxRestarts: 1}\n"),
    ),
    "unowned, by flag": Brake("unowned", _retag("web", team="shop"), release=("--adopt",)),
    "unowned, by the group": Brake(
        "unowned", _retag("web", team="shop"), edit=_group("web", more="lifecycle: {adopt: true}\n")
    ),
    "owner, let go over there": Brake("owner", FOREIGN, release=("--adopt",), edit=_retag("web", team="shop")),
    "owner, taken over": Brake("owner", FOREIGN, release=("--take-over", "other")),
    "owner, removed here": Brake("owner", _several(FOREIGN, _group("db", image="nginx:2")), edit=_forget("web")),
    "protected, replaced": Brake(
        "protected",
        _group("web", big=True, more=PROTECTED),
        ("--allow-replace",),
        edit=_group("web", big=True, more="lifecycle: {protect: false}\n"),
    ),
    "protected, pruned": Brake(
        "protected",
        _several(_retag("web", aci_reconcile_project="shop", aci_reconcile_protected="true"), _forget("web")),
        ("--prune",),
        edit=_retag("web", aci_reconcile_project="shop"),
    ),
    "resource group": Brake("resource-group", _project(FAR, made=False), ("-e", "far"), edit=_project(FAR)),
    "observe": Brake("observe", _several(NEWER, _project("mode: observe\n")), edit=_project("mode: apply\n")),
    "observe, in an environment": Brake(
        "observe",
        _project(FAR.replace("}}", ", mode: observe}}")),
        ("-e", "far"),
        edit=_project("mode: observe\n" + FAR.replace("}}", ", mode: apply}}")),
    ),
    "freeze": Brake(
        "freeze",
        _several(NEWER, _project(f"policy: {{freeze: [{EVER}]}}\n")),
        release=("--override-freeze", "the shop is down"),
    ),
    "freeze, ended": Brake("freeze", _several(NEWER, _project(f"policy: {{freeze: [{EVER}]}}\n")), edit=_project("")),
    "rule, by another plan": Brake(
        "rule", _several(NEWER, _rule(NO_CHANGES)), edit=_several(_group("web"), _group("new"))
    ),
    "rule, by another rule": Brake("rule", _several(NEWER, _rule(NO_CHANGES)), edit=_rule({})),
}


@pytest.mark.parametrize("name", BRAKES)
def test_a_brake_holds_everything_until_it_is_released(shop: Shop, name: str) -> None:
    """Plan and verify name it, the apply exits with 3 and writes nothing; released, it writes, and all is done."""
    brake = BRAKES[name]
    brake.situation(shop)

    assert [brake.code] == shop.held(*brake.flags)
    assert (3, ["held"]) == shop.verified(*brake.flags)
    assert (3, 0) == shop.apply(*brake.flags)

    brake.edit(shop)
    assert [] == shop.held(*brake.flags, *brake.release)
    assert (0, []) == shop.verified(*brake.flags, *brake.release)
    code, writes = shop.apply(*brake.flags, *brake.release)
    assert (0, True) == (code, writes > 0)
    assert (0, 0) == shop.apply(*brake.flags)


def test_the_table_holds_every_brake() -> None:
    """Members of an NGroup, which no manifest can make one, are tested beside the plan."""
    described = (
        "replace delete share restart owner unowned protected emptied elsewhere resource-group observe freeze rule"
    )

    assert {*described.split(), "rule"} == {each.code for each in BRAKES.values()}


@pytest.mark.parametrize("mode", ["mode: observe\n", f"policy: {{freeze: [{EVER}]}}\n"])
def test_destroy_is_held_too_even_of_empty_resource_groups(shop: Shop, mode: str) -> None:
    """What may not be written may not be deleted."""
    shop.project(mode)
    assert 3 == shop.run("destroy", "-y", "--resource-groups").code

    shop.project()
    assert 0 == shop.run("destroy", "-y").code

    shop.project(mode)
    shop.writes.clear()
    assert (3, []) == (shop.run("destroy", "-y", "--resource-groups").code, shop.writes)


def test_an_overridden_freeze_is_recorded(shop: Shop) -> None:
    """In the plan, among the events, and in the last words; as text and as JSON."""
    shop.project(f"policy: {{freeze: [{EVER}]}}\n")
    shop.group("web", image="nginx:2")
    text = shop.run("apply", "-y", "--override-freeze", " the shop is down ")
    shop.group("web", image="nginx:3")
    planned, *told = shop.run("apply", "-y", "--format", "json", "--override-freeze", "down again").documents

    frozen = "stock-taking (until 3000-01-01 00:00 UTC)"
    assert f"Notice: shop: the freeze {frozen} is overridden: the shop is down" in text.out
    assert f"overridden: the shop is down ({frozen})" in text.err
    assert text.out.endswith("The freeze was overridden: the shop is down\n")
    assert ["freeze"] == [each["code"] for each in planned["plan"]["notices"]]
    assert {"freeze": frozen, "reason": "down again"}.items() <= told[0].items()
    assert ("finished", "down again") == (told[-1]["type"], told[-1]["freeze_override"])


def test_a_reason_must_be_given(shop: Shop) -> None:
    """An empty one is none; nor does the environment give it."""
    ran = shop.run("apply", "-y", "--override-freeze", " ")

    assert (1, "") == (ran.code, ran.out)
    assert "--override-freeze needs a reason" in ran.err


def test_nothing_to_do_is_never_held_by_a_freeze(shop: Shop) -> None:
    """An apply that only looks is allowed, and overrides nothing."""
    shop.project(f"policy: {{freeze: [{EVER}]}}\n")
    ran = shop.run("apply", "-y", "--override-freeze", "why not")

    assert 0 == ran.code
    assert "overridden" not in ran.out + ran.err


def test_a_warning_is_a_notice(shop: Shop) -> None:
    """It names the groups that break the rule, and holds nothing."""
    shop.project("policy: {rules: [{schema: rule.json, message: needs a team, severity: warning}]}\n")
    after = {"properties": {"tags": {"required": ["team"]}}}
    each = {"properties": {"change": {"properties": {"after": after}}}}
    shop.run.write("rule.json", json.dumps({"properties": {"resource_changes": {"items": each}}}))
    shop.group("web", more="tags: {team: shop}\n")
    document = shop.run("plan", "--format", "json").document

    assert [] == document["blockers"]
    assert [("rule", "rg-shop/api", "needs a team"), ("rule", "rg-shop/db", "needs a team")] == [
        (each["code"], each["address"], each["message"]) for each in document["notices"]
    ]
    assert {tags.OWNER: "shop"}.items() <= document["resource_changes"][0]["change"]["after"]["tags"].items()


@pytest.mark.parametrize("reference", ["#/definitions/none", "#"])
def test_a_rule_that_cannot_be_applied_holds_the_plan(shop: Shop, reference: str) -> None:
    """Whatever its severity: a check that could not be made has not been passed."""
    shop.project("policy: {rules: [{schema: rule.json, message: m, severity: warning}]}\n")
    shop.run.write("rule.json", json.dumps({"allOf": [{"$ref": reference}]}))

    assert ["rule"] == shop.held()
    assert (3, 0) == shop.apply()


def test_observed_groups_may_be_planned_and_checked(shop: Shop) -> None:
    """Differences are shown and told by the exit code, and the text says why nothing is written."""
    shop.project("mode: observe\n")
    shop.group("web", image="nginx:2")
    planned = shop.run("plan", "--detailed-exitcode")

    assert 3 == planned.code
    assert "Held back: shop is in observe mode. To release, set mode: apply in the project file." in planned.out
    assert 2 == shop.run("drift").code


def test_drift_is_read_in_a_freeze(shop: Shop) -> None:
    """Looking is always allowed."""
    shop.project(f"policy: {{freeze: [{EVER}]}}\n")

    assert 0 == shop.run("drift").code
