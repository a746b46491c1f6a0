"""What an author probably meant, and what to write instead.

Known are words of Kubernetes, Compose and ``az``, amounts such as ``500m``, and placeholders of other tools.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import Kind
from aci_reconcile.manifest.source.diagnostics import find_odd_character, quote
from aci_reconcile.manifest.source.nodes import fold_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aci_reconcile.core.fields import Node
    from aci_reconcile.manifest.source.nodes import ScalarNode

_VARIABLES: Final = "write `environmentVariables: {NAME: value}`; a secret is `NAME: {secureValue: …}`"
_REGISTRY: Final = "write `imageRegistryCredentials: [{server: …, username: …, password: …}]` beside `containers`"
_ADDRESS: Final = "write `ipAddress: {type: Public, ports: [80], dnsNameLabel: …}` beside `containers`"
_SUBNET: Final = "write `subnetIds: [{id: …}]` beside `containers`, with the ARM id of the subnet"
_PROBE: Final = "write `livenessProbe: {exec: {command: […]}}`, or `httpGet` in the place of `exec`"
_AMOUNTS: Final = "write `resources: {cpu: 1, memoryInGB: 1.5}` in the container"
_COMMAND: Final = "write `command: [word, word]`: it replaces the image's own command with all its arguments"
_FILES: Final = "write `volumes: [{name: …, secret: {FILE: {fromText: …}}}]`, or `secureValue` in a variable"
_ONE: Final = "a manifest is one group with one copy of each container: write another manifest per copy"
_PULL: Final = "remove it: Azure pulls the image at every start"

# The words are those of the Kubernetes API for pods, of the Compose specification, and of `az container create --help`.
_WORDS: Final[Mapping[str, str]] = {
    "args": _COMMAND,
    "build": "build and push the image first, and name it with `image`",
    "commandline": _COMMAND,
    "containername": "use `name`",
    "containerport": "use `port`",
    "cpus": _AMOUNTS,
    "dependson": "write `lifecycle: {dependsOn: [NAME]}` for another group; containers of a group start together",
    "deploy": _AMOUNTS,
    "dnsnamelabel": _ADDRESS,
    "entrypoint": _COMMAND,
    "env": _VARIABLES,
    "envfrom": _VARIABLES,
    "environment": _VARIABLES,
    "envfile": _VARIABLES,
    "expose": "use `ports`",
    "failureaction": _PROBE,
    "grpc": "a probe is `exec` or `httpGet`: write `exec: {command: [grpc_health_probe, …]}`",
    "healthcheck": _PROBE,
    "hostpath": "containers have no access to the host: use `azureFile`, `emptyDir`, `secret` or `gitRepo`",
    "imagepullpolicy": _PULL,
    "imagepullsecrets": _REGISTRY,
    "memlimit": _AMOUNTS,
    "memory": "use `memoryInGB`, a number of GB",
    "metadata": "write `name` and `tags` (labels) at the top of the manifest",
    "nodeselector": "remove it: Azure chooses the machine; you can set `location`, `zones` and `sku`",
    "os": "use `osType`",
    "persistentvolumeclaim": "use `azureFile: {shareName: …, storageAccountName: …, storageAccountKey: …}`",
    "publicip": _ADDRESS,
    "pullpolicy": _PULL,
    "registryloginserver": _REGISTRY,
    "registrypassword": _REGISTRY,
    "registryusername": _REGISTRY,
    "replicas": _ONE,
    "restart": "use `restartPolicy` of the group: Always, OnFailure or Never",
    "secretname": _FILES,
    "secureenvironmentvariables": _VARIABLES,
    "spec": "move its content to the top of the manifest",
    "startupprobe": "write `livenessProbe` with `initialDelaySeconds` or a high `failureThreshold`",
    "subnet": _SUBNET,
    "tcpsocket": 'a probe is `exec` or `httpGet`: write `exec: {command: [nc, -z, localhost, "80"]}`',
    "terminationgraceperiodseconds": "remove it: Azure decides how long a container may take to stop",
    "valuefrom": "write `secureValue` with a reference, such as `${env:NAME}`",
    "vnet": _SUBNET,
    "workingdir": 'the image defines it; to change it, write `command: [/bin/sh, -c, "cd /dir && …"]`',
}  # fmt: skip
"""By the word in lowercase, without `-` and `_`."""


def translate_word(key: str) -> str:
    """Return what to write instead of a word of another tool; empty if the word is unknown."""
    return _WORDS.get(fold_key(key), "")


# Kubernetes counts CPU in thousandths and memory in bytes with a suffix; Compose writes `512M` and `1g`. Azure counts
# cores and GB. Whether a GB is 10^9 or 2^30 bytes is not documented; the hint treats them as equal, as Azure's own
# examples do.
_AMOUNT: Final = re.compile(r"([0-9]{1,12}(?:[.,][0-9]{1,6})?)\s*([A-Za-z]{0,12})")
_CPU: Final = {"m": 0.001, "": 1, "c": 1, "cpu": 1, "cpus": 1, "core": 1, "cores": 1, "vcpu": 1, "vcpus": 1}
_IN_GB: Final = {"k": 2**-20, "m": 2**-10, "g": 1, "t": 2**10, "": 1}
_BYTES: Final = re.compile(r"([kmgt])(?:i?b?|igabytes?|egabytes?)", re.IGNORECASE)
_SMALLEST: Final = 0.01


def suggest_number(name: str, text: str) -> str:
    """Return a hint with the number for an amount; empty if the text is not an amount, or is almost zero.

    Args:
        name: what the field is called.
        text: what stands there.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        return ""
    factor = _find_factor(name, found[2].lower())
    number = float(found[1].replace(",", ".")) * factor if factor else 0
    if number < _SMALLEST:
        return ""
    what = "CPU is a number of cores" if name == "cpu" else "memory is a number of GB"
    return f"write {round(number, 3):g}: {what}"


