"""Write docs/fields.md from the field table."""

from __future__ import annotations

from pathlib import Path

from aci_reconcile.fields import API_VERSION, FIELDS, UNSET, Field, Fold, Kind, Replaces

TARGET = Path(__file__).resolve().parent.parent / "docs" / "fields.md"
HEADER = f"""# Fields

These are the properties of a container group that this tool knows, for api-version {API_VERSION}.
`python scripts/build_field_reference.py` generates this page from the table that the tool itself uses; a test keeps it
up to date.

The paths are ARM's: `[]` stands for the entries of a list, and `*` for names of your choice. In a manifest you may
leave out `properties`.

- **in place**: empty (a change restarts the containers), *no* (the group must be deleted and created again), or
  *may be refused* (Azure's documentation and its users disagree: the change is planned in place, and as a replacement
  if Azure refuses it). Tags change without a restart.
- **default**: the value if you leave the field out.
- **always sent**: Azure refuses a group without the field and has no default, so every write contains it.
- **secret**: Azure never returns the field, so it is compared by fingerprint.
- **not returned**: Azure accepts the field but never returns it, so it is not compared.
- **filled in**: Azure sets a value if the manifest has none. The field is compared only if the manifest sets it.
- **an address**: the case of scheme and host, the default port of the scheme, and the slash after a bare host are not
  compared, because Azure returns `https://kv.vault.azure.net` as `https://kv.vault.azure.net/`.
- **key**: identifies the entries of the list, whose order does not matter unless *ordered* is given.

Sources: *in place* follows Azure's page on updating container groups and the text of the error
`InvalidContainerGroupUpdate`. For fields that neither names (`sku`, `priority`, `zones`, `ipAddress.type`) it is
inferred. The defaults of `restartPolicy`, `protocol` and the probes are documented. azure-cli's recorded traffic shows
that Azure returns no `restartPolicy` if none was sent, adds `sku: Standard`, and drops `Unsecure` without a DNS label.
A user reported that Azure ignores the `ip` of a public address (MicrosoftDocs/azure-docs#106693). The slash after
`vaultBaseUrl` is in Microsoft's own examples of 2025-09-01. A `gitRepo` is returned as it was sent in all recordings.
A test checks that every recorded write equals its settled read under this table. No recording returns the probe
defaults or `privileged: false`.
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
