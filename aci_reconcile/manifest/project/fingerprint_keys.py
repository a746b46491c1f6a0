"""The project file's settings for fingerprints of secrets: whether there are any, and where their key is.

The key must not be in the repository: with it, secrets can be guessed as fast as without any protection. So a
reference names it, to the environment or to a vault. In the run of a pull request, the reference of the base branch
counts, because whoever chooses the key may know it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.secret import Secret
from aci_reconcile.manifest.project.codes import ACI290, ACI291, ACI292, ACI293
from aci_reconcile.manifest.project.public_env import read_reviewed_root
from aci_reconcile.manifest.source.credentials import is_own_credential, name_owner
from aci_reconcile.manifest.source.nodes import MapNode, ScalarNode
from aci_reconcile.manifest.syntax.reference_codes import ACI154
from aci_reconcile.manifest.syntax.reference_grammar import NAME, VAULT_SECRET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.backend import Resolver
    from aci_reconcile.core.errors import Where
    from aci_reconcile.manifest.project.request import Request
    from aci_reconcile.manifest.source.diagnostics import Diagnostics
    from aci_reconcile.manifest.source.nodes import Entry
    from aci_reconcile.manifest.syntax.references import PublicEnv

KEPT: Final = "fingerprint"
KEYS: Final = ("fingerprintKey", "formerFingerprintKey")
NOT_ASKED: Final = "not asked for"
KEY_VARIABLES: Final = ("ACI_RECONCILE_FINGERPRINT_KEY", "ACI_RECONCILE_FINGERPRINT_KEY_FORMER")
"""Environment variables with keys that override the project file, in the order of ``KEYS``."""

_REFERENCE: Final = re.compile(rf"\$\{{(?:env:(?P<env>{NAME})|keyvault:(?P<vault>{VAULT_SECRET.pattern}))\}}")
_UNCOMPARED: Final = "fingerprints made with it are not compared"
_FORM: Final = "write `${env:NAME}` or `${keyvault:vault/secret}`; `aci-reconcile key` makes a key"


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """The fingerprint settings of the project file."""

    kept: bool = True
    """Whether groups carry fingerprints at all."""
    key: Secret | None = None
    former: Secret | None = None
    """The previous key: fingerprints made with it are still compared."""

    @property
    def keys(self) -> tuple[Secret, ...]:
        """The current and the former key, as far as they are named."""
        return tuple(each for each in (self.key, self.former) if each is not None)


def is_key_reference(text: str) -> bool:
    """Whether a text is a reference that may name a fingerprint key."""
    return _REFERENCE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class FingerprintReader:
    """Reads the fingerprint settings for one environment; mistakes are noted with their places."""

    request: Request
    diagnostics: Diagnostics
    public: PublicEnv
    resolvers: Mapping[str, Resolver]

    def read(self, root: MapNode) -> Fingerprints:
        """Return the key references from the settings, merged with the environment."""
        key, former = (self._read_key(root, name, variable) for name, variable in zip(KEYS, KEY_VARIABLES, strict=True))
        return Fingerprints(key=key, former=former)

    def _read_key(self, root: MapNode, name: str, variable: str) -> Secret | None:
        entry = root.get_entry(name)
        reference = self._read_reference(entry, name) if entry is not None else None
        if self.request.environ.get(variable, "").strip():
            return None  # the environment overrides the project file, as for all options
        # Offline, the reference is still needed: manifests may not name the same source.
        if not self.request.resolve:
            return Secret.unavailable(_name_source(reference), NOT_ASKED) if reference is not None else None
        if self.request.base is not None:
            entry, reference = self._use_reviewed(entry, reference, name)
        return self._resolve(reference, entry.where, name) if reference is not None and entry is not None else None

    def _read_reference(self, entry: Entry, name: str) -> re.Match[str] | None:
        """Return the reference. The text may be a key by mistake, so no message quotes it."""
        node = entry.value
        if isinstance(node, ScalarNode) and node.null and node.text:  # an environment removes the project's key
            return None
        match = _REFERENCE.fullmatch(node.text) if isinstance(node, ScalarNode) else None
        if match is None:
            self.diagnostics.add(ACI290, node.where, "expected a reference to a key", hint=_FORM, path=name)
        elif match["env"] and is_own_credential(match["env"]) and match["env"] not in KEY_VARIABLES:
            message = f"{match['env']} holds credentials of {name_owner(match['env'])}, and can't be a fingerprint key"
            self.diagnostics.add(ACI154, node.where, message, hint=_FORM, path=name)
            return None
        elif match["env"] and match["env"] in self.public.names:
            message = f"{match['env']} is listed under `publicEnv`, so everybody may know it"
            self.diagnostics.add(ACI290, node.where, message, hint=_FORM, path=name)
            return None
        return match

    def _use_reviewed(
        self, entry: Entry | None, reference: re.Match[str] | None, name: str
    ) -> tuple[Entry | None, re.Match[str] | None]:
        """Return the reference of the base branch of a pull request: whoever chooses the key may know it."""
        base = self.request.base
        root = read_reviewed_root(base, self.request.environment) if base is not None else None
        before = root.get_entry(name) if root is not None else None
        text = before.value.text if before is not None and isinstance(before.value, ScalarNode) else ""
        if entry is not None and reference is not None and reference.group() != text and base is not None:
            counts = "the reference in the base branch is used" if text else "secrets are fingerprinted without a key"
            message = f"this reference is ignored in this pull request: {counts}"
            hint = base.hint or "it takes effect once it is merged"
            self.diagnostics.add(ACI291, entry.where, message, hint=hint, path=name)
        return entry or before, _REFERENCE.fullmatch(text)

    def _resolve(self, reference: re.Match[str], where: Where, name: str) -> Secret | None:
        """Return the key behind a reference; one that is missing is a warning, one that is weak is an error."""
        secret = self._look_up(reference)
        if not secret.available and secret.missing != NOT_ASKED:
            hint = "an apply that must write secrets will refuse to start" if name == KEYS[0] else _UNCOMPARED
            self.diagnostics.add(ACI293, where, secret.missing, hint=hint, path=name)
        elif secret.available and (reason := secret.find_weakness()):
            hint = "make a key with: aci-reconcile key"
            message = f"the key behind {reference.group()} can be guessed: {reason}"
            self.diagnostics.add(ACI292, where, message, hint=hint, path=name)
            return None
        return secret

    def _look_up(self, reference: re.Match[str]) -> Secret:
        source, variable = _name_source(reference), reference["env"]
        if variable:
            value = self.request.environ.get(variable, "").strip()  # a line break at its end is no part of a key
            missing = f"the environment variable {variable} is not set" if not value else ""
            return Secret(value, source=source, missing=missing)
        resolver = self.resolvers.get("keyvault")
        found = resolver.resolve("keyvault", reference["vault"]) if resolver else None
        return found.map(str.strip) if found is not None else Secret.unavailable(source, NOT_ASKED)


def _name_source(reference: re.Match[str]) -> str:
    return f"env:{reference['env']}" if reference["env"] else f"keyvault:{reference['vault']}"
