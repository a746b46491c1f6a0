"""``plan --out``, ``apply --plan``, ``apply --checksum`` and ``show``."""

from __future__ import annotations

import json
import stat
import urllib.request
from typing import TYPE_CHECKING, Any, cast

import pytest
from unit.cli.command_line import PROJECT

from aci_reconcile.app.expected_plan import Expected
from aci_reconcile.app.saved_inputs import Inputs
from aci_reconcile.core.errors import AciReconcileError, ExitCode
from aci_reconcile.planning.values import Plan, Unreadable
from aci_reconcile.saved import compute_plan_digest
from aci_reconcile.saved.canonical import seal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unit.cli.command_line import CommandLine, Served

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
OTHER = "00000000-0000-0000-0000-000000000009"
SECRET = "    environmentVariables: {TOKEN: {secureValue: '${env:TOKEN}'}}\n"
API = "2025-09-01"


@pytest.fixture
def azure(cli: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A project of one group, ``rg-shop/web``, with a variable and a secret; it runs on a served emulator."""
    cli.write("aci-reconcile.yaml", f"{PROJECT}variables: {{tag: '1'}}\n")
    with cli.group("web", image="'nginx:${var:tag}'").open("a", encoding="utf-8") as file:
        file.write(SECRET)
    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", served.url)
    monkeypatch.setenv("TOKEN", "first-c4n4ry")
    assert 0 == cli("apply", "-y").code
    cli.write("aci-reconcile.yaml", f"{PROJECT}variables: {{tag: '2'}}\n")
    return cli


def ask(served: Served, method: str, body: Any = None) -> Any:
    """Do something to the group behind the tool's back."""
    group = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.ContainerInstance/containerGroups"
    )
    request = urllib.request.Request(
        f"{served.url}{group}/web?api-version={API}",
        None if body is None else json.dumps(body).encode(),
        {"content-type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def read(cli: CommandLine, name: str = "plan.json") -> Any:
    """Return the saved plan."""
    return json.loads((cli.folder / name).read_text(encoding="ascii"))


def test_a_plan_is_made_and_applied(azure: CommandLine, served: Served) -> None:
    """Nobody is asked; what was planned is done, and then the plan has had its day."""
    saved = azure("plan", "--out", "plan.json")
    done = azure("apply", "--plan", "plan.json")
    writes = len(served.writes)
    again = azure("apply", "--plan", "plan.json")

    assert (0, 0, 4) == (saved.code, done.code, again.code)
    assert f"Plan digest: {read(azure)['plan_digest']}\n" == saved.out.splitlines(keepends=True)[-1]
    assert "Saved to plan.json, valid until " in saved.err
    assert "Apply complete! Resources: 0 added, 1 changed, 0 destroyed." in done.out
    assert "  rg-shop/web: the live group, update -> no-op\n" in again.err
    assert writes == len(served.writes)


def test_a_plan_may_be_named_as_a_path(azure: CommandLine, served: Served) -> None:
    """As Terraform takes it: it does not ask, and says what ``--plan`` says."""
    assert 0 == azure("plan", "--out", "plan.json").code
    text = (azure.folder / "plan.json").read_text(encoding="utf-8")
    azure.write("half.json", text[:300])
    azure.write("manifest.yaml", text)
    served.asked.clear()
    half, full = azure("apply", "half.json"), azure("apply", "--plan", "half.json")

    assert (ExitCode.STALE_PLAN, full.err) == (half.code, half.err)
    assert 1 == azure("apply", "manifest.yaml", "-y").code
    assert [] == served.writes
    for words in (("plan.json", "manifests"), ("plan.json", "--plan", "plan.json"), ("plan.json", "plan.json")):
        ran = azure("apply", *words)

        assert (1, True) == (ran.code, ran.err.startswith("Error: plan.json is a saved plan, which has its own paths"))

    assert 0 == azure("apply", "plan.json").code
    assert 1 == len(served.writes)
    again, known = azure("apply", "plan.json"), azure("apply", "--plan", "plan.json")

    assert (ExitCode.STALE_PLAN, known.out, known.err) == (again.code, again.out, again.err)


def test_a_manifest_is_no_saved_plan(azure: CommandLine) -> None:
    """The hint can be typed, with the place that was named."""
    ran = azure("apply", "--plan", "manifests/web.yaml", "-g", "rg-shop", "-y")
    seen = azure("show", "web")

    assert ExitCode.STALE_PLAN == ran.code
    assert ran.err.startswith(
        "Error: manifests/web.yaml is not a saved plan\n"
        "  nothing was written; for manifests, type: aci-reconcile apply manifests/web.yaml --resource-group rg-shop\n"
    )
    assert "to see a group in Azure, type: aci-reconcile status web\n" in seen.err
    assert "to choose a group by its name, write --only web\n" in azure("apply", "web").err
    assert "--only" not in azure("apply", "web.yaml").err


def test_a_plan_of_nothing_is_applied_too(azure: CommandLine) -> None:
    """There is nothing to do, still."""
    azure("apply", "-y")
    azure("plan", "--out", "plan.json")
    done = azure("apply", "--plan", "plan.json")

    assert 0 == done.code
    assert done.out.startswith("No changes.")


def test_the_file_is_for_its_owner_alone(azure: CommandLine) -> None:
    """Mode 0600 whatever was there before, without the secret, and nothing is left beside it."""
    file = azure.folder / "plan.json"
    azure("plan", "--out", "plan.json")
    file.chmod(0o644)
    azure("plan", "--out", "plan.json")

    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert "c4n4ry" not in file.read_text(encoding="ascii")
    assert [] == list(azure.folder.glob(".*plan*"))


@pytest.mark.parametrize("kind", ["link", "dangling", "folder", "nowhere"])
def test_where_no_file_can_be_nothing_is_written(project: CommandLine, kind: str) -> None:
    """A link is not followed; what it leads to stays as it is."""
    target, path = project.write("precious", "precious"), project.folder / "plan.json"
    if kind == "folder":
        path.mkdir()
    elif kind != "nowhere":
        path.symlink_to(target if kind == "link" else project.folder / "missing")
    ran = project("plan", "--out", "nowhere/plan.json" if kind == "nowhere" else "plan.json")

    assert 1 == ran.code
    assert "" == ran.out
    assert "Error: --out " in ran.err
    assert "precious" == target.read_text(encoding="utf-8")
    assert not (project.folder / "missing").exists()


def _manifest(cli: CommandLine, served: Served, patch: pytest.MonkeyPatch) -> None:
    cli.group("web", image="nginx:3")


def _new_manifest(cli: CommandLine, served: Served, patch: pytest.MonkeyPatch) -> None:
    cli.group("db")


def _no_manifest(cli: CommandLine, served: Served, patch: pytest.MonkeyPatch) -> None:
    (cli.folder / "manifests" / "web.yaml").rename(cli.folder / "web.yaml.old")
    cli.group("db")


def _project_variable(cli: CommandLine, served: Served, patch: pytest.MonkeyPatch) -> None:
    cli.write("aci-reconcile.yaml", f"{PROJECT}variables: {{tag: '3'}}\n")


def _variable_file(cli: CommandLine, served: Served, patch: pytest.MonkeyPatch) -> None:
    cli.write("more.env", "color=blue\n")


def _variable_environment(cli: CommandLine, served: Served, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("ACI_RECONCILE_VAR", "tag=9")


def _secret(cli: CommandLine, served: Served, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("TOKEN", "third")


def _fingerprint_key(cli: CommandLine, served: Served, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("ACI_RECONCILE_FINGERPRINT_KEY", "Kq3vX9pLw2Zt8RnB5yHc7D")


def _live(cli: CommandLine, served: Served, patch: pytest.MonkeyPatch) -> None:
    ask(served, "PATCH", {"tags": {**ask(served, "GET")["tags"], "cost": "1"}})


def _gone(cli: CommandLine, served: Served, patch: pytest.MonkeyPatch) -> None:
    ask(served, "DELETE")


def _policy(cli: CommandLine, served: Served, patch: pytest.MonkeyPatch) -> None:
    cli.write("aci-reconcile.yaml", f"{PROJECT}variables: {{tag: '2'}}\npolicy: {{maxDeletes: 7}}\n")


def _api_version(cli: CommandLine, served: Served, patch: pytest.MonkeyPatch) -> None:
    cli.write("aci-reconcile.yaml", f"{PROJECT}variables: {{tag: '2'}}\napiVersion: 2026-03-01\n")


def _tool(cli: CommandLine, served: Served, patch: pytest.MonkeyPatch) -> None:
    patch.setattr("aci_reconcile.app.expected_plan.VERSION", "9.0.0")


def _subscription(cli: CommandLine, served: Served, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("AZURE_SUBSCRIPTION_ID", OTHER)


def _endpoint(cli: CommandLine, served: Served, patch: pytest.MonkeyPatch) -> None:
    patch.delenv("ACI_RECONCILE_ARM_ENDPOINT")
    patch.setenv("ACI_RECONCILE_LOCAL", "1")


def _owner(cli: CommandLine, served: Served, patch: pytest.MonkeyPatch) -> None:
    cli.write("aci-reconcile.yaml", f"{PROJECT.replace('name: shop', 'name: store')}variables: {{tag: '2'}}\n")


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (_manifest, "rg-shop/web: its manifest"),
        (_new_manifest, "rg-shop/db: it is now declared, it is now planned"),
        (_no_manifest, "rg-shop/web: it is no longer declared, it is no longer planned"),
        (_project_variable, "rg-shop/web: its manifest"),
        (_variable_file, "variable color"),
        (_variable_environment, "option var is set to something else in the environment"),
        (_secret, "rg-shop/web: its secrets"),
        (_fingerprint_key, "rg-shop/web: its secrets, or the key of their fingerprint"),
        (_live, "rg-shop/web: the live group"),
        (_gone, "rg-shop/web: the live group, update -> create"),
        (_policy, "option max_deletes"),
        (_api_version, "api-version: 2025-09-01 -> 2026-03-01"),
        (_tool, "version of aci-reconcile: 0.1.0 -> 9.0.0"),
        (_subscription, f"subscription: {SUBSCRIPTION} -> {OTHER}"),
        (_endpoint, "-> local emulator"),
        (_owner, "project: shop -> store"),
    ],
)
def test_what_moved_is_named_and_nothing_is_written(
    azure: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch, happens: Callable[..., None], told: str
) -> None:
    """Whatever it is: exit code 4, and not one write."""
    azure.write("more.env", "color=red\n")
    monkeypatch.setenv("TOKEN", "second")
    saved = azure("plan", "--out", "plan.json", "--var-file", "more.env")
    happens(azure, served, monkeypatch)
    writes = len(served.writes)
    ran = azure("apply", "--plan", "plan.json", "--var-file", "more.env")

    assert (0, 4) == (saved.code, ran.code)
    assert told in ran.err
    assert "nothing was written" in ran.err
    assert "second" not in ran.err + ran.out
    assert writes == len(served.writes)


def test_a_changed_byte_is_refused(azure: CommandLine, served: Served) -> None:
    """A promise that somebody edited is none."""
    azure("plan", "--out", "plan.json")
    file = azure.folder / "plan.json"
    file.write_bytes(file.read_bytes().replace(b'"max_deletes": 1', b'"max_deletes": 9'))
    writes = len(served.writes)
    ran = azure("apply", "--plan", "plan.json")

    assert 4 == ran.code
    assert "plan.json is not a saved plan, or was changed after it was saved" in ran.err
    assert writes == len(served.writes)
    assert 4 == azure("show", "plan.json").code


def test_what_can_be_no_subscription_is_told_on_one_line(azure: CommandLine) -> None:
    """No terminal, and no runner of a pipeline, obeys it, and nothing is asked; the file is sealed as anybody can."""
    azure("plan", "--out", "plan.json")
    file = azure.folder / "plan.json"
    forged = json.loads(file.read_text(encoding="ascii"))
    forged["request"]["subscription"] = forged["subscription"] = "\x1b[31mred\n::error::x"
    forged["plan_digest"] = compute_plan_digest(forged)
    del forged["digest"]
    file.write_text(seal(forged).text, encoding="ascii")
    said = [azure("apply", "--plan", "plan.json").err, azure("show", "plan.json", "--subscription", OTHER).err]

    assert "the saved plan no longer matches: `red ::error::x` is not a subscription ID" in said[0]
    assert not [line for text in said for line in text.splitlines() if "\x1b" in line or line.startswith("::")]


def test_an_expired_plan_is_refused(azure: CommandLine, served: Served) -> None:
    """``show`` still shows it, and says so."""
    azure("plan", "--out", "plan.json", "--expires", "0s")
    writes = len(served.writes)
    ran, shown = azure("apply", "--plan", "plan.json"), azure("show", "plan.json")

    assert (4, 0) == (ran.code, shown.code)
    assert "plan.json has expired: it was valid until " in ran.err
    assert "Stale: plan.json has expired: it was valid until " in shown.out
    assert writes == len(served.writes)


def test_the_plan_says_what_it_is_about(project: CommandLine) -> None:
    """Paths and environment; to say the same is no contradiction, and what it was allowed has to be said again."""
    project.write("aci-reconcile.yaml", f"{PROJECT}variables: {{tag: '1'}}\nenvironments: {{prod: {{}}}}\n")
    project.group("web", image="'nginx:${var:tag}'")
    project("apply", "-y", "-e", "prod")
    project.group("web", image="'nginx:${var:tag}'", more="restartPolicy: Never\n")
    project.group("db")
    words = ("-e", "prod", "--var", "tag=5", "--allow-replace=1")
    saved = project("plan", "manifests/web.yaml", *words, "--out", "plan.json")
    done = project("apply", "--plan", "plan.json", *words)

    assert (0, 0) == (saved.code, done.code)
    assert {"environment": "prod", "var": [["tag", "5"]], "allow_replace": 1, "paths": ["manifests/web.yaml"]} == {
        name: value for name, value in read(project)["request"].items() if value is not False
    }
    assert "Apply complete! Resources: 1 added, 0 changed, 1 destroyed." in done.out
    assert "rg-shop/db" not in done.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("manifests/web.yaml",), "PATH differs"),
        (("--only", "web"), "--only differs"),
        (("--var", "tag=2"), "--var differs"),
        (("--allow-replace",), "--allow-replace differs"),
        (("--no-prune", "--adopt"), "--prune, --adopt differ"),
        (("-e", "prod"), "--environment differs"),
    ],
)
def test_options_that_say_something_else_are_an_error(project: CommandLine, words: tuple[str, ...], told: str) -> None:
    """Of usage: exit code 1, before anything is asked."""
    project("plan", "--out", "plan.json")
    ran = project("apply", "--plan", "plan.json", *words)

    assert 1 == ran.code
    assert f"Error: {told} from the saved plan" in ran.err
    assert "No container groups.\n" == project("status").out


def test_a_place_that_is_said_to_be_another_is_not_the_plans(project: CommandLine) -> None:
    """The subscription, too, is never taken from the file where the command line names one."""
    project("plan", "--out", "plan.json", "-s", SUBSCRIPTION)

    assert 0 == project("apply", "--plan", "plan.json", "-s", SUBSCRIPTION).code
    ran = project("apply", "--plan", "plan.json", "-s", OTHER)

    assert (4, True) == (ran.code, f"subscription: {SUBSCRIPTION} -> {OTHER}" in ran.err)


def test_options_of_the_plan_that_make_no_sense_any_more(project: CommandLine) -> None:
    """It is the plan that does not fit, not the usage."""
    project("plan", "--only", "web", "--out", "plan.json")
    (project.folder / "manifests" / "web.yaml").unlink()
    project.group("db")
    ran = project("apply", "--plan", "plan.json")

    assert 4 == ran.code
    assert "the saved plan no longer matches: --only web: no group of the project matches" in ran.err


def test_a_plan_without_its_secrets_is_not_applyable(azure: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a fork; the secrets being there later does not change it."""
    monkeypatch.delenv("TOKEN")
    saved = azure("plan", "--out", "plan.json")
    monkeypatch.setenv("TOKEN", "first-c4n4ry")
    ran, shown = azure("apply", "--plan", "plan.json"), azure("show", "plan.json")

    assert (0, 4, 0) == (saved.code, ran.code, shown.code)
    assert "It cannot be applied." in saved.err
    assert "secrets were missing when it was made" in ran.err
    assert "Missing: rg-shop/web needs env:TOKEN" in shown.out
    assert "Stale: plan.json cannot be applied" in shown.out


def test_secrets_that_are_gone_are_an_error_of_their_own(azure: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1 wins over 4: the plan may be the same, but nothing can be written."""
    azure("plan", "--out", "plan.json")
    monkeypatch.delenv("TOKEN")
    ran = azure("apply", "--plan", "plan.json")

    assert 1 == ran.code
    assert "secrets are missing: rg-shop/web needs env:TOKEN" in ran.err


def test_a_plan_that_was_held_back_stays_so(project: CommandLine) -> None:
    """With what would have released it."""
    project("apply", "-y")
    project.group("web", more="restartPolicy: Never\n")
    saved = project("plan", "--out", "plan.json")
    ran = project("apply", "--plan", "plan.json")

    assert (0, 3) == (saved.code, ran.code)
    assert "plan.json was blocked when it was made: rg-shop/web must be deleted" in ran.err


def test_a_freeze_that_began_meanwhile_holds_back(project: CommandLine) -> None:
    """The plan is the same, and now is not the time: exit code 3; a reason goes on, whichever plan was made before."""
    project("plan", "--out", "plan.json")
    project("plan", "--out", "urgent.json", "--override-freeze", "the shop is down")
    freeze = "{reason: sale, from: '2020-01-01', to: '2099-01-01', timezone: UTC}"
    project.write("aci-reconcile.yaml", f"{PROJECT}policy: {{freeze: [{freeze}]}}\n")
    held, unsaid = project("apply", "--plan", "plan.json"), project("apply", "--plan", "urgent.json")
    urgent = project("apply", "--plan", "plan.json", "--override-freeze", "it is down")

    assert (3, 4, 0) == (held.code, unsaid.code, urgent.code)
    assert (
        "urgent.json was made with options that this apply does not repeat:\n  --override-freeze 'the shop is down'\n"
        in unsaid.err
    )


def test_variables_that_stand_in_secrets_are_not_saved(project: CommandLine) -> None:
    """They are to be given again."""
    with project.group("web").open("a", encoding="utf-8") as file:
        file.write(SECRET.replace("${env:TOKEN}", "x-${var:token}"))
    words = ("--var", "token=c4n4ry", "--var", "color=red")
    saved = project("plan", "--out", "plan.json", *words)
    without = project("apply", "--plan", "plan.json", "--var", "color=red")
    other = project("apply", "--plan", "plan.json", "--var", "color=red", "--var", "token=other")
    done = project("apply", "--plan", "plan.json", *words)

    assert (["token"], {"color": "red"}) == (read(project)["hidden_variables"], read(project)["variables"])
    assert "variable token is part of a secret and was not saved" in saved.err
    assert "c4n4ry" not in (project.folder / "plan.json").read_text(encoding="ascii")
    assert (4, 4, 0) == (without.code, other.code, done.code)
    assert "does not repeat:\n  --var token=VALUE\n" in without.err


def test_a_digest_is_enough(azure: CommandLine, served: Served) -> None:
    """Without a file: what has the digest is done, and nothing else."""
    digest = azure("plan", "--verbose").out.splitlines()[-1].removeprefix("Plan digest: ")
    writes = len(served.writes)
    other = azure("apply", "-y", "--checksum", f"sha256:{'0' * 64}")
    asked = azure("apply", "--checksum", digest)

    assert (4, 1) == (other.code, asked.code)
    assert f"the plan has the digest {digest}, not the one in --checksum" in other.err
    assert writes == len(served.writes)
    assert 0 == azure("apply", "-y", "--checksum", digest).code
    assert 4 == azure("apply", "-y", "--checksum", digest).code


@pytest.mark.parametrize("digest", ["", "sha256:", "0" * 64, f"sha256:{'0' * 63}G"])
def test_what_is_no_digest_is_an_error(project: CommandLine, digest: str) -> None:
    """An empty variable of a pipeline does not mean: anything goes."""
    ran = project("apply", "-y", "--checksum", digest)

    assert 1 == ran.code
    assert "--checksum: not a plan digest" in ran.err
    assert "No container groups.\n" == project("status").out


def test_a_digest_and_a_file_are_both_looked_at(project: CommandLine) -> None:
    """Who approved a digest does not take another file."""
    project("plan", "--out", "plan.json")
    digest = read(project)["plan_digest"]

    assert 4 == project("apply", "--plan", "plan.json", "--checksum", f"sha256:{'0' * 64}").code
    assert 0 == project("apply", "--plan", "plan.json", "--checksum", digest).code


def test_json_tells_the_digest(project: CommandLine) -> None:
    """Of the plan on stdout, and of the saved one, which ``show`` repeats byte for byte."""
    printed = project("plan", "--out", "plan.json", "--format", "json").document
    shown = project("show", "plan.json", "--format", "json")

    assert printed["plan_digest"] == read(project)["plan_digest"]
    assert "plan_digest" not in project("plan", "--format", "json").document
    assert (project.folder / "plan.json").read_text(encoding="ascii") == shown.out


def test_json_tells_that_it_is_stale(project: CommandLine) -> None:
    """As the last line of an apply; of ``show`` on stderr."""
    project("plan", "--out", "plan.json")
    project("apply", "-y")
    ran = project("apply", "--plan", "plan.json", "--format", "json")
    shown = project("show", "plan.json", "--format", "json")

    assert (4, "StalePlanError") == (ran.code, ran.documents[-1]["error"]["kind"])
    assert "Warning: the saved plan no longer matches:\n  rg-shop/web: the live group, create -> no-op\n" == shown.err


def test_show_compares_where_an_option_names_a_place(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """And otherwise says what the file alone tells."""
    project("plan", "--out", "plan.json")
    fresh = project("show", "plan.json")
    project("apply", "-y")
    stale = project("show", "plan.json")
    project.write("manifests/web.yaml", "nonsense: true\n")
    broken = project("show", "plan.json")
    monkeypatch.delenv("ACI_RECONCILE_LOCAL")
    offline = project("show", "plan.json")

    assert [0] * 4 == [each.code for each in (fresh, stale, broken, offline)]
    assert "Stale: the saved plan no longer matches:\n  rg-shop/web: the live group, create -> no-op\n" in stale.out
    assert "errors in the manifests; run validate to see them" in broken.out
    assert fresh.out == offline.out
    assert "Stale" not in fresh.out


def test_show_does_not_fail_where_azure_does(project: CommandLine) -> None:
    """It shows; that it could not compare is part of it."""
    project("plan", "--out", "plan.json", "--local")
    (project.folder / ".aci-reconcile" / "emulator.sqlite3").write_text("damaged", encoding="utf-8")
    ran = project("show", "plan.json", "--local")

    assert 0 == ran.code
    assert "Stale: " in ran.out


def test_a_file_that_is_not_there(project: CommandLine) -> None:
    """Is an error of usage."""
    assert [1, 1] == [project(*words).code for words in (("show", "x.json"), ("apply", "--plan", "x.json"))]


def test_what_could_not_be_read_cannot_be_compared() -> None:
    """Then nobody knows whether the plan is the same, and nothing is written."""
    plan = Plan("shop", unreadable=(Unreadable("rg-shop/web", "Forbidden"),))
    expected = Expected(Inputs(), digest=f"sha256:{'0' * 64}")

    with pytest.raises(AciReconcileError, match="rg-shop/web could not be read") as caught:
        expected.check_plan(plan, cast("Any", None))

    assert ExitCode.ERROR is caught.value.exit_code


def test_a_write_that_fails_leaves_the_old_file(
    project: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole or not at all: a full disk does not leave half a plan."""

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    project("plan", "--out", "plan.json")
    before = (tmp_path / "plan.json").read_bytes()
    monkeypatch.setattr("os.fsync", full)
    ran = project("plan", "--out", "plan.json")

    assert 1 == ran.code
    assert "--out plan.json: No space left on device" in ran.err
    assert before == (tmp_path / "plan.json").read_bytes()
    assert [] == list(tmp_path.glob(".*plan*"))
