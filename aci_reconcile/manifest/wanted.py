"""Messages and hints of ``typed`` about values of the wrong type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import Kind
from aci_reconcile.manifest.amounts import suggest_number
from aci_reconcile.manifest.borrowed import find_odd_character
from aci_reconcile.manifest.findings import quote
from aci_reconcile.manifest.tokens import find_bare_names, read_placeholder, suggest_references

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


def suggest_form(spec: Node | None) -> str:
    """Return a hint with the form of a list or a map; empty if it is obvious."""
    return _FORMS.get(spec.row.name, "") if spec is not None else ""


def describe_type(kind: Kind, spec: Node | None) -> str:
    """Name the type of value that a field expects."""
    return "a map" if spec is not None and spec.row.presence else _WANTED[kind]


def suggest_value(spec: Node) -> str:
    """Return a hint for an empty value; often an unquoted token of another tool began a comment."""
    if spec.row.presence:
        return "write `{}`"
    if spec.write_only:
        return f"write `${{env:NAME}}`, and set NAME where the tool runs; {_COMMENT}"
    if spec.kind is Kind.STRING:
        return f'write "" for an empty text; {_COMMENT}'
    return f"write a value, or remove the key; {_COMMENT}"


def suggest_number_or_word(text: str, spec: Node | None) -> str:
    """Return a hint for a text where a number, a boolean or an enumerated word is expected."""
    name = read_placeholder(text)
    if name:
        return suggest_references([name], secret=False)
    return find_odd_character(text) or (suggest_number(spec.row.name, text) if spec else "")


def explain_unquoted(node: ScalarNode, spec: Node | None) -> tuple[str, str]:
    """Return message and hint about ``${NAME}`` without quotes."""
    names = find_bare_names(node.text)
    shown = " and ".join(quote(f"${{{name}}}") for name in names)
    message = f"{shown} without quotes: `az container create` would replace it, but this tool does not"
    if spec is not None and spec.row.name == "name":
        return message, "write the name out: a reference is not allowed in a name"
    hint = suggest_references(names, secret=spec is not None and spec.write_only)
    keep = spec is not None and spec.row.path.endswith(_MAY_BE_ANYTHING) and spec.kind is Kind.STRING
    return message, f"{hint}; to keep the text, quote the whole value" if keep else hint
