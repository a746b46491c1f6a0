"""What was given, typed: one frozen value per concern, read from click once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from click.core import ParameterSource

from aci_reconcile.app.requests import Sources, Target
from aci_reconcile.cli.command import Option
from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click

    from aci_reconcile.app.allow import Allow
    from aci_reconcile.app.saved_inputs import Inputs
    from aci_reconcile.azure.endpoint import CloudName


@dataclass(frozen=True, slots=True)
class Given:
    """The values of a command's options; ``typed``: the names of those that stand on the command line.

    An option on the command line wins over the environment, after the command over before it; those that may be
    repeated add up. Values of variables add up with those of the environment, too: they come first, and a later one
    wins.
    """

    values: Mapping[str, object]
    typed: frozenset[str]
    ambient: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many values of an option that stands on the command line come from the environment: the first ones."""

    @classmethod
    def of(cls, ctx: click.Context) -> Given:
        """Read the command's context and, for global options, that of the command before it."""
        values = dict(ctx.params)
        typed = _typed(ctx)
        before = _typed(ctx.parent) & set(values) if ctx.parent else frozenset[str]()
        for name in before:
            earlier = ctx.parent.params[name] if ctx.parent else None
            if name not in typed:
                values[name] = earlier
            elif isinstance(earlier, tuple):
                values[name] = (*cast("tuple[object, ...]", earlier), *values[name])
        typed |= before
        ambient = {name: found for name, found in _ambient(ctx).items() if name in typed}
        for name, found in ambient.items():
            values[name] = (*found, *values[name])
        return cls(values, typed, {name: len(found) for name, found in ambient.items()})

    def text(self, name: str) -> str:
        """Return a text; empty where it was not given."""
        value = self._value(name)
        return value if isinstance(value, str) else ""

    def flag(self, name: str) -> bool:
        """Return whether a flag was given."""
        return self._value(name) is True

    def choice(self, name: str) -> bool | None:
        """Return a flag that has a negative, None where neither was given."""
        value = self._value(name)
        return value if isinstance(value, bool) else None

    def number(self, name: str, default: int = 0) -> int:
        """Return a whole number."""
        value = self._value(name)
        return value if isinstance(value, int) else default

    def seconds(self, name: str) -> float:
        """Return a length of time."""
        value = self._value(name)
        return float(value) if isinstance(value, (int, float)) else 0.0

    def limit(self, name: str) -> int | None:
        """Return a number, None where it was not given."""
        value = self._value(name)
        return value if isinstance(value, int) else None

    def path(self, name: str) -> Path | None:
        """Return a path, None where it was not given."""
        value = self._value(name)
        return value if isinstance(value, Path) else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return what may be repeated."""
        return cast("tuple[str, ...]", self._value(name) or ())

    def files(self, name: str) -> tuple[Path, ...]:
        """Return paths that may be repeated."""
        return cast("tuple[Path, ...]", self._value(name) or ())

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return names and values that may be repeated."""
        return cast("tuple[tuple[str, str], ...]", self._value(name) or ())

    def _value(self, name: str) -> object:
        """Return what was given.

        Raises:
            LookupError: neither this command nor those that share options have one of this name.
        """
        if name not in self.values:
            from aci_reconcile.cli import options

            if name not in options.names():
                raise LookupError(f"there is no option {name}")
        return self.values.get(name)


def sources_of(given: Given) -> Sources:
    """Read the options of ``options.sources()`` and ``options.azure()``."""
    return Sources(
        paths=given.files("paths"),
        project=given.path("project"),
        environment=given.text("environment"),
        variables=given.pairs("var"),
        variable_files=given.files("var_file"),
        only=given.texts("only"),
        subscription=given.text("subscription"),
        resource_group=given.text("resource_group"),
        changed_since=given.text("changed_since"),
    )


def target_of(given: Given) -> Target:
    """Read the options of ``options.azure()``; what stands on the command line drops what the environment says.

    Raises:
        UsageError: ``--local`` together with another place.
    """
    others = ("arm_endpoint", "cloud")
    local, endpoint, cloud = given.flag("local"), given.text("arm_endpoint"), given.text("cloud")
    typed_others = any(name in given.typed for name in others)
    if local and typed_others and "local" not in given.typed:
        local = False
    if local and typed_others:
        raise UsageError("--local is the embedded emulator and cannot be combined with --arm-endpoint or --cloud")
    if local or ("cloud" in given.typed and "arm_endpoint" not in given.typed):
        endpoint = ""
    return Target(
        local,
        endpoint,
        None if local else cast("CloudName | None", cloud or None),
        given.number("concurrency", 32),
        given.seconds("timeout"),
    )


@dataclass(frozen=True, slots=True)
class Output:
    """How results and progress look."""

    color: str = "auto"
    format: str = "text"
    quiet: bool = False
    verbose: bool = False
    log_format: str = "text"

    @classmethod
    def of(cls, given: Given) -> Output:
        """Read the options of ``options.output()``.

        Raises:
            UsageError: quiet and verbose at once.
        """
        quiet, verbose = given.flag("quiet"), given.flag("verbose")
        if quiet and verbose:
            raise UsageError("--quiet and --verbose cannot be combined")
        return cls(
            given.text("color") or "auto", given.text("format") or "text", quiet, verbose, given.text("log_format")
        )


def allowed(given: Given) -> Allow:
    """Read the options of ``options.brakes()``."""
    from aci_reconcile.app.allow import Allow

    return Allow(
        prune=given.choice("prune"),
        max_deletes=given.limit("max_deletes"),
        max_restarts=given.limit("max_restarts"),
        adopt=given.flag("adopt"),
        take_over=given.texts("take_over"),
        replace=given.limit("allow_replace"),
        touch_secrets=given.flag("touch_secrets"),
        trust_secrets=given.flag("trust_secrets"),
        redeploy=given.texts("redeploy"),
        override_freeze=overridden(given),
        restore=given.flag("restore_on_failure"),
    )


def inputs_of(given: Given) -> Inputs:
    """Read the options that decide what is planned."""
    from aci_reconcile.app.saved_inputs import Inputs

    return Inputs(sources_of(given), allowed(given), given.typed)


def place_words(given: Given, names: tuple[str, ...] = ("arm_endpoint", "cloud")) -> tuple[str, ...]:
    """Return the options of the command line that another command must repeat to work in the same place."""
    return tuple(
        word for name in names if name in given.typed for word in (f"--{name.replace('_', '-')}", given.text(name))
    )


def overridden(given: Given) -> str | None:
    """Read the option of ``options.override()``; None where it was not given."""
    return given.text("override_freeze") if "override_freeze" in given.typed else None


def _ambient(ctx: click.Context) -> dict[str, tuple[object, ...]]:
    """Return what the environment says of the options to which the command line adds."""
    adding = (each for each in ctx.command.params if isinstance(each, Option) and each.adds)
    return {str(each.name): each.ambient(ctx) for each in adding}


def _typed(ctx: click.Context) -> frozenset[str]:
    """Return the names of what was typed; click 8.1 says so of an argument for any number of words without one, too."""
    source = ctx.get_parameter_source
    return frozenset(
        name for name, value in ctx.params.items() if source(name) is ParameterSource.COMMANDLINE and value != ()
    )
