"""The types of option values that click does not know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import click

from aci_reconcile.app.durations import Moment, parse_duration, parse_moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    _Seconds = click.ParamType[float]
    _Names = click.ParamType[tuple[str, str]]
    _Number = click.ParamType[int]
    _Moments = click.ParamType[Moment]
    _Text = click.ParamType[str]
else:  # older releases of click have no parameter here
    _Seconds = _Names = _Number = _Moments = _Text = click.ParamType


_ADDRESS = re.compile(r"(?:(?P<host>\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._-]+):)?(?P<port>[0-9]{1,5})")
_LAST_PORT = 65535
_TYPED = click.core.ParameterSource.COMMANDLINE


class Duration(_Seconds):
    """A length of time: ``30m``, ``10s``, ``1h30m``, ``500ms``, ``7d``; a number alone is seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds."""
        if isinstance(value, float):
            return value
        try:
            return parse_duration(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Address(_Text):
    """Where to listen: ``8080`` on this machine alone, or ``0.0.0.0:8080``, ``[::]:8080``."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return ``host:port``; the host of IPv6 without its brackets."""
        text = str(value).strip()
        match = _ADDRESS.fullmatch(text)
        if match is None or int(match["port"]) > _LAST_PORT:
            self.fail(f"{text!r} is not an address; write 8080, or 0.0.0.0:8080 for every network", param, ctx)
        return f"{(match['host'] or '127.0.0.1').strip('[]')}:{match['port']}"


class Since(_Moments):
    """A moment: ``10m`` ago, ``2h`` ago, or ``2026-11-29T10:00:00Z``."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Moment:
        """Return the moment."""
        if isinstance(value, Moment):
            return value
        try:
            return parse_moment(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Line(_Text):
    """A text; in the environment one a line, because it may hold spaces."""

    name = "text"

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        """One a line."""
        return [line for line in rv.split("\n") if line.strip()]


class Name(_Text):
    """A name that is not empty where it was typed: a job whose variable is not set must not act on something else."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name; in the environment, an empty one is none."""
        typed = ctx is not None and param is not None and ctx.get_parameter_source(param.name or "") is _TYPED
        if typed and not str(value).strip():
            self.fail("it is empty; leave the option out, or set the variable that it comes from", param, ctx)
        return str(value)


class Pair(_Names):
    """``NAME=VALUE``; in the environment one a line, because values may hold spaces."""

    name = "pair"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Return name and value."""
        from aci_reconcile.manifest.project.variables import NAME

        if isinstance(value, tuple):
            return cast("tuple[str, str]", value)
        name, equals, text = str(value).partition("=")
        name = name.strip()
        if not equals or not name:
            self.fail(f"{str(value)!r} is not NAME=VALUE", param, ctx)
        if not NAME.fullmatch(name):
            message = f"{name!r} is not a variable name: use letters, digits, `_`, `.` and `-`, first a letter or `_`"
            self.fail(message, param, ctx)
        return name, text

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        """One pair a line; what else Unicode takes for the end of a line is part of a value."""
        # splitlines() would also split at U+2028 and others, which are characters of a value.
        return [line for line in re.split("\r\n|\n|\r", rv) if line.strip()]


class Allowance(_Number):
    """How many replacements are allowed: a number, or ``any``."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number; -1 for any."""
        if isinstance(value, int):
            return value
        text = str(value)
        if text == "any":
            return -1
        if not text.isascii() or not text.isdecimal():
            self.fail(f"{text!r} is not a number of groups", param, ctx)
        return int(text)


class Report(_Names):
    """``FORMAT=FILE``; in the environment one a line."""

    name = "report"

    def __init__(self, formats: Sequence[str]) -> None:
        self._formats = formats

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Return the format and the file."""
        if isinstance(value, tuple):
            return cast("tuple[str, str]", value)
        form, equals, file = str(value).partition("=")
        if not equals or not file:
            self.fail(f"{str(value)!r} is not FORMAT=FILE, such as markdown=plan.md", param, ctx)
        if form not in self._formats:
            self.fail(f"{form!r} is not one of {', '.join(map(repr, self._formats))}", param, ctx)
        return form, file

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        """One report a line."""
        return [line for line in rv.splitlines() if line.strip()]
