"""The rows of the field table, and their tree, which is built once, at import."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Unset(Enum):
    """The default of a field that has none."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET

Scalar: TypeAlias = "bool | int | float | str"


class Kind(StrEnum):
    """The JSON type of a field. ``any`` is free-form JSON."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    OBJECT = "object"
    LIST = "list"
    MAP = "map"
    ANY = "any"


class Replaces(StrEnum):
    """Whether a field can change in place: yes, no, or Azure's answers differ."""

    NO = "no"
    MAY = "may"
    YES = "yes"

    @property
    def rank(self) -> int:
        """Order by cost."""
        return ("no", "may", "yes").index(self)


class Fold(StrEnum):
    """Differences to ignore when two texts are compared (for a map: its keys).

    ``URL``: differences that RFC 3986 (6.2.2, 6.2.3) allows between two spellings of one address: the case of scheme
    and host, the default port, and the slash after a bare host. Case and slashes of a path are significant.
    """

    NOTHING = ""
    CASE = "case"
    SPACES = "spaces and case"
    URL = "url"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a container group and everything this package knows about it.

    ``path`` is ARM's: ``[]`` stands for the items of a list, ``*`` for the values of a map.
    """

    path: str
    kind: Kind
    summary: str
    enum: tuple[str, ...] = ()
    required: bool = False
    computed: bool = False
    """Computed by Azure: never compared, never exported."""
    computed_beside: tuple[str, str] | None = None
    """A sibling property and its value with which this field is computed; otherwise the manifest sets the field."""
    filled_in: bool = False
    """Azure fills it in if the manifest leaves it out; compared only if the manifest sets it."""
    default: Scalar | Unset = UNSET
    """The default: an absent field equals this value."""
    demanded: bool = False
    """Azure refuses a body without it and has no default, so a write contains our default."""
    replaces: Replaces = Replaces.NO
    """Whether changing the value forces a replacement."""
    membership: Replaces = Replaces.NO
    """For a keyed list: whether adding or removing an entry forces a replacement."""
    write_only: bool = False
    """Azure never returns it: compared by fingerprint."""
    one_line: bool = False
    """Valid values never end in a line break, so a final one is removed: files, vaults and shells add them."""
    untold: bool = False
    """Azure accepts it but never returns it, and it is not a secret: it can't be compared."""
    confidential: bool = False
    """A manifest should not contain its value in clear text."""
    unless: tuple[str, ...] = ()
    """For a secret: sibling properties, any of which replaces it."""
    insisted: bool = False
    """For a secret: Azure was seen to refuse an object with neither it nor a replacement."""
    whose: str = ""
    """For a secret: the sibling property that identifies its owner; if that changes, it is another secret."""
    key: tuple[str, ...] = ()
    """For a list: the properties that identify an entry; ``("",)`` for a set of texts."""
    ordered: bool = False
    """For a keyed list: the order of the entries matters, too."""
    folds: Fold = Fold.NOTHING
    caseless: bool = False
    """For a map: names that differ only in case are the same, and keep the spelling that they have in Azure."""
    presence: bool = False
    """An empty object is significant (``emptyDir: {}``)."""
    unnamed: bool = False
    """Its name is left out of displayed paths (``properties``, a variable's ``value``)."""

    @property
    def name(self) -> str:
        """The last segment: the property's own name."""
        return self.path.rpartition(".")[2].removesuffix("[]")

    @property
    def settable(self) -> bool:
        """Whether a manifest may set it."""
        return not self.computed


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A row of the table with its children: the properties of an object, the items of a list, the values of a map.

    For a LIST ``item`` describes the entries; for a MAP the values; ``children`` are the properties of an OBJECT.
    ``replaces`` is inherited downwards. ``name`` spells the property as ARM does.
    """

    row: Field
    kind: Kind
    replaces: Replaces
    write_only: bool
    children: Mapping[str, Node] = field(default_factory=dict["str", "Node"])
    item: Node | None = None
    lowered: Mapping[str, str] = field(default_factory=dict[str, str])
    """The correct spelling of each child's name, by its lowercase name."""
    required: tuple[str, ...] = ()
    """The names of the children that a manifest must set."""
    compared: bool = True
    """Whether a difference between two reads is significant: not computed, write-only or untold."""
    confides: bool = False
    """Whether it, or something below it, may be a secret."""
    confiding: tuple[tuple[str, Node], ...] = ()
    """The children that confide, by their names."""
    hides: bool = False
    """Whether it, or something below it, is write-only: nowhere else can a declared body hold a secret."""
    verbatim: bool = False
    """Whether two of its texts are the same only if they are equal, letter by letter."""
    free: bool = False
    """Whether it is any text of the author's: readable, and without an enumeration."""
    chosen: tuple[tuple[str, str, str], ...] = ()
    """Children that Azure computes depending on a sibling: name, sibling's name, sibling's value."""


def build_tree(rows: Iterable[Field]) -> Node:
    """Return the root object whose descendants are the rows.

    Raises:
        ValueError: two rows have the same path, or a row has no parent.
    """
    by_parent: dict[str, list[Field]] = {}
    paths = {""}
    for row in rows:
        parent = _find_parent(row.path)
        if row.path in paths or parent not in paths:
            raise ValueError(f"field table: {row.path} appears twice, or before its parent")
        paths.add(row.path)
        by_parent.setdefault(parent, []).append(row)
    return _build_node(Field("", Kind.OBJECT, "A container group."), Replaces.NO, by_parent, write_only=False)


def _find_parent(path: str) -> str:
    if path.endswith("[]"):
        return path.removesuffix("[]")
    return path.rpartition(".")[0]


def _build_node(row: Field, inherited: Replaces, by_parent: dict[str, list[Field]], *, write_only: bool) -> Node:
    replaces = max(row.replaces, inherited, key=lambda each: each.rank)
    hidden = write_only or row.write_only
    below = {
        each.name: _build_node(each, replaces, by_parent, write_only=hidden) for each in by_parent.get(row.path, ())
    }
    compared = not (row.computed or row.untold or hidden)
    confides = row.confidential or any(each.confides for each in below.values())
    hides = hidden or any(each.hides for each in below.values())
    if row.kind in {Kind.LIST, Kind.MAP}:
        item = next(iter(below.values()), None)
        return Node(row, row.kind, replaces, hidden, item=item, compared=compared, confides=confides, hides=hides)
    lowered = {name.lower(): name for name in below}
    required = tuple(name for name, each in below.items() if each.row.required)
    chosen = tuple((name, *each.row.computed_beside) for name, each in below.items() if each.row.computed_beside)
    return Node(
        row,
        row.kind,
        replaces,
        hidden,
        below,
        lowered=lowered,
        required=required,
        compared=compared,
        confides=confides,
        confiding=tuple((name, each) for name, each in below.items() if each.confides),
        hides=hides,
        verbatim=not row.enum and row.folds is Fold.NOTHING,
        free=row.kind is Kind.STRING and not (hidden or row.enum or row.presence),
        chosen=chosen,
    )
