"""References: what they stand for, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aci_reconcile.core.errors import Severity
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.references import find_references
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

MANIFEST = """
name: web
containers:
  - name: a
    image: {image}
    resources: {{cpu: {cpu}, memoryInGB: 1}}
    command:
      - {command}
    environmentVariables:
      A:
        secureValue: {secret}
"""
ENVIRON = {"PASSWORD": "hunter2", "SHA": "abc", "EMPTY": "", "NESTED": "${env:SHA}"}


class Empty:
    """A vault whose secrets hold nothing."""

    def resolve(self, scheme: str, name: str, /) -> Secret:
        """Return an empty secret."""
        return Secret("", source=f"{scheme}:{name}")


def manifest(image: str = "x:1", cpu: str = "1", command: str = "x", secret: str = "s") -> str:
    """Return a manifest with one field to look at."""
    return MANIFEST.format(image=image, cpu=cpu, command=command, secret=secret)


def properties(loaded: Loaded) -> Any:
    """Return the properties of the first container."""
    containers: Any = loaded.resources[0].properties["containers"]
    return containers[0]["properties"]


def secret(loaded: Loaded) -> Secret:
    """Return the one secret."""
    found = properties(loaded)["environmentVariables"][0]["secureValue"]
    assert isinstance(found, Secret)
    return found


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("${env:PASSWORD}", "hunter2"),
        ('"${env:PASSWORD}"', "hunter2"),
        ('"a${env:PASSWORD}b${env:SHA}"', "ahunter2babc"),
        ('"${env:NONE:-x y}"', "x y"),
        ('"${env:EMPTY:-x}"', "x"),
        ('"a${env:EMPTY:-}b"', "ab"),
        ('"${env:NESTED}"', "${env:SHA}"),
        ('"$${env:PASSWORD}"', "${env:PASSWORD}"),
        ('"${var:v}-${env:SHA}"', "1.4-abc"),
        ('"${HOME} $(x) $${HOME} ${other:x}"', "${HOME} $(x) $${HOME} ${other:x}"),
    ],
)
def test_secret_texts(load_text: Loader, written: str, read: str) -> None:
    """Each kind of reference is replaced once, and the rest of the text stays."""
    loaded = load_text(manifest(secret=written), environ=ENVIRON, variables={"v": "1.4"})

    assert read == secret(loaded).reveal()
    assert not loaded.errors


def test_a_variable_is_typed_by_the_schema(load_text: Loader) -> None:
    """A scalar that is nothing but a reference means what its value looks like."""
    loaded = load_text(manifest(cpu='"${var:cpu}"', image="x:${var:tag}"), variables={"cpu": "1.5", "tag": "1.10"})

    assert properties(loaded)["resources"]["requests"]["cpu"] == 1.5
    assert properties(loaded)["image"] == "x:1.10"
    assert [] == [each for each in loaded.diagnostics if each.code == "ACI117"]


def test_commands_belong_to_the_shell(load_text: Loader) -> None:
    """Braces in a command are no mistake, with quotes or without."""
    loaded = load_text(manifest(command="echo ${HOME}"))

    assert properties(loaded)["command"] == ["echo ${HOME}"]
    assert not loaded.errors


def test_a_missing_secret_is_a_warning(load_text: Loader) -> None:
    """The plan goes on without it; an apply will not."""
    loaded = load_text(manifest(secret="${env:NONE}"), environ={})

    assert not loaded.errors
    assert not secret(loaded).available
    assert [("ACI151", "a.yaml", 11)] == [(e.code, e.where.file, e.where.line) for e in loaded.diagnostics]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ('"${env:EMPTY}"', "the environment variable EMPTY is empty"),
        ('"postgres://u:${env:EMPTY}@db"', "the environment variable EMPTY is empty"),
        ('"${file:empty.txt}"', "it is empty"),
        ('"${keyvault:shop-kv/empty}"', "it is empty"),
        ('"${env:EMPTY:-}"', "it is empty"),
        ('""', "it is empty"),
    ],
)
def test_an_empty_secret_is_not_at_hand(load_text: Loader, written: str, why: str) -> None:
    """It is what a pipeline gives for a secret that nobody set; wherever it comes from, it is reported at its place."""
    loaded = load_text(
        {"a.yaml": manifest(secret=written), "empty.txt": "\n"}, environ=ENVIRON, resolvers={"keyvault": Empty()}
    )

    assert not secret(loaded).available
    assert why == secret(loaded).missing
    assert [("a.yaml", 11)] == [(each.where.file, each.where.line) for each in loaded.diagnostics]
    assert not loaded.errors


def test_an_offline_check_resolves_nothing(load_text: Loader) -> None:
    """Environment and files may be missing; what depends on them is not judged."""
    text = manifest(secret='"${env:NONE} ${file:none}"', image="x:${env:SHA}", cpu='"${env:SHA}"')
    project = "name: p\npublicEnv: [SHA]\nmanifests: [a.yaml]\n"

    loaded = load_text({"a.yaml": text, "aci-reconcile.yaml": project}, environ={}, resolve=False)

    assert () == loaded.diagnostics
    assert not secret(loaded).available
    assert properties(loaded)["image"] == "x:${env:SHA}"


def test_public_variables_may_be_read(load_text: Loader) -> None:
    """What the project lists under `publicEnv` is no secret."""
    project = "name: p\npublicEnv: [SHA]\nmanifests: [a.yaml]\n"

    loaded = load_text({"a.yaml": manifest(image="x:${env:SHA}"), "aci-reconcile.yaml": project}, environ=ENVIRON)

    assert properties(loaded)["image"] == "x:abc"
    assert not loaded.errors


@pytest.mark.parametrize("name", ["AZURE_CLIENT_SECRET", "azure_client_secret", "ACI_RECONCILE_FINGERPRINT_KEY"])
def test_own_credentials_are_refused(load_text: Loader, name: str) -> None:
    """Even when they are declared public."""
    project = f"name: p\npublicEnv: [{name}]\nmanifests: [a.yaml]\n"
    files = {"a.yaml": manifest(secret=f"${{env:{name}}}"), "aci-reconcile.yaml": project}

    loaded = load_text(files, environ={name: "canary"})

    assert ["ACI154"] == [each.code for each in loaded.diagnostics if each.severity is Severity.ERROR]


def test_files_lose_a_final_newline(load_text: Loader, tmp_path: Path) -> None:
    """One, and only at the end."""
    (tmp_path / "secret.txt").write_bytes(b"a\nb\n\n")

    loaded = load_text(manifest(secret="${file:secret.txt}"))

    assert secret(loaded).reveal() == "a\nb\n"
    assert secret(loaded).source == "file:secret.txt"


def test_files_stay_inside(load_text: Loader, tmp_path: Path) -> None:
    """A link that leads out is as good as `..`."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "outside").write_text("canary")
    (tmp_path / "inner" / "link").symlink_to(tmp_path / "outside")

    loaded = load_text(
        {"inner/a.yaml": manifest(secret="${file:link}"), "inner/aci-reconcile.yaml": "name: p\nmanifests: [a.yaml]\n"},
        project="inner/aci-reconcile.yaml",
    )

    assert ["ACI155"] == [each.code for each in loaded.diagnostics]


