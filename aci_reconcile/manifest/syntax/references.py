"""Finds references such as ``${var:…}``, ``${env:…}`` and ``${file:…}`` in texts, and replaces them.

The replacement is not scanned again. Values from the environment, a file or a vault are secrets, unless the project
lists the environment variable as public.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from aci_reconcile.core.redaction import is_secret_name
from aci_reconcile.core.references import Deferred, GroupReference
from aci_reconcile.core.secret import Secret
from aci_reconcile.manifest.source.credentials import is_own_credential, name_owner
from aci_reconcile.manifest.source.diagnostics import Diagnostics, quote
from aci_reconcile.manifest.syntax.reference_codes import (
    ACI150,
    ACI151,
    ACI152,
    ACI154,
    ACI159,
    ACI160,
    ACI192,
    ACI223,
    ACI280,
)
from aci_reconcile.manifest.syntax.reference_grammar import (
    GROUP_VALUE,
    LOOKALIKE,
    REFERENCE,
    VAULT_SECRET,
    scan_references,
    suggest_vault_name,
)

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

    from aci_reconcile.core.backend import Resolver
    from aci_reconcile.core.errors import Where
    from aci_reconcile.manifest.code import Code
    from aci_reconcile.manifest.source.files import Files
    from aci_reconcile.manifest.source.nodes import ScalarNode


@dataclass(frozen=True, slots=True)
class PublicEnv:
    """The environment variables that may appear in readable fields; for those that are refused, a hint."""

    names: frozenset[str] = frozenset()
    doubted: Mapping[str, str] = field(default_factory=dict[str, str])


RENAME_IT: Final = "if the variable is not secret, rename it"

MAX_EXPANDED: Final = 4 * 2**20
"""Characters to which the references of one document may expand: ARM accepts 4 MB (docs: request limits)."""
MAX_EXPANDED_IN_ALL: Final = 64 * MAX_EXPANDED
"""The same for all documents of a run, which are in memory together."""


class ExpansionSize:
    """The characters of expanded references so far, in one document and in the run.

    A few letters can expand to a megabyte, thousands of times.
    """

    __slots__ = ("_document", "_run")

    def __init__(self) -> None:
        self._document = 0
        self._run = 0

    def begin(self) -> None:
        """Count the next document from zero; the sum of the run goes on."""
        self._document = 0

    def mark(self) -> tuple[int, int]:
        """Return both counts, to go back to them if what follows is read again."""
        return self._document, self._run

    def rewind(self, mark: tuple[int, int]) -> None:
        """Go back to the counts of before."""
        self._document, self._run = mark

    def add(self, value: str | Secret) -> bool:
        """Count some more; False once it is too much."""
        length = len(value) if isinstance(value, str) else value.size
        self._document += length
        self._run += length
        return self._document <= MAX_EXPANDED and self._run <= MAX_EXPANDED_IN_ALL


class Text(NamedTuple):
    """A scalar with its references replaced.

    ``value`` is a ``Secret`` as soon as one part of it is.
    """

    value: str | Secret
    sole: bool = False
    """Whether it was exactly one reference, so that the value is typed as if written without quotes."""
    unknown: bool = False
    """Whether the value is not known now (offline), so that it cannot be checked."""
    failed: bool = False
    offer: str = ""
    """The first secret reference in it, for messages."""
    deferred: str = ""
    """The first reference to another group in it; its value is known only later."""
    hidden: bool = False
    """Whether a part of it is a secret that is empty in this run, as its default allows."""


@dataclass(frozen=True, slots=True)
class References:
    """Replaces references by their values, and says what is wrong with a reference."""

    diagnostics: Diagnostics
    files: Files
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    declared: frozenset[str] = frozenset()
    """Variables that the project declares, with or without a value."""
    environ: Mapping[str, str] = field(default_factory=dict[str, str])
    public: PublicEnv = field(default_factory=PublicEnv)
    resolvers: Mapping[str, Resolver] = field(default_factory=dict[str, "Resolver"])
    resolve: bool = True
    key_sources: frozenset[str] = frozenset()
    """The sources of the fingerprint keys, as `env:NAME`. A container with a key could guess secrets."""
    size: ExpansionSize = field(default_factory=ExpansionSize)
    _quiet: References | None = field(default=None, init=False, repr=False, compare=False)

    def quietly(self) -> References:
        """Return one like it with diagnostics of its own, in which there are none yet; it counts together with this."""
        quiet = self._quiet
        if quiet is None or quiet.diagnostics.consulted:
            quiet = replace(self, diagnostics=Diagnostics())
            object.__setattr__(self, "_quiet", quiet)
        return quiet

    def replace(self, node: ScalarNode, path: str) -> Text:
        """Replace the references of a text. ``path`` is its field, as people write it, for diagnostics."""
        if "${" not in node.text:
            return Text(node.text)
        only = REFERENCE.fullmatch(node.text)
        if only is not None and not only["escape"]:
            text = self._replace_one(only, node.where, path)
            if not self.size.add(text.value):
                return self._fail_too_large(node.where, path)
            return Text(text.value, True, text.unknown, text.failed, text.offer, text.deferred, text.hidden)
        self._complain_of_lookalikes(node, path)
        parts: list[Text] = []
        end = 0
        for match in scan_references(node.text):
            parts.append(Text(node.text[end : match.start()]))
            parts.append(self._replace_one(match, node.where, path))
            end = match.end()
            if not self.size.add(parts[-1].value):
                return self._fail_too_large(node.where, path)
        parts.append(Text(node.text[end:]))
        return _join(parts)

    def _fail_too_large(self, where: Where, path: str) -> Text:
        message = (
            f"references expand too far: to more than {MAX_EXPANDED // 2**20} MiB in this document, "
            f"or more than {MAX_EXPANDED_IN_ALL // 2**20} MiB in all"
        )
        return self._fail(
            ACI223, where, message, "Azure refuses a request of that size: mount a file share instead", path
        )

    def _complain_of_lookalikes(self, node: ScalarNode, path: str) -> None:
        found = {match.end() for match in scan_references(node.text)}
        for almost in LOOKALIKE.finditer(node.text):
            if almost.end() not in found:
                message = f"`${{{almost[1]}:…}}` looks like a reference, but is not valid; it is sent unchanged"
                hint = f"write `${{{almost[1].lower()}:NAME}}`, without spaces"
                self.diagnostics.add(ACI159, node.where, message, hint=hint, path=path)

    def _replace_one(self, match: re.Match[str], where: Where, path: str) -> Text:
        if match["escape"]:
            return Text(match.group()[1:])
        if match["var"]:
            return self._replace_variable(match["var"], where, path)
        if match["env"]:
            return self._replace_environment(match, where, path)
        return self._replace_external(match["other"], match["target"], where, path)

    def _fail(self, code: Code, where: Where, message: str, hint: str, path: str) -> Text:
        self.diagnostics.add(code, where, message, hint=hint, path=path)
        return Text("", failed=True)

    def _replace_variable(self, name: str, where: Where, path: str) -> Text:
        """Return the value of ``${var:NAME}``, from the command line or the project file."""
        if name in self.variables:
            return Text(self.variables[name])
        if name in self.declared:
            hint = f"give --var {name}=…, or a `default` in the project file"
            return self._fail(ACI150, where, f"the variable {quote(name)} has no value", hint, path)
        hint = (
            self.diagnostics.suggest(name, self.variables)
            or "define it under `variables` of the project file, or with --var"
        )
        return self._fail(ACI150, where, f"unknown variable {quote(name)}", hint, path)

    def _replace_environment(self, match: re.Match[str], where: Where, path: str) -> Text:
        name, default = match["env"], match["default"]
        # The author of a manifest controls the container, which would then hold the tool's own access.
        if is_own_credential(name):
            message = f"{name} holds credentials of {name_owner(name)}, and can't be used in a manifest"
            return self._fail(ACI154, where, message, "give the container its own credential", path)
        if f"env:{name}" in self.key_sources:
            return self._refuse_key(f"env:{name}", where, path)
        public = name in self.public.names
        if not self.resolve:
            return _make_unknown(match.group(), f"env:{name}", public=public)
        # As in a shell, `:-` also replaces an empty value.
        value = self.environ.get(name)
        if not value and default is not None:
            value = default
        # With an empty default, an empty value is no secret now. `hidden` remembers that in another run it is one.
        if value is not None and (public or value == default == ""):
            return Text(value, offer=match.group(), hidden=not public)
        if value:
            return Text(Secret(value, source=f"env:{name}"), offer=match.group())
        missing = f"the environment variable {name} is {'not set' if value is None else 'empty'}"
        if public:
            return self._fail(ACI152, where, missing, f"set it, or write `${{env:{name}:-default}}`", path)
        self.diagnostics.add(ACI151, where, missing, hint="an apply that needs it will refuse to start", path=path)
        return Text(Secret.unavailable(f"env:{name}", missing), offer=match.group())

    def _refuse_key(self, source: str, where: Where, path: str) -> Text:
        message = f"{source} is the fingerprint key, and can't be used in a manifest"
        return self._fail(ACI154, where, message, "give the container its own credential", path)

    def suggest_field(self, offer: str) -> str:
        """Return a hint for a reference to a secret in a readable field."""
        match = REFERENCE.fullmatch(offer)
        name = match["env"] if match else None
        if name is None:
            return "use it in a field that Azure never returns, such as secureValue"
        if name in self.public.doubted:
            return self.public.doubted[name]
        if is_secret_name(name):
            return f"use it in a field that Azure never returns, such as secureValue; {RENAME_IT}"
        return "if the variable is not secret, list it under `publicEnv` of the project file"

    def _replace_external(self, scheme: str, target: str, where: Where, path: str) -> Text:
        """Return the value of a reference to a file, a vault or another group."""
        source, text = f"{scheme}:{target}", f"${{{scheme}:{target}}}"
        if scheme == "keyvault" and not VAULT_SECRET.fullmatch(target):
            message = f"{quote(target)} does not name a secret of a Key Vault"
            return self._fail(ACI192, where, message, suggest_vault_name(target), path)
        if scheme == "group":
            return self._replace_group(target, where, path)
        # A container that holds the fingerprint key could test guesses against the fingerprints in the tags.
        if source in self.key_sources:
            return self._refuse_key(source, where, path)
        if not self.resolve:
            return _make_unknown(text, source, public=False)
        if scheme == "file":
            value = self.files.read_reference(target, where, path, self.diagnostics)
            if value is None:
                return Text("", failed=True)
            return self._check_secret(Secret(value, source=source), text, where, path)
        resolver = self.resolvers.get(scheme)
        secret = resolver.resolve(scheme, target) if resolver else None
        if secret is None:
            return Text(Secret.unavailable(source, "not asked for"), offer=text)
        return self._check_secret(secret, text, where, path)

    def _check_secret(self, secret: Secret, text: str, where: Where, path: str) -> Text:
        if not secret.available:
            hint = "an apply that needs it will refuse to start"
            self.diagnostics.add(ACI151, where, f"{secret.source}: {secret.missing}", hint=hint, path=path)
        elif secret.notice:
            hint = "renew it, or change its dates in the vault; it is used anyway"
            self.diagnostics.add(ACI280, where, f"{secret.source}: {secret.notice}", hint=hint, path=path)
        return Text(secret, offer=text)

    def _replace_group(self, target: str, where: Where, path: str) -> Text:
        match = GROUP_VALUE.fullmatch(target)
        if match is None:
            hint = "write `${group:name:ipAddress.ip}` or `${group:resourceGroup/name:ipAddress.fqdn}`"
            return self._fail(ACI160, where, f"{quote(target)} is not a value of another group", hint, path)
        return Text(Deferred(GroupReference(match["address"], match["path"])), deferred=match.group())


def _make_unknown(text: str, source: str, *, public: bool) -> Text:
    if public:
        return Text(text, unknown=True)
    return Text(Secret.unavailable(source, "not resolved"), unknown=True, offer=text)


def _join(parts: list[Text]) -> Text:
    return Text(
        _concatenate([part.value for part in parts]),
        unknown=any(part.unknown for part in parts),
        failed=any(part.failed for part in parts),
        offer=next((part.offer for part in parts if part.offer), ""),
        deferred=next((part.deferred for part in parts if part.deferred), ""),
        hidden=any(part.hidden for part in parts),
    )


def _concatenate(values: list[str | Secret]) -> str | Secret:
    """Join texts and secrets pairwise: joining them one by one would copy thousands of parts thousands of times."""
    while len(values) > 1:
        pairs = [left + right for left, right in zip(values[::2], values[1::2], strict=False)]
        values = pairs + values[-1:] if len(values) % 2 else pairs
    return values[0]
