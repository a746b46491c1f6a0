"""The public Python API."""

from __future__ import annotations

import pkgutil
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from factories import FakeBackend
from unit.azure.fake_vault import Principal, vaults

import aci_reconcile
from aci_reconcile.core.errors import BlockedError, InvalidManifestsError, NotFoundError, UsageError
from aci_reconcile.core.health import State
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.operate.since_write import Since
from aci_reconcile.planning import Action
from aci_reconcile.preflight import Question, Verdict
from aci_reconcile.reconcile.events import Finished

ROOT = Path(__file__).resolve().parent.parent.parent.parent
PAGE = (ROOT / "docs" / "python-api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
PROJECT = """\
name: shop
subscription: 00000000-0000-0000-0000-000000000000
resourceGroup: rg-shop
location: westeurope
createResourceGroups: true
"""
GROUP = (
    "name: {name}\nosType: Linux\ncontainers: [{{name: c, image: 'nginx:1', resources: {{cpu: 1, memoryInGB: 1}}}}]\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one group."""
    (tmp_path / "manifests").mkdir()
    (tmp_path / "aci-reconcile.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "manifests/web.yaml").write_text(GROUP.format(name="web"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ACI_RECONCILE_PROVISIONING", "0s")
    return tmp_path


def test_all_is_sorted_and_there() -> None:
    """What is public can be had, and is documented."""
    assert sorted(aci_reconcile.__all__) == aci_reconcile.__all__
    assert [] == [name for name in aci_reconcile.__all__ if not callable(getattr(aci_reconcile, name))]
    assert [] == [name for name in aci_reconcile.__all__ if f"`{name}" not in PAGE]


def test_groups_are_stopped_started_and_waited_for(folder: Path) -> None:
    """With the events of an apply; what another project owns needs a word."""
    loaded = aci_reconcile.load()
    with aci_reconcile.connect(loaded, local=folder / ".aci-reconcile") as backend:
        list(aci_reconcile.apply(aci_reconcile.plan(loaded, backend), backend, stable_for=0))
        *_, stopped = aci_reconcile.stop(loaded, backend, ["web"])
        *_, there = aci_reconcile.wait(loaded, backend, ["rg-shop/*"], "stopped", timeout=5)
        *_, started = aci_reconcile.start(loaded, backend, ["web"], stable_for=0)
        *_, again = aci_reconcile.restart(loaded, backend, ["web"], wait="none")
        (folder / "aci-reconcile.yaml").write_text(PROJECT.replace("name: shop", "name: other"), encoding="utf-8")
        other = aci_reconcile.load()
        with pytest.raises(BlockedError, match="--any-owner"):
            aci_reconcile.restart(other, backend, ["web"])
        *_, taken = aci_reconcile.restart(other, backend, ["web"], any_owner=True, wait="none")

    ends = [each for each in (stopped, there, started, again, taken) if isinstance(each, Finished)]
    assert [(1, 0), (0, 0), (1, 0), (1, 0), (1, 0)] == [(each.changed, each.failed) for each in ends]


def test_no_module_has_the_name_of_a_public_function() -> None:
    """So ``aci_reconcile.plan`` is the function, whichever modules were imported before."""
    code = (
        "import aci_reconcile.planning.values as values, aci_reconcile.findings.finding\n"
        "from aci_reconcile import plan, drift\n"
        "import aci_reconcile\n"
        "assert plan is aci_reconcile.plan and callable(plan) and callable(drift) and values.Plan\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    modules = {each.name for each in pkgutil.iter_modules(aci_reconcile.__path__)}

    assert set() == modules & set(aci_reconcile.__all__)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the embedded emulator keeps of a project that was applied."""
    folder = tmp_path_factory.mktemp("applied")
    (folder / "aci-reconcile.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "web.yaml").write_text(GROUP.format(name="web"), encoding="utf-8")
    loaded = aci_reconcile.load([folder / "web.yaml"], cwd=folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ACI_RECONCILE_PROVISIONING", "0s")
        with aci_reconcile.connect(loaded, local=folder / ".aci-reconcile") as backend:
            list(aci_reconcile.apply(aci_reconcile.plan(loaded, backend), backend, stable_for=0))
    return folder


@pytest.fixture(scope="module")
def results(world: Path) -> Path:
    """The results of two shards."""
    (world / "results").mkdir()
    for shard in ("1/2", "2/2"):
        words = ("plan", "--local", "--shard", shard, "--report", f"json=results/{shard[0]}.json", "web.yaml")
        subprocess.run([sys.executable, "-m", "aci_reconcile", *words], cwd=world, check=True, capture_output=True)
    return world / "results"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split("\n")[0])
def test_the_examples_of_the_documentation_run(
    folder: Path, world: Path, results: Path, example: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each by itself, in the folder of a project whose group is there."""
    shutil.copytree(world / ".aci-reconcile", folder / ".aci-reconcile")
    shutil.copytree(results, folder / "results")
    (folder / "fleet.yaml").write_text("projects: [{project: aci-reconcile.yaml}]\n", encoding="utf-8")
    exec(compile(example, "example", "exec"), {"__name__": "__main__"})

    assert "" == capsys.readouterr().err


def test_the_main_road(folder: Path) -> None:
    """Load, plan, apply, drift: and then there is nothing left to do."""
    loaded = aci_reconcile.load(cwd=folder)
    with aci_reconcile.connect(loaded, local=folder / ".aci-reconcile") as backend:
        proposal = aci_reconcile.plan(loaded, backend)

        assert [Action.CREATE] == [change.action for change in proposal.changes]
        assert aci_reconcile.drift(loaded, backend)

        *_, last = aci_reconcile.apply(proposal, backend, stable_for=0)

        assert isinstance(last, Finished)
        assert (1, 0) == (last.added, last.failed)
        assert not aci_reconcile.plan(loaded, backend)
        assert not aci_reconcile.drift(loaded, backend)


def test_what_is_allowed_is_a_value(folder: Path) -> None:
    """An orphan is deleted, and a group is pushed again, only when the caller says so."""
    (folder / "manifests/old.yaml").write_text(GROUP.format(name="old"), encoding="utf-8")
    loaded = aci_reconcile.load()
    with aci_reconcile.connect(local=".aci-reconcile") as backend:
        list(aci_reconcile.apply(aci_reconcile.plan(loaded, backend), backend, wait="none"))
        (folder / "manifests/old.yaml").unlink()
        loaded = aci_reconcile.load()
        careful = aci_reconcile.plan(loaded, backend)
        allow = aci_reconcile.Allow(prune=True, max_deletes=1, redeploy=("web",))
        allowed = aci_reconcile.plan(loaded, backend, allow=allow)
        held = aci_reconcile.plan(loaded, backend, allow=aci_reconcile.Allow(prune=True, max_deletes=0))
        with pytest.raises(BlockedError):
            aci_reconcile.apply(held, backend)

    assert (0, 0) == (careful.to_change, careful.to_destroy)
    assert (1, 1) == (allowed.to_change, allowed.to_destroy)


def test_the_environment_is_given_not_looked_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret is read from what the caller passes, and from nothing else."""
    monkeypatch.setenv("TOKEN", "canary")
    with (folder / "manifests/web.yaml").open("a", encoding="utf-8") as file:
        file.write("tags: {token: '${var:token}'}\n")

    assert aci_reconcile.load().errors
    assert not aci_reconcile.load(variables={"token": "x"}).errors


def test_nothing_is_planned_from_manifests_with_errors(folder: Path) -> None:
    """The exception carries every complaint."""
    (folder / "manifests/web.yaml").write_text("name: web\ncolour: red\n", encoding="utf-8")
    loaded = aci_reconcile.load()
    with (
        aci_reconcile.connect(local=".aci-reconcile") as backend,
        pytest.raises(InvalidManifestsError) as raised,
    ):
        aci_reconcile.plan(loaded, backend)

    assert loaded.diagnostics == raised.value.diagnostics


def test_a_subscription_is_needed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one nothing is asked of anybody."""
    for name in ("AZURE_SUBSCRIPTION_ID", "ARM_SUBSCRIPTION_ID", "AZURE_AUTH_LOCATION"):
        monkeypatch.delenv(name, raising=False)
    (folder / "aci-reconcile.yaml").write_text(PROJECT.replace("subscription: ", "#"), encoding="utf-8")
    loaded = aci_reconcile.load(["manifests"])
    with aci_reconcile.connect(environ={}) as backend, pytest.raises(UsageError, match="no subscription"):
        aci_reconcile.plan(loaded, backend)


def test_the_emulator_needs_no_subscription_and_makes_no_resource_group_unasked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with ``--local``: its subscription is its own, whatever the environment says; the rest is as in Azure."""
    monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", "99999999-9999-9999-9999-999999999999")
    (folder / "aci-reconcile.yaml").write_text(
        "name: shop\nresourceGroup: rg-shop\nlocation: westeurope\n", encoding="utf-8"
    )
    loaded = aci_reconcile.load()
    with aci_reconcile.connect(loaded, local=".aci-reconcile") as backend:
        held = aci_reconcile.plan(loaded, backend)
        proposal = aci_reconcile.plan(loaded, backend, allow=aci_reconcile.Allow(create_resource_groups=True))

    assert ["resource-group"] == [each.code for each in held.blockers]
    assert () == proposal.blockers
    assert ["00000000-0000-0000-0000-000000000000"] == [change.id.subscription for change in proposal.changes]


def test_the_environment_that_is_given_names_the_subscription(folder: Path) -> None:
    """Whoever connects with an environment of their own is not asked for another one."""
    (folder / "aci-reconcile.yaml").write_text(PROJECT.replace("subscription: ", "#"), encoding="utf-8")
    given = {"AZURE_SUBSCRIPTION_ID": "99999999-9999-9999-9999-999999999999"}
    with aci_reconcile.connect(arm_endpoint="http://127.0.0.1:9", environ=given) as backend:
        assert given["AZURE_SUBSCRIPTION_ID"] == getattr(backend, "subscription", "")


def test_secrets_of_vaults_are_had_with_the_credential_that_is_given(folder: Path) -> None:
    """Without one nobody is asked, and they are not at hand."""
    text = GROUP.format(name="web").replace(
        "resources:", "environmentVariables: {KEY: {secureValue: '${keyvault:api-kv/key}'}}, resources:"
    )
    (folder / "manifests/web.yaml").write_text(text, encoding="utf-8")
    with vaults(api_kv__key="c4n4ry") as there:
        environ = {"ACI_RECONCILE_VAULT_ENDPOINT": f"http://127.0.0.1:{there.port}"}
        found = aci_reconcile.load(environ=environ, credential=Principal())
        before = len(there.asked)
        without = aci_reconcile.load(environ=environ)
        asked = len(there.asked)
        with aci_reconcile.connect(found, local=folder / "state") as backend:
            proposal = aci_reconcile.plan(found, backend)

    assert ((), before) == (found.diagnostics, asked)
    assert [False] == [each.available for one in without.resources for each in secrets_of(one.body).values()]
    assert () == proposal.missing_secrets
    assert ["c4n4ry"] == [each.reveal() for one in found.resources for each in secrets_of(one.body).values()]


def test_verify_says_what_an_apply_lacks(folder: Path) -> None:
    """As the command does: groups that are blocked, and what Azure would refuse; nothing is written."""
    loaded = aci_reconcile.load(cwd=folder)
    with aci_reconcile.connect(loaded, local=folder / ".aci-reconcile") as backend:
        fine = aci_reconcile.verify(loaded, backend)
        list(aci_reconcile.apply(aci_reconcile.plan(loaded, backend), backend, wait="none"))
        (folder / "manifests" / "web.yaml").write_text(GROUP.format(name="renamed"), encoding="utf-8")
        renamed = aci_reconcile.load(cwd=folder)
        blocked = aci_reconcile.verify(renamed, backend, allow=aci_reconcile.Allow(prune=True, max_deletes=0))

    assert {Verdict.OK} <= {each.verdict for each in fine} <= {Verdict.OK, Verdict.UNKNOWN}
    assert [Question.BLOCKED] == [each.question for each in blocked if each.verdict is Verdict.FAILED]


def test_verify_needs_somebody_to_ask(folder: Path) -> None:
    """A backend of one's own may have nothing but groups."""
    loaded = aci_reconcile.load(cwd=folder)

    with pytest.raises(UsageError, match="cannot be asked before a write"):
        aci_reconcile.verify(loaded, FakeBackend())


def test_what_changed_since_a_commit_can_be_chosen(folder: Path) -> None:
    """As ``--changed-since`` does."""
    for words in ("init -q", "add -A", "-c user.name=a -c user.email=a@b commit -qm first"):
        subprocess.run(["git", *words.split()], cwd=folder, check=True)
    other = folder / "manifests" / "other.yaml"
    other.write_text(GROUP.format(name="other"), encoding="utf-8")
    loaded = aci_reconcile.load(cwd=folder, changed_since="HEAD")

    assert {"other"} == {key[-1] for key in loaded.selected or ()}
    with pytest.raises(UsageError, match="nowhere"):
        aci_reconcile.load(cwd=folder, changed_since="nowhere")


def test_a_group_is_looked_at(folder: Path) -> None:
    """Why it does not run, and what happened to it, as the commands tell it."""
    crash = (
        GROUP.format(name="crash").replace("nginx:1", "sim/exit:127").replace("osType", "restartPolicy: Never\nosType")
    )
    (folder / "manifests/crash.yaml").write_text(crash, encoding="utf-8")
    loaded = aci_reconcile.load(cwd=folder)
    with aci_reconcile.connect(loaded, local=folder / ".aci-reconcile") as backend:
        list(aci_reconcile.apply(aci_reconcile.plan(loaded, backend), backend, stable_for=2))
        sick, well = aci_reconcile.diagnose(loaded, backend, ["rg-shop/crash", "web"])
        entries = aci_reconcile.read_events(loaded, backend, ["crash"])
        with pytest.raises(NotFoundError):
            aci_reconcile.diagnose(loaded, backend, ["nix"])

    assert (False, True) == (sick.good, well.health.state in {State.HEALTHY, State.PENDING})
    assert ["exit-127"] == [cause.id for each in sick.explanations for cause in each.causes]
    assert {"c": ("[emulator] exiting with code 127",)} == sick.logs
    assert Since.SAME is sick.since.since
    assert "Exited" == entries[-1].name
