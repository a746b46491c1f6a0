"""What the project file says about the key of fingerprints: where it may come from, and when it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aci_reconcile.core.errors import Severity
from aci_reconcile.core.secret import Secret
from aci_reconcile.manifest import Base
from aci_reconcile.manifest.project.fingerprint_keys import NOT_ASKED, Fingerprints

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

STRONG, ANOTHER = "Kq3vX9pLw2Zt8RnB5yHc7D", "Hd8sQ1mVb6Fj4TgW0zNk5P"
ENVIRON = {"TEAM_KEY": f"{STRONG}\n", "OLD_KEY": ANOTHER, "WORD": "correct horse battery staple"}
WEB = "name: web\ncontainers: [{name: a, image: 'x:1', resources: {cpu: 1, memoryInGB: 1}}]\n"


class Vault:
    """Knows one key, as a file with a line break was stored in it."""

    def resolve(self, _scheme: str, name: str, /) -> Secret | None:
        """Return the secret."""
        return Secret(f"{STRONG}\n", source=f"keyvault:{name}") if name == "kv-shop/key" else None


def read_settings(load_text: Loader, project: str, **more: Any) -> tuple[Fingerprints, list[str]]:
    """Return what a project file says of fingerprints, and what is complained of."""
    files = {"aci-reconcile.yaml": f"name: shop\nmanifests: [web.yaml]\n{project}", "web.yaml": WEB}
    loaded = load_text(files, environ=more.pop("environ", ENVIRON), **more)
    return loaded.project.fingerprints, [each.code for each in loaded.diagnostics]


def test_without_a_word_there_are_fingerprints_and_no_key(load_text: Loader) -> None:
    """As before."""
    assert (Fingerprints(), []) == read_settings(load_text, "")


def test_a_key_comes_from_the_environment_without_its_line_break(load_text: Loader) -> None:
    """And the former one beside it."""
    found, codes = read_settings(load_text, "fingerprintKey: ${env:TEAM_KEY}\nformerFingerprintKey: ${env:OLD_KEY}\n")

    assert (Fingerprints(key=Secret(STRONG), former=Secret(ANOTHER)), []) == (found, codes)


def test_a_key_comes_from_a_vault(load_text: Loader) -> None:
    """It is asked for with the other secrets: at first it is only named."""
    project = "fingerprintKey: ${keyvault:kv-shop/key}\n"
    named, _ = read_settings(load_text, project)
    found, codes = read_settings(load_text, project, resolvers={"keyvault": Vault()})

    assert [("keyvault:kv-shop/key", NOT_ASKED)] == [(each.source, each.missing) for each in named.keys]
    assert (Fingerprints(key=Secret(STRONG)), []) == (found, codes)


def test_an_environment_has_a_key_of_its_own(load_text: Loader) -> None:
    """Or does without fingerprints."""
    project = (
        "fingerprintKey: ${env:TEAM_KEY}\nenvironments:\n  prod: {fingerprintKey: '${env:OLD_KEY}'}\n"
        "  test: {fingerprint: none, fingerprintKey: null}\n"
    )

    assert Fingerprints(key=Secret(ANOTHER)) == read_settings(load_text, project, environment="prod")[0]
    assert Fingerprints(kept=False) == read_settings(load_text, project, environment="test")[0]


def test_the_variable_of_the_run_wins(load_text: Loader) -> None:
    """Then what the file names is not even looked up: a job without it may bring its own."""
    environ = {"ACI_RECONCILE_FINGERPRINT_KEY": STRONG}

    assert (Fingerprints(), []) == read_settings(load_text, "fingerprintKey: ${env:MISSING}\n", environ=environ)


def test_a_key_that_is_not_at_hand_is_a_warning(load_text: Loader) -> None:
    """A plan can be made without it; it is not taken for "no key"."""
    found, codes = read_settings(load_text, "fingerprintKey: ${env:MISSING}\n")

    assert ["ACI293"] == codes
    assert found.key is not None
    assert not found.key.available


def test_a_key_that_can_be_guessed_is_an_error(load_text: Loader) -> None:
    """Wherever it stands."""
    assert ["ACI292"] == read_settings(load_text, "fingerprintKey: ${env:WORD}\n")[1]


@pytest.mark.parametrize(
    ("base", "key", "codes"),
    [
        ("fingerprintKey: ${env:TEAM_KEY}", Secret(STRONG), []),
        ("fingerprintKey: ${env:OLD_KEY}", Secret(ANOTHER), ["ACI291"]),
        ("name: shop", None, ["ACI291"]),
        ("", None, ["ACI291"]),
        ("fingerprintKey: [", None, ["ACI291"]),
    ],
    ids=["the same", "another", "none", "unreadable", "no good file"],
)
def test_in_a_pull_request_the_key_of_the_base_branch_counts(
    load_text: Loader, base: str, key: Secret | None, codes: list[str]
) -> None:
    """Whoever opens it would choose a key that he knows, and guess at what a saved plan holds."""
    found, reported = read_settings(load_text, "fingerprintKey: ${env:TEAM_KEY}\n", base=Base(base))

    assert (key, codes) == (found.key, reported)


def test_a_pull_request_that_takes_the_key_out_does_not_count_either(load_text: Loader) -> None:
    """Without it, the plan's fingerprints would be such as can be guessed at."""
    assert Secret(STRONG) == read_settings(load_text, "", base=Base("fingerprintKey: ${env:TEAM_KEY}"))[0].key


@pytest.mark.parametrize("resolve", [True, False])
def test_a_container_never_gets_the_key(load_text: Loader, resolve: bool) -> None:
    """It belongs to whoever wrote its manifest."""
    secret = "    environmentVariables: {{A: {{secureValue: '{}'}}}}\n"
    start = "name: web\ncontainers:\n  - name: a\n    image: x:1\n    resources: {cpu: 1, memoryInGB: 1}\n"
    for reference in ("${env:TEAM_KEY}", "${keyvault:kv-shop/key}"):
        files = {
            "aci-reconcile.yaml": f"name: shop\nmanifests: [web.yaml]\nfingerprintKey: {reference}\n",
            "web.yaml": start + secret.format(reference),
        }
        loaded = load_text(files, environ=ENVIRON, resolvers={"keyvault": Vault()}, resolve=resolve)

        assert ["ACI154"] == [each.code for each in loaded.diagnostics if each.severity is Severity.ERROR]


def test_a_key_in_the_file_is_shown_nowhere(load_text: Loader) -> None:
    """Neither among the settings nor in what is complained of; a reference may be seen."""
    for value, displayed in ((STRONG, "(secret)"), ("${env:TEAM_KEY}", "${env:TEAM_KEY}")):
        files = {"aci-reconcile.yaml": f"name: shop\nmanifests: [web.yaml]\nfingerprintKey: {value}\n", "web.yaml": WEB}
        loaded = load_text(files, environ=ENVIRON)

        assert displayed == {each.name: each.value for each in loaded.settings}["fingerprintKey"]
        assert STRONG not in "".join(f"{each.message}{each.hint}" for each in loaded.diagnostics)
