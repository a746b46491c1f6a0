"""Shorthands for the rows of the table: a list or a map is two rows, itself and what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.fields.model import Field, Fold, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import TypedDict, Unpack

    from aci_reconcile.core.fields.model import Replaces, Scalar

    class Traits(TypedDict, total=False):
        """What may be said of a field beyond its path, kind and summary."""

        required: bool
        computed: bool
        computed_beside: tuple[str, str]
        filled_in: bool
        default: Scalar
        demanded: bool
        replaces: Replaces
        membership: Replaces
        write_only: bool
        one_line: bool
        untold: bool
        confidential: bool
        unless: tuple[str, ...]
        insisted: bool
        whose: str
        key: tuple[str, ...]
        ordered: bool
        caseless: bool
        presence: bool
        unnamed: bool

    class TextTraits(Traits, total=False):
        """What may be said of a string beside that."""

        folds: Fold


def text(path: str, summary: str, **traits: Unpack[TextTraits]) -> Iterator[Field]:
    """Describe a string."""
    yield Field(path, Kind.STRING, summary, **traits)


def choice(path: str, summary: str, *values: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe a string out of a few; Azure compares them without regard to case."""
    yield Field(path, Kind.STRING, summary, enum=values, folds=Fold.CASE, **traits)


def integer(path: str, summary: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe a whole number."""
    yield Field(path, Kind.INTEGER, summary, **traits)


def number(path: str, summary: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe a number."""
    yield Field(path, Kind.NUMBER, summary, **traits)


def boolean(path: str, summary: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe a flag."""
    yield Field(path, Kind.BOOLEAN, summary, **traits)


def anything(path: str, summary: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe JSON of the author's own."""
    yield Field(path, Kind.ANY, summary, **traits)


def group(path: str, summary: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe an object."""
    yield Field(path, Kind.OBJECT, summary, **traits)


def objects(path: str, summary: str, each: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe a list of objects; ``each`` says what one entry is."""
    yield Field(path, Kind.LIST, summary, **traits)
    yield Field(f"{path}[]", Kind.OBJECT, each)


def texts(path: str, summary: str, each: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe a list of strings."""
    yield Field(path, Kind.LIST, summary, **traits)
    yield Field(f"{path}[]", Kind.STRING, each)


def text_map(path: str, summary: str, each: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe a map from names of the author's own to strings."""
    yield Field(path, Kind.MAP, summary, **traits)
    yield Field(f"{path}.*", Kind.STRING, each)
