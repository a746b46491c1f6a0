"""Secrets in readable fields. Azure accepts them, but everybody who can read the group can see them.

Secrets with a known format are redacted in plans and reports. These rules tell the author where they are, and what to
do instead.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_text
from aci_reconcile.core.redaction import is_secret_setting, veil, veil_argument
from aci_reconcile.manifest.code import WARNING, Basis, Code, Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.manifest.syntax.items import Item, RuleTable

_MESSAGE = "this looks like a secret, and everybody who can read the group can read it"

ACI243: Final = Code(
    "ACI243",
    "A readable field contains what looks like a secret",
    "Everybody who can read the repository, or the group in Azure, can read it. It is a password in a URL, a key "
    "in a connection string, a token with a known prefix, or the value of a variable named like a password. Plans "
    "and reports do not repeat it. Use a secure field with a reference, and change the secret.",
    example="environmentVariables: {DATABASE_URL: postgres://shop:hunter2@db/shop}",
    severity=WARNING,
    evidence=(Evidence(Basis.OURS, "docs/secrets.md"),),
)


def check_open_variables(group: Item) -> None:
    """This tool's own rule: a URL with a password, a connection string or a token should be a secure value."""
    for container in _list_containers(group):
        for variable in container.at("properties").each("environmentVariables"):
            name, value = as_text(variable.at("name").value), variable.at("value")
            if _has_secret(value) and not is_secret_setting(name):  # else the name has a diagnostic already
                value.complain(ACI243, _MESSAGE, f'write {name}: {{secureValue: "${{env:{name}}}"}}')


def check_open_arguments(group: Item) -> None:
    """This tool's own rule: arguments are readable; a program can read a secure variable instead."""
    hint = "put it into a variable with a secureValue, and read that in the command"
    for command in _list_commands(group):
        before = ""
        for argument in command:
            text = as_text(argument.value)
            # The word before decides: `--password` makes a secret of the next one.
            if veil_argument(before, text) != text:
                argument.complain(ACI243, _MESSAGE, hint)
            before = text


def check_open_addresses(group: Item) -> None:
    """This tool's own rule: an init container with the token in a secure variable can clone as well."""
    hint = "clone it in an init container, with the token in a variable with a secureValue"
    for volume in group.at("properties").each("volumes"):
        address = volume.at("gitRepo", "repository")
        if _has_secret(address):
            address.complain(ACI243, _MESSAGE, hint)


def check_open_headers(group: Item) -> None:
    """This tool's own rule: Azure has no secure form of a probe's header."""
    for container in _list_containers(group):
        for name in ("livenessProbe", "readinessProbe"):
            for header in container.at("properties", name, "httpGet").each("httpHeaders"):
                if _has_secret(header.at("value")):
                    hint = "probe a page that needs no sign-in, or use `exec`"
                    header.at("value").complain(ACI243, _MESSAGE, hint)


def check_open_tags(group: Item) -> None:
    """This tool's own rule: tags appear in lists, cost exports and logs."""
    for _, tag in group.entries("tags"):
        if _has_secret(tag):
            tag.complain(ACI243, _MESSAGE, "remove it: tags are readable")


def _has_secret(item: Item) -> bool:
    text = item.text
    return bool(text) and _looks_secret(text)


@functools.lru_cache(maxsize=1024)
def _looks_secret(text: str) -> bool:
    """Whether something in a text looks like a secret; many groups have the same texts."""
    return veil(text) != text


def _list_containers(group: Item) -> tuple[Item, ...]:
    properties = group.at("properties")
    return (*properties.each("containers"), *properties.each("initContainers"))


def _list_commands(group: Item) -> Iterator[tuple[Item, ...]]:
    for container in _list_containers(group):
        properties = container.at("properties")
        yield properties.each("command")
        for name in ("livenessProbe", "readinessProbe"):
            yield properties.at(name, "exec").each("command")


RULES: Final[RuleTable] = {
    ("environmentVariables",): (check_open_variables,),
    ("command",): (check_open_arguments,),
    ("gitRepo",): (check_open_addresses,),
    ("httpHeaders",): (check_open_headers,),
    ("tags",): (check_open_tags,),
}