@pytest.mark.parametrize("content", [b"\xff", b"x" * (1024 * 1024 + 1)])
def test_files_that_are_no_texts(load_text: Loader, tmp_path: Path, content: bytes) -> None:
    """Binary and huge files are refused."""
    (tmp_path / "secret").write_bytes(content)

    loaded = load_text(manifest(secret="${file:secret}"))

    assert ["ACI156"] == [each.code for each in loaded.diagnostics]


class Vault:
    """A resolver that knows one secret, and one that nobody needs."""

    def resolve(self, scheme: str, name: str, /) -> Secret | None:
        """Return it, or say that it can't be had."""
        if name == "shop-kv/unneeded":
            return None
        if name != "shop-kv/known":
            return Secret.unavailable(f"{scheme}:{name}", f"{name} is not there")
        return Secret(f"{scheme} value", source=f"{scheme}:{name}")


def test_resolvers_of_other_schemes(load_text: Loader) -> None:
    """A registered scheme gives secrets; what it does not have is missing, and reported."""
    resolvers = {"keyvault": Vault()}

    known = load_text(manifest(secret="${keyvault:shop-kv/known}"), resolvers=resolvers)
    unknown = load_text(manifest(secret="${keyvault:shop-kv/other}"), resolvers=resolvers)

    assert secret(known).reveal() == "keyvault value"
    assert secret(unknown).missing == "shop-kv/other is not there"
    assert ["ACI151"] == [each.code for each in unknown.diagnostics]


def test_what_is_not_needed_is_not_complained_of(load_text: Loader) -> None:
    """Nothing can be written with it all the same."""
    loaded = load_text(manifest(secret="${keyvault:shop-kv/unneeded}"), resolvers={"keyvault": Vault()})

    assert () == loaded.diagnostics
    assert "not asked for" == secret(loaded).missing


@pytest.mark.parametrize(
    ("image", "command", "secret_value", "plain"),
    [
        ("x:1", "x", "", True),
        ("x:1", "x", "s", False),
        ("x:1", "x", "${env:PASSWORD}", False),
        ("x:1", "'${group:db:ipAddress.ip}'", "", False),
        ("x:${var:tag}", "x", "", False),
    ],
)
def test_what_is_known_to_be_plain_is_plain(
    load_text: Loader, image: str, command: str, secret_value: str, *, plain: bool
) -> None:
    """Nobody looks for secrets and references in it: it may be called plain too seldom, and never wrongly."""
    text = manifest(image=image, command=command, secret=secret_value)
    text = text if secret_value else text.partition("    environmentVariables")[0]
    other = manifest(secret="s").replace("web", "db")
    loaded = load_text({"web.yaml": text, "db.yaml": other}, environ=ENVIRON, variables={"tag": "1"})
    web = next(each for each in loaded.resources if each.id.name == "web")

    assert plain is web.plain
    assert not (web.plain and (secrets_of(web.body) or find_references(web.body)))
