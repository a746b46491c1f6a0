"""What is wanted where something else stands, in words: the messages and hints of ``typed``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import Kind
from aci_reconcile.manifest.amounts import plain_number
from aci_reconcile.manifest.borrowed import odd_characters
from aci_reconcile.manifest.findings import quote
from aci_reconcile.manifest.tokens import instead, names_in, placeholder

if TYPE_CHECKING:
    from aci_reconcile.core.fields import Node
    from aci_reconcile.manifest.nodes import ScalarNode

_WANTED: Final = {
    Kind.STRING: "text",
    Kind.INTEGER: "a whole number",
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "`true` or `false`",
    Kind.OBJECT: "a map",
    Kind.MAP: "a map",
    Kind.LIST: "a list",
    Kind.ANY: "a value",
}
_MAY_BE_ANYTHING: Final = ("alue", "tags.*", "metadata.*", "keyValuePairs.*")
_COMMENT: Final = "`#` begins a comment, so a token such as `#{NAME}#` needs quotes"
_FORMS: Final = {
    "command": 'write [word, word], or [/bin/sh, -c, "…"] for a shell',
    "ipAddress": "write `{type: Public, ports: [80]}`",
    "identity": "write `{type: SystemAssigned}`",
    "subnetIds": "write `[{id: …}]`",
    "environmentVariables": "write `{NAME: value}`",
}


def form(spec: Node | None) -> str:
    """Return what a list or a map looks like where something else stands; empty where that goes without saying."""
    return _FORMS.get(spec.row.name, "") if spec is not None else ""


def wanted(kind: Kind, spec: Node | None) -> str:
    """Say what kind of value a field wants."""
    return "a map" if spec is not None and spec.row.presence else _WANTED[kind]


def instead_of_nothing(spec: Node) -> str:
    """Return what to write where nothing stands: often a token that another tool was to replace began a comment."""
    if spec.row.presence:
        return "write `{}`"
    if spec.write_only:
        return f"write `${{env:NAME}}`, and set NAME where the tool runs; {_COMMENT}"
    if spec.kind is Kind.STRING:
        return f'write "" for an empty text; {_COMMENT}'
    return f"write a value, or remove the key; {_COMMENT}"


def instead_of_text(text: str, spec: Node | None) -> str:
    """Return what to write where a number, a flag or one of a few words is wanted, and another text stands."""
    name = placeholder(text)
    if name:
        return instead([name], secret=False)
    return odd_characters(text) or (plain_number(spec.row.name, text) if spec else "")


def unquoted(node: ScalarNode, spec: Node | None) -> tuple[str, str]:
    """Return message and hint about ``${NAME}`` without quotes."""
    names = names_in(node.text)
    shown = " and ".join(quote(f"${{{name}}}") for name in names)
    message = f"{shown} without quotes: `az container create` would replace it, but this tool does not"
    if spec is not None and spec.row.name == "name":
        return message, "write the name out: a reference is not allowed in a name"
    hint = instead(names, secret=spec is not None and spec.write_only)
    keep = spec is not None and spec.row.path.endswith(_MAY_BE_ANYTHING) and spec.kind is Kind.STRING
    return message, f"{hint}; to keep the text, quote the whole value" if keep else hint
