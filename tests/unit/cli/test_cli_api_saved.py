"""Saved plans and imports from Python do what the commands do, and the one takes what the other wrote."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from unit.azure.fake_vault import Principal, vaults

import aci_reconcile
from aci_reconcile.core.errors import AciReconcileError, BlockedError, StalePlanError, UsageError
from aci_reconcile.reconcile.events import Finished

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.cli.command_line import CommandLine

    from aci_reconcile import Allow

STATE = ".aci-reconcile"
TIMES = ("created_at", "expires_at", "digest")


def save(file: str = "python.json", allow: Allow | None = None, **arguments: Any) -> Any:
    """Save a plan from Python and return the document; arguments are those of ``load``."""
    loaded = aci_reconcile.load(**arguments)
    with aci_reconcile.connect(loaded, local=STATE) as backend:
        aci_reconcile.save_plan(loaded, backend, file, allow=allow)
    return document(file)


def document(file: str) -> Any:
    """Return a saved plan."""
    with open(file, encoding="utf-8") as stream:  # noqa: PTH123  relative to the project, as the commands have it
        return json.load(stream)


def apply(file: str, **arguments: Any) -> Finished:
    """Apply a saved plan from Python; arguments are those of ``load_plan``."""
    with aci_reconcile.connect(local=STATE) as backend:
        plan = aci_reconcile.load_plan(file, backend, **arguments)
        *_, last = aci_reconcile.apply(plan, backend, stable_for=0)

    assert isinstance(last, Finished)
    return last


def test_python_saves_what_the_command_saves(project: CommandLine) -> None:
    """Byte for byte but for the times, and what is sealed with them."""
    project.group("web", image="'nginx:${var:tag}'")
    project("plan", "--out", "command.json", "--var", "tag=1", "--prune", "--allow-replace=2", "--only", "web")
    allow = aci_reconcile.Allow(prune=True, replace=2)
    ours, theirs = save(allow=allow, variables={"tag": "1"}, only=["web"]), document("command.json")

    assert theirs["plan_digest"] == ours["plan_digest"]
    assert list(theirs) == list(ours)
    assert {**theirs, **dict.fromkeys(TIMES)} == {**ours, **dict.fromkeys(TIMES)}


def test_what_changed_since_a_commit_is_saved_by_address(project: CommandLine) -> None:
    """Later the same commit would mean other groups."""
    for words in ("init -q", "add -A", "-c user.name=a -c user.email=a@b commit -qm first"):
        subprocess.run(["git", *words.split()], cwd=project.folder, check=True)
    project.group("db")
    project("plan", "--out", "command.json", "--changed-since", "HEAD")
    ours = save(changed_since="HEAD")

    assert ["rg-shop/db"] == ours["request"]["changed_since"]
    assert document("command.json")["plan_digest"] == ours["plan_digest"]
    assert 1 == apply("python.json").added


def test_each_applies_what_the_other_saved(project: CommandLine) -> None:
    """A pipeline may plan with the command and apply with a script, and the other way round."""
    project("plan", "--out", "command.json")
    finished = apply("command.json")
    project.group("web", image="nginx:2")
    save()
    ran = project("apply", "--plan", "python.json")

    assert (1, 0, 0) == (finished.added, finished.failed, ran.code), ran.err
    assert "1 changed" in ran.out


def move_manifest(project: CommandLine) -> None:
    """Change what is declared."""
    project.group("web", image="nginx:2")


def move_live(project: CommandLine) -> None:
    """Change what is live, and back: the serial of the group tells."""
    project("apply", "-y")


def tamper(project: CommandLine) -> None:
    """Change one character."""
    file = project.folder / "plan.json"
    file.write_text(file.read_text(encoding="utf-8").replace("nginx:1", "nginx:9"), encoding="utf-8")


def move_project(project: CommandLine) -> None:
    """Make it a plan of another project."""
    file = project.folder / "aci-reconcile.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("name: shop", "name: other"), encoding="utf-8")


def remove_environment(project: CommandLine) -> None:
    """Make a saved option name something that does not exist."""
    text = (project.folder / "plan.json").read_text(encoding="utf-8")

    assert '"environment": "prod"' in text
    file = project.folder / "aci-reconcile.yaml"
    file.write_text(file.read_text(encoding="utf-8").partition("environments:")[0], encoding="utf-8")


@pytest.mark.parametrize("change", [move_manifest, move_live, tamper, move_project, remove_environment])
def test_a_stale_plan_is_refused_with_the_same_words(
    project: CommandLine, change: Callable[[CommandLine], None]
) -> None:
    """Whatever has changed; and nothing is written."""
    file = project.folder / "aci-reconcile.yaml"
    file.write_text(f"{file.read_text(encoding='utf-8')}environments: {{prod: {{}}}}\n", encoding="utf-8")
    project("plan", "--out", "plan.json", *(["-e", "prod"] if change is remove_environment else []))
    change(project)
    ran = project("apply", "--plan", "plan.json", "--format", "json")
    with pytest.raises(StalePlanError) as refused:
        apply("plan.json")

    assert ran.documents[-1]["error"] == {
        "kind": "StalePlanError",
        "message": refused.value.message,
        "hint": refused.value.hint,
    }


def test_an_expired_plan_is_refused(project: CommandLine) -> None:
    """After its lifetime."""
    loaded = aci_reconcile.load(cwd=project.folder)
    with aci_reconcile.connect(loaded, local=STATE) as backend:
        aci_reconcile.save_plan(loaded, backend, "plan.json", lifetime=0)

    with pytest.raises(StalePlanError, match="has expired"):
        apply("plan.json")


def test_a_plan_for_another_place_is_refused_before_anything_is_asked_there(project: CommandLine) -> None:
    """The saved plan is for the emulator; nobody listens at this address."""
    project("plan", "--out", "plan.json")
    with (
        aci_reconcile.connect(arm_endpoint="http://127.0.0.1:9", environ={}) as backend,
        pytest.raises(StalePlanError, match=r"endpoint: local emulator -> http://127\.0\.0\.1:9"),
    ):
        aci_reconcile.load_plan("plan.json", backend)


def test_what_a_plan_was_allowed_must_be_repeated(project: CommandLine) -> None:
    """In Python, too, a file releases nothing; and an argument that it does not have contradicts it."""
    allow = aci_reconcile.Allow(prune=True, max_deletes=9)
    save("allowed.json", allow)
    save("plain.json")

    with pytest.raises(StalePlanError, match=r"does not repeat:\n  --prune --max-deletes 9"):
        apply("allowed.json")
    with pytest.raises(UsageError, match="--prune, --max-deletes differ from the saved plan"):
        apply("plain.json", allow=allow)
    assert 1 == apply("allowed.json", allow=allow).added


def test_a_blocked_plan_is_saved_and_refused(project: CommandLine) -> None:
    """So that somebody can look at it."""
    project("apply", "-y")
    text = (project.folder / "manifests/web.yaml").read_text(encoding="utf-8")
    project.write("manifests/web.yaml", text.replace("Linux", "Windows"))
    saved = save("blocked.json")

    assert not saved["applyable"]
    with pytest.raises(BlockedError, match="was blocked when it was made"):
        apply("blocked.json")


def test_a_digest_is_compared_as_well(project: CommandLine) -> None:
    """As ``--checksum`` does."""
    digest = save()["plan_digest"]

    with pytest.raises(StalePlanError, match="not the one in --checksum"):
        apply("python.json", checksum=f"sha256:{'0' * 64}")
    assert 1 == apply("python.json", checksum=digest).added


def test_a_file_of_somebody_else_stays(project: CommandLine) -> None:
    """Only a saved plan is replaced."""
    project.write("notes.json", "{}")
    with pytest.raises(UsageError, match=r"notes\.json: the file exists and is not a saved plan"):
        save("notes.json")

    assert "{}" == (project.folder / "notes.json").read_text(encoding="utf-8")


def test_secrets_of_vaults_are_fetched_again(project: CommandLine) -> None:
    """With the credential that is given; the file holds none, and another value is another plan."""
    more = "environmentVariables: [{name: KEY, secureValue: '${keyvault:api-kv/key}'}]\n    "
    project.group("web")
    text = (project.folder / "manifests/web.yaml").read_text(encoding="utf-8")
    project.write("manifests/web.yaml", text.replace("resources:", f"{more}resources:"))
    with vaults(api_kv__key="c4n4ry") as there:
        access: dict[str, Any] = {
            "environ": {"ACI_RECONCILE_VAULT_ENDPOINT": f"http://127.0.0.1:{there.port}"},
            "credential": Principal(),
        }
        saved = save(**access)
        with pytest.raises(AciReconcileError, match="secrets are missing"):
            apply("python.json")
        finished = apply("python.json", **access)

    assert saved["applyable"]
    assert "c4n4ry" not in json.dumps(saved)
    assert 1 == finished.added


def test_groups_are_imported_as_the_command_imports_them(project: CommandLine) -> None:
    """The same manifests, the same reasons, the same files."""
    project.group("db")
    project("apply", "-y")
    (project.folder / "manifests" / "db.yaml").unlink()
    said = project("import", "--format", "json").document
    with aci_reconcile.connect(local=STATE) as backend:
        shown = aci_reconcile.import_groups(backend)
        written = aci_reconcile.import_groups(backend, out="manifests")
    again = project("import", "--format", "json").document

    assert {each["address"]: each["manifest"] for each in said["groups"]} == {
        each.resource.address: each.text for each in shown.manifests
    }
    assert {each["address"]: each["reason"] for each in said["skipped"]} == dict(shown.selection.skipped)
    assert ({}, False) == (shown.files, shown.plannable)
    assert ({"rg-shop/db": "manifests/db.yaml"}, True) == (written.files, written.plannable)
    assert [] == again["groups"]


def test_an_import_without_a_project_makes_one(project: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Named after its folder, unless the caller names it; a file that exists stays."""
    project("apply", "-y")
    folder = tmp_path_factory.mktemp("elsewhere", numbered=False)
    with aci_reconcile.connect(local=STATE) as backend:
        arguments: dict[str, Any] = {"cwd": folder, "resource_group": "rg-shop", "out": "."}
        first = aci_reconcile.import_groups(backend, ["rg-shop/web"], **arguments)
        with pytest.raises(UsageError, match="exists already"):
            aci_reconcile.import_groups(backend, ["rg-shop/web"], **arguments)

    assert first.selection.project is not None
    assert "elsewhere" == first.selection.project.name
    assert "name: elsewhere" in (folder / "aci-reconcile.yaml").read_text(encoding="utf-8")
    assert first.plannable


def test_python_applies_the_plan_of_a_shard(project: CommandLine) -> None:
    """With what the whole allows: here, the deletion of a group that lost its manifest."""
    project.group("far", more="location: northeurope\n")
    project("apply", "-y")
    (project.folder / "manifests/far.yaml").unlink()
    project.group("web", "nginx:2")
    project.group("near", more="location: eastus\n")
    project("shards", "--out", "plans", "--prune")
    ends = [apply(f"plans/shard-{number}.json", allow=aci_reconcile.Allow(prune=True)) for number in (1, 2)]

    assert (1, 1, 1) == tuple(sum(getattr(end, name) for end in ends) for name in ("added", "changed", "destroyed"))
    assert 0 == project("plan", "--detailed-exitcode").code
