"""What a script consists of, as the parser returns it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """Characters that stand for themselves."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """`$name`, or `${name…}` with an operator and its word."""

    name: str
    operator: str = ""
    word: Word = ()
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Substitution:
    """`$(…)` or backquotes."""

    body: Script
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`$((…))`."""

    word: Word
    quoted: bool = False


Part: TypeAlias = Literal | Parameter | Substitution | Arithmetic
Word: TypeAlias = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Redirect:
    """`2>/dev/null`, `>&1`, a here-document."""

    target: int
    operator: str
    word: Word
    document: list[Part] = field(default_factory=list["Part"])
    """The text of a here-document, which is read after the line that announces it."""


@dataclass(frozen=True, slots=True)
class Simple:
    """Assignments, and a program with its arguments."""

    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """`{ … }`, or `( … )` in a shell of its own."""

    body: Script
    apart: bool


@dataclass(frozen=True, slots=True)
class If:
    """Conditions with what follows from them; the last one may have none."""

    branches: tuple[tuple[Script | None, Script], ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """`while` and `until`."""

    condition: Script
    body: Script
    until: bool


@dataclass(frozen=True, slots=True)
class For:
    """`for`; without words, over the arguments of the shell."""

    name: str
    words: tuple[Word, ...] | None
    body: Script


@dataclass(frozen=True, slots=True)
class Case:
    """`case`: patterns, and what follows from them."""

    word: Word
    branches: tuple[tuple[tuple[Word, ...], Script], ...]


@dataclass(frozen=True, slots=True)
class Function:
    """The definition of a function."""

    name: str
    body: Command


@dataclass(frozen=True, slots=True)
class Redirected:
    """A command with its redirections."""

    command: Command
    redirects: tuple[Redirect, ...]


Command: TypeAlias = Simple | Group | If | Loop | For | Case | Function | Redirected


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands that are connected by pipes."""

    commands: tuple[Command, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AndOr:
    """Pipelines that are joined by `&&` and `||`."""

    first: Pipeline
    rest: tuple[tuple[str, Pipeline], ...] = ()
    background: bool = False


Script: TypeAlias = tuple[AndOr, ...]
