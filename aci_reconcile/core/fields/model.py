"""What a row of the field table holds, and how a row is found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping


class Unset(Enum):
    """The default of a field that has none."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET

Scalar: TypeAlias = "bool | int | float | str"


class Kind(StrEnum):
    """The JSON type of a field. ``any`` is JSON of the author's own."""

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
        """Order by what it costs."""
        return ("no", "may", "yes").index(self)


class Fold(StrEnum):
    """What is ignored when two texts are compared (on a map: of its keys).

    ``URL``: what RFC 3986 (6.2.2, 6.2.3) lets two spellings of one address differ in: case of scheme and host, the
    scheme's own port, and the slash after a bare host. Case and slashes of a path mean something and are kept.
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
    """Azure says, we listen: never compared, never exported."""
    computed_beside: tuple[str, str] | None = None
    """A property beside it and the value with which it is computed: Azure takes it from a manifest with any other."""
    filled_in: bool = False
    """Azure fills it in where the manifest leaves it out; compared only where the manifest gives it."""
    default: Scalar | Unset = UNSET
    """Absent equals this value."""
    demanded: bool = False
    """Azure refuses a body without it and fills nothing in: a write says the default where the manifest is silent."""
    replaces: Replaces = Replaces.NO
    """Whether changing the value forces a replacement."""
    membership: Replaces = Replaces.NO
    """Of a keyed list: whether adding or removing an entry forces a replacement."""
    write_only: bool = False
    """Azure never returns it: compared by fingerprint."""
    one_line: bool = False
    """No value of it ends in a line end, so that one is dropped: files, vaults and shells add them."""
    untold: bool = False
    """Azure takes it and never tells it again, and it is no secret: it can't be compared."""
    confidential: bool = False
    """Its value should not stand in a manifest in clear text."""
    unless: tuple[str, ...] = ()
    """Of a secret: the properties beside it any of which stands in its place."""
    insisted: bool = False
    """Of a secret: Azure is seen to refuse an object with neither it nor what stands in its place."""
    whose: str = ""
    """Of a secret: the property beside it that says whose it is; with another value there, it is another secret."""
    key: tuple[str, ...] = ()
    """Of a list: the properties that identify an entry; ``("",)`` where the items are texts and the list is a set."""
    ordered: bool = False
    """Of a keyed list: the order of the entries matters, too."""
    folds: Fold = Fold.NOTHING
    caseless: bool = False
    """Of a map: names that differ in nothing but case are one, and each keeps the spelling that it has in Azure."""
    presence: bool = False
    """An empty object means something (``emptyDir: {}``)."""
    unnamed: bool = False
    """Its name is noise to people: left out of the paths they see (``properties``, a variable's ``value``)."""

    @property
    def name(self) -> str:
        """The last segment: the property's own name."""
        return self.path.rpartition(".")[2].removesuffix("[]")

    @property
    def settable(self) -> bool:
        """Whether a manifest may give it."""
        return not self.computed


@dataclass(frozen=True, slots=True)
class Node:
    """A row of the table with what is below it: the properties of an object, the items of a list, the values of a map.

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
    """The right spelling of each child's name, by the name in lower case."""
    required: tuple[str, ...] = ()
    """The names of the children that a manifest must give."""
    compared: bool = True
    """Whether a difference between two reads of it means anything: neither computed, nor write-only, nor untold."""
    confides: bool = False
    """Whether a secret may stand here, or somewhere below."""
    chosen: tuple[tuple[str, str, str], ...] = ()
    """Children that Azure chooses beside others: their name, the other's name, and its value."""
