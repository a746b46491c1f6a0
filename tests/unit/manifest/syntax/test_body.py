"""What is made of values on their way to Azure: line ends, images by reference, volumes with two kinds of files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aci_reconcile.core.errors import Severity, Where
from aci_reconcile.core.normalize import normalize, secrets_of
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.backend import Resolver
    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

MANIFEST = """
name: web
containers:
  - name: web
    image: {image}
    resources: {{cpu: 1, memoryInGB: 1}}
    volumeMounts: {{data: /data}}
    environmentVariables: {{TOKEN: {{secureValue: "{token}"}}}}
imageRegistryCredentials:
  - {{server: shop.azurecr.io, username: shop, password: "{secret}"}}
volumes:
  - {{name: data, azureFile: {{shareName: s, storageAccountName: a, storageAccountKey: "{secret}"}}}}
diagnostics:
  logAnalytics: {{workspaceId: 00000000-0000-0000-0000-000000000000, workspaceKey: "{secret}"}}
"""
PROJECT = "name: shop\nresourceGroup: rg\nlocation: westeurope\nmanifests: [a.yaml]\npublicEnv: [IMAGE]\n"
KEYS = (
    "diagnostics.logAnalytics.workspaceKey",
    "imageRegistryCredentials[shop.azurecr.io].password",
    "volumes[data].azureFile.storageAccountKey",
)


class Vault:
    """A resolver with one secret."""

    def __init__(self, value: str) -> None:
        self.value = value

    def resolve(self, scheme: str, target: str, /) -> Secret:
        """Return the secret."""
        return Secret(self.value, source=f"{scheme}:{target}")


def written(image: str = "nginx:1", token: str = "${env:PLAIN}", secret: str = "${env:PLAIN}") -> str:
    """Return a manifest."""
    return MANIFEST.format(image=image, token=token, secret=secret)


def revealed(loaded: Loaded) -> dict[str, str]:
    """Return the secrets of the group by their paths."""
    return {path: secret.reveal() for path, secret in secrets_of(loaded.resources[0].body).items()}


def codes(loaded: Loaded) -> list[str]:
    """Return the codes of the diagnostics."""
    return [each.code for each in loaded.diagnostics]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\n\n"])
def test_a_final_line_end_is_no_part_of_a_key(load_text: Loader, ending: str) -> None:
    """Shells, files and vaults add one; no key and no password of Azure ends in one."""
    loaded = load_text(written(secret="${env:KEY}"), environ={"PLAIN": "p", "KEY": f"abc=={ending}"})

    secrets = revealed(loaded)
    assert ["abc=="] * 3 == [secrets[path] for path in KEYS]
    assert [] == codes(loaded)


def test_a_line_end_is_dropped_wherever_a_key_comes_from(load_text: Loader) -> None:
    """From a file with two of them, from a vault, and from a manifest."""
    file = load_text({"a.yaml": written(secret="${file:key.txt}"), "key.txt": "abc==\r\n\r\n"}, environ={"PLAIN": "p"})
    vaults: dict[str, Resolver] = {"keyvault": Vault("abc==\n")}
    vault = load_text(written(secret="${keyvault:shop-kv/key}"), environ={"PLAIN": "p"}, resolvers=vaults)
    literal = load_text(written(secret="abc==\\n"), environ={"PLAIN": "p"})

    assert [["abc=="] * 3] * 3 == [[revealed(each)[path] for path in KEYS] for each in (file, vault, literal)]


def test_a_key_of_nothing_but_a_line_end_is_not_at_hand(load_text: Loader) -> None:
    """An empty key would take the place of the one that the group has."""
    loaded = load_text(written(secret="${env:KEY}"), environ={"PLAIN": "p", "KEY": "\r\n"})

    secrets = secrets_of(loaded.resources[0].body)
    assert [False] * 3 == [secrets[path].available for path in KEYS]
    assert ["ACI151"] * 3 == codes(loaded)


def test_lines_within_a_key_are_kept(load_text: Loader) -> None:
    """A line end that is not final may be meant."""
    loaded = load_text(written(secret="${env:KEY}"), environ={"PLAIN": "p", "KEY": "a\nb"})

    assert ["a\nb"] * 3 == [revealed(loaded)[path] for path in KEYS]


def test_a_line_end_of_a_secure_value_is_sent_and_told(load_text: Loader) -> None:
    """A program may want it; its author had better know."""
    loaded = load_text(written(token="${env:TOKEN}"), environ={"PLAIN": "p", "TOKEN": "t\r\n"})

    (diagnostic,) = loaded.diagnostics
    assert "t\r\n" in revealed(loaded).values()
    assert ("ACI204", Severity.WARNING, 8) == (diagnostic.code, diagnostic.severity, diagnostic.where.line)
    assert "t\r" not in diagnostic.message + diagnostic.hint


@pytest.mark.parametrize(
    ("written_as", "value", "code"),
    [
        ('"${var:image}"', "https://shop.azurecr.io/web:1", "ACI200"),
        ("'shop.azurecr.io/${var:image}'", "Web:1", "ACI200"),
        ('"${var:image}"', "$(image)", "ACI201"),
        ('"${var:image}"', "shop/web:__TAG__", "ACI202"),
        ('"${var:image}"', "Shop.azurecr.io/web:1", "ACI203"),
    ],
)
def test_an_image_by_reference_is_judged_by_what_it_becomes(
    load_text: Loader, written_as: str, value: str, code: str
) -> None:
    """At the place where the reference stands."""
    loaded = load_text(written(image=written_as), environ={"PLAIN": "p"}, variables={"image": value})

    assert [(code, Where("a.yaml", 5, 12))] == [(each.code, each.where) for each in loaded.diagnostics]


def test_an_image_that_is_not_known_offline_is_not_judged(load_text: Loader) -> None:
    """A public variable of the environment, which `validate` does not read."""
    loaded = load_text({"a.yaml": written(image="'${env:IMAGE}'"), "aci-reconcile.yaml": PROJECT}, resolve=False)

    assert [] == [each for each in codes(loaded) if each.startswith("ACI20")]


def test_both_kinds_of_files_of_a_secret_volume_are_no_endless_difference(load_text: Loader) -> None:
    """Azure answers with `secret: {}` and the reference (Microsoft's 2025-09-01 example)."""
    text = written().replace(
        "diagnostics:",
        "  - {name: files, secret: {a: {fromText: '${env:PLAIN}'}}, secretReference: {b: vault}}\n"
        "secretReferences: [{name: vault, identity: i, secretReferenceUri: 'https://v.vault.azure.net/secrets/s'}]\n"
        "diagnostics:",
    )
    loaded = load_text(text, environ={"PLAIN": "p"})

    declared: Any = loaded.resources[0].body
    live: Any = {"name": "files", "secret": {}, "secretReference": {"b": "vault"}}
    live_body: Any = {"properties": {"volumes": [live]}}
    files = {"properties": {"volumes": [each for each in declared["properties"]["volumes"] if each["name"] == "files"]}}
    assert "ACI032" not in codes(loaded)
    assert normalize(live_body) == normalize(files)
    assert "volumes[files].secret.a" in secrets_of(declared)


@pytest.mark.parametrize(("unfilled", "offered"), [("${var:}", "${var:NAME}"), ("${var: tag}", "${var:tag}")])
def test_the_kind_of_a_broken_reference_is_not_offered_as_its_name(
    load_text: Loader, unfilled: str, offered: str
) -> None:
    """The hint names the variable that was meant, or shows where its name goes."""
    loaded = load_text(
        "name: web\nlocation: westeurope\ncontainers:\n"
        f"  - {{name: web, image: '{unfilled}', resources: {{cpu: 1, memoryInGB: 1}}}}\n"
    )

    (diagnostic,) = [each for each in loaded.diagnostics if each.code == "ACI201"]
    assert f"write the value itself, or `{offered}` for a variable of the project" == diagnostic.hint
