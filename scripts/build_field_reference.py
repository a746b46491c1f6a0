"""Write docs/fields.md from the field table."""

from __future__ import annotations

from pathlib import Path

from aci_reconcile.core.fields import API_VERSION, FIELDS, UNSET, Field, Fold, Kind, Replaces

TARGET = Path(__file__).resolve().parent.parent / "docs" / "fields.md"
HEADER = f"""# Fields

Look up here what a change of a field costs, its default, and whether Azure returns it. The page lists every property
of a container group that this tool knows, for api-version {API_VERSION}.
`python scripts/build_field_reference.py` writes it from the table that the tool itself uses; a test keeps it up to
date.

Paths are ARM's; `[]` stands for the entries of a list and `*` for names of your own. In a manifest you may leave
`properties` out.

- **in place**: empty if a change restarts the containers. *no*: the group must be deleted and created again.
  *may be refused*: Azure's documents and its users disagree, so the change is planned in place, and a recreation is
  offered if Azure refuses. Tags change without a restart.
- **default**: the value if you leave the field out.
- **always sent**: Azure refuses a group without it and sets no default, so a write sends the default.
- **secret**: Azure never returns it, so it is compared by fingerprint.
- **not returned**: Azure accepts it and never returns it, so it is not compared.
- **filled in**: Azure sets a value if the manifest has none; it is compared only if the manifest has one.
- **an address**: the case of scheme and host, the scheme's own port and the slash after a bare host are not compared,
  because Azure returns `https://kv.vault.azure.net` as `https://kv.vault.azure.net/`.
- **key**: the list is really a map; its order does not matter unless *ordered* is given.

**Evidence.** *In place* follows Azure's page on updating container groups and the text of the error
`InvalidContainerGroupUpdate`; fields that neither names are classified by inference (`sku`, `priority`, `zones`,
`ipAddress.type`). The defaults of `restartPolicy`, `protocol` and the probes are documented. azure-cli's recorded
traffic shows that Azure leaves an absent `restartPolicy` absent, adds `sku: Standard`, and drops `Unsecure` without a
DNS label. That Azure ignores the `ip` of a public address is a user's report (MicrosoftDocs/azure-docs#106693). The
slash after `vaultBaseUrl` is in Microsoft's own examples of 2025-09-01. All recordings return a `gitRepo` as it was
sent. A test checks that every recorded write equals its settled read under this table. The probe defaults and
`privileged: false` were never seen in an answer.
"""
SECTIONS = {
    "The group": lambda path: not path.startswith("properties."),
    "Containers": lambda path: path.startswith("properties.containers"),
    "Init containers": lambda path: path.startswith("properties.initContainers"),
    "Settings of the group": lambda path: (
        path.startswith("properties.") and not path.startswith(("properties.containers", "properties.initContainers"))
    ),
}
KINDS = {Kind.OBJECT: "object", Kind.LIST: "list", Kind.MAP: "map", Kind.ANY: "JSON"}


def page() -> str:
    """Return the page."""
    told = "\n".join(f"- `{row.path}`" for row in FIELDS if row.computed and row.kind is not Kind.OBJECT)
    parts = [HEADER]
    for title, holds in SECTIONS.items():
        rows = [row for row in FIELDS if row.settable and holds(row.path) and _worth_a_line(row)]
        lines = "\n".join(_line(row) for row in rows)
        parts.append(f"## {title}\n\n| field | kind | what it is | in place | more |\n|---|---|---|---|---|\n{lines}\n")
    computed = "Azure computes these fields. They are never compared, and ignored with a warning in a manifest."
    parts.append(f"## Told by Azure\n\n{computed}\n\n{told}\n")
    return "\n".join(parts)


def _worth_a_line(row: Field) -> bool:
    """Entries of lists and maps are described with what holds them."""
    return not row.path.endswith(("[]", ".*"))


def _line(row: Field) -> str:
    kind = " or ".join(f"`{each}`" for each in row.enum) if row.enum else KINDS.get(row.kind, row.kind.value)
    name = row.path.replace("properties.", "") if row.path != "properties" else row.path
    return f"| `{name}` | {kind} | {row.summary} | {_in_place(row)} | {_more(row)} |"


def _in_place(row: Field) -> str:
    costs = {Replaces.YES: "no", Replaces.MAY: "may be refused", Replaces.NO: ""}
    if row.membership is not Replaces.NO:
        return f"adding or removing entries: {costs[row.membership]}"
    return costs[row.replaces]


def _more(row: Field) -> str:
    said = ["required"] if row.required else []
    said += [f"default `{_default(row)}`"] if row.default is not UNSET and row.default != "" else []
    said += ["always sent"] if row.demanded else []
    said += ["secret"] if row.write_only else []
    said += ["not returned"] if row.untold else []
    said += [f"computed by Azure with `{': '.join(row.computed_beside)}`"] if row.computed_beside else []
    said += ["filled in"] if row.filled_in else []
    said += [f"key {', '.join(f'`{name}`' for name in row.key)}"] if row.key and row.key != ("",) else []
    said += ["order does not matter"] if row.key == ("",) else []
    said += ["ordered"] if row.ordered else []
    said += ["case does not matter"] if row.folds is Fold.CASE and not row.enum else []
    said += ["case of names does not matter"] if row.caseless else []
    said += ["case and spaces do not matter"] if row.folds is Fold.SPACES else []
    said += ["an address"] if row.folds is Fold.URL else []
    return ", ".join(said)


def _default(row: Field) -> str:
    return str(row.default).lower() if isinstance(row.default, bool) else str(row.default)


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
