"""Shorthands for the rows of the table: a list or a map has two rows, itself and its entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.fields.model import Field, Fold, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import TypedDict, Unpack

    from aci_reconcile.core.fields.model import Replaces, Scalar

    class Traits(TypedDict, total=False):
        """The traits of a field beyond its path, kind and summary."""

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
        """Further traits of a string."""

        folds: Fold


def text(path: str, summary: str, **traits: Unpack[TextTraits]) -> Iterator[Field]:
    """Describe a string."""
    yield Field(path, Kind.STRING, summary, **traits)


def choice(path: str, summary: str, *values: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe an enumerated string; Azure ignores its case."""
    yield Field(path, Kind.STRING, summary, enum=values, folds=Fold.CASE, **traits)


def integer(path: str, summary: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe a whole number."""
    yield Field(path, Kind.INTEGER, summary, **traits)


def number(path: str, summary: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe a number."""
    yield Field(path, Kind.NUMBER, summary, **traits)


def boolean(path: str, summary: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe a boolean."""
    yield Field(path, Kind.BOOLEAN, summary, **traits)


def any_json(path: str, summary: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe free-form JSON."""
    yield Field(path, Kind.ANY, summary, **traits)


def group(path: str, summary: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe an object."""
    yield Field(path, Kind.OBJECT, summary, **traits)


def objects(path: str, summary: str, each: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe a list of objects; ``each`` describes one entry."""
    yield Field(path, Kind.LIST, summary, **traits)
    yield Field(f"{path}[]", Kind.OBJECT, each)


def texts(path: str, summary: str, each: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe a list of strings."""
    yield Field(path, Kind.LIST, summary, **traits)
    yield Field(f"{path}[]", Kind.STRING, each)


def text_map(path: str, summary: str, each: str, **traits: Unpack[Traits]) -> Iterator[Field]:
    """Describe a map from free-form names to strings."""
    yield Field(path, Kind.MAP, summary, **traits)
    yield Field(f"{path}.*", Kind.STRING, each)