def _find_factor(name: str, unit: str) -> float:
    """Return the factor of a unit; 0 if the unit is unknown."""
    if name != "memoryInGB":
        return _CPU.get(unit, 0) if name == "cpu" else 0
    found = _BYTES.fullmatch(unit)
    return _IN_GB.get(found[1].lower() if found else unit, 0)


# In this order: "replace tokens" tasks, Azure Pipelines and Kubernetes, GitHub's expressions or Helm and Jinja, another
# style of "replace tokens", and the slots of documentation. The lengths are bounded, so that no text takes long.
_PLACEHOLDER: Final = re.compile(
    r"#\{\s*(?P<token>[\w.-]{1,100})\s*\}#?"
    r"|\$\(\s*(?P<pipeline>[A-Za-z_][\w.-]{0,99})\s*\)"
    r"|\$?\{\{-?\s*(?P<expression>[^{}\n]{1,100}?)\s*-?\}\}"
    r"|__(?P<dunder>[A-Za-z][A-Za-z0-9.-]*(?:_[A-Za-z0-9.-]+)*)__"
    r"|<(?P<slot>[A-Za-z][\w -]{0,98})>"
)
# As envsubst and `az container create` write it.
_BARE: Final = re.compile(r"(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
TOKEN_STARTS: Final = frozenset("#$_<{ ")
"""First characters of placeholders; few other texts begin with them."""
_LONGEST: Final = 200
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9_]+")


def read_placeholder(text: str) -> str:
    """Return the name in a text that is exactly a placeholder of another tool; empty if it is not."""
    if len(text) > _LONGEST:
        return ""
    found = _PLACEHOLDER.fullmatch(text.strip())
    if found is None:
        return ""
    part = next(each for each in found.groups() if each is not None)
    name = _NO_NAME.sub("_", part.rpartition(".")[2]).strip("_")
    return name if name[:1].isalpha() and name.isascii() else "NAME"


def find_bare_names(text: str) -> tuple[str, ...]:
    """Return the names in ``${NAME}``, each once: `az` would read them from the environment."""
    return tuple(dict.fromkeys(_BARE.findall(text)))


def suggest_references(names: Sequence[str], *, secret: bool) -> str:
    """Return a hint with the references to use instead of placeholders.

    Args:
        names: the names in the placeholders.
        secret: whether Azure never returns the field, so that it may contain a secret.
    """
    listed = " and ".join(names)
    if secret:
        written = " and ".join(f"`${{env:{name}}}`" for name in names)
        return f"write {written}, and set {listed} where the tool runs"
    written = " and ".join(f"`${{var:{name}}}`" for name in names)
    options = " ".join(f"--var {name}=…" for name in names)
    return (
        f"write {written}, with `{options}` or a value under `variables` of the project file; "
        f"or `${{env:{names[0]}}}`, with {listed} under `publicEnv` there"
    )


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
    texts = " and ".join(quote(f"${{{name}}}") for name in names)
    message = f"{texts} without quotes: `az container create` would replace it, but this tool does not"
    if spec is not None and spec.row.name == "name":
        return message, "write the name out: a reference is not allowed in a name"
    hint = suggest_references(names, secret=spec is not None and spec.write_only)
    keep = spec is not None and spec.row.path.endswith(_MAY_BE_ANYTHING) and spec.kind is Kind.STRING
    return message, f"{hint}; to keep the text, quote the whole value" if keep else hint
