"""``config show``: the configuration that is in effect, and where each value comes from."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import click

from aci_reconcile.app.origin import with_id
from aci_reconcile.app.requests import Sources
from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import CommandLine, Option, command_line, declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.cli.safety_options import WaitOptions
from aci_reconcile.core.errors import ExitCode, UsageError
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.redaction import veil_variable
from aci_reconcile.core.secret import REDACTED
from aci_reconcile.manifest.project.fingerprint_keys import KEY_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.cli.session import Session
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.manifest.project.effective_settings import Setting

T = TypeVar("T")

FORMAT_VERSION = "1.0"

_ORIGIN = "derived from the repository"

_APART = frozenset({"var", "var_file", "paths", "subscription", "resource_group"})
"""Options that are shown by the name of a setting of the project file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigOptions:
    """The options of ``config``."""

    action: str = declare(click.Argument(["action"], type=click.Choice(["show"]), metavar="show"))
    sources: SourceOptions = include(SourceOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions)
    refresh: str = declare(options.REFRESH)
    waiting: WaitOptions = include(WaitOptions)
    line: CommandLine = command_line()


@dataclass(frozen=True, slots=True)
class Row:
    """A setting: its key or its option, its value, and its origin.

    ``kind`` is ``flag``, ``variable`` (of the environment), ``environment`` (of the project), ``project`` or
    ``default``; ``origin`` names it.
    """

    name: str
    value: object
    kind: str = "default"
    origin: str = "default"


def show_config(session: Session, asked: ConfigOptions) -> ExitCode:
    """Show the settings, even if the manifests have errors."""
    from aci_reconcile.app.manifests import make_request
    from aci_reconcile.manifest import load

    loaded = load(make_request(asked.sources.make_sources(asked.azure.place), session, resolve=False))
    if loaded.errors:
        session.console.warn("the project or its manifests have errors; `aci-reconcile validate` shows them")
    rows = {row.name: row for row in _list_rows(asked, loaded, session)}
    _show(list(rows.values()), session)
    return ExitCode.OK


def _list_rows(asked: ConfigOptions, loaded: Loaded, session: Session) -> Iterator[Row]:
    """Yield the settings; a later one of the same name wins."""
    file = loaded.project.file
    yield Row("project file", str(file) if file else "", "default", "found in this folder or above" if file else "")
    environment = loaded.project.environment
    settings = [_make_project_row(each, environment) for each in loaded.settings]
    yield from (each for each in settings if not each.name.startswith("variables."))
    place = asked.azure.place
    for name, key, value in (
        ("subscription", "subscription", place.subscription),
        ("resource_group", "resourceGroup", place.resource_group),
    ):
        if value:
            yield _make_option_row(_find_option(asked, name), asked.line, key)
    if not loaded.project.subscription:
        yield _make_subscription_row(asked, session)
    if file and not loaded.project.id:
        project = with_id(loaded.project, session.environ)
        yield Row("id", project.id or tuple(sorted(project.known_ids)), "default", _ORIGIN)
    yield from _list_variables(asked, loaded, session)
    for param in asked.line.params:
        if isinstance(param, Option) and param.name not in _APART:
            yield _make_option_row(param, asked.line)
    for name in KEY_VARIABLES:
        if session.environ.get(name):
            yield Row(name, REDACTED, "variable", name)


def _make_project_row(setting: Setting, environment: str) -> Row:
    if setting.where is None:
        return Row(setting.name, setting.value)
    if setting.environment:
        return Row(setting.name, setting.value, "environment", f"environment {environment}, {setting.where}")
    return Row(setting.name, setting.value, "project", str(setting.where))


def _find_option(asked: ConfigOptions, name: str) -> Option:
    return next(each for each in asked.line.params if isinstance(each, Option) and each.name == name)


def _make_option_row(option: Option, line: CommandLine, name: str = "") -> Row:
    key = str(option.name)
    value = line.values[key]
    row = Row(name or option.long, f"{value:g}s" if isinstance(value, float) else value)
    if line.has(key):
        return replace(row, kind="flag", origin=option.long)
    if key in line.from_environment:
        return replace(row, kind="variable", origin=str(option.envvar))
    return row


def _make_subscription_row(asked: ConfigOptions, session: Session) -> Row:
    """Return the subscription that is used if neither an option nor the project names one."""
    from aci_reconcile.app.subscription import choose_subscription

    try:
        chosen = choose_subscription(asked.azure.target, session.environ)
    except UsageError:
        return Row("subscription", "", "default", "not set")
    if isinstance(chosen, str):
        return Row("subscription", chosen, "default", "the credentials, or the local server")
    return Row("subscription", chosen.subscription, "default", "az's default account")


def _list_variables(asked: ConfigOptions, loaded: Loaded, session: Session) -> Iterator[Row]:
    """Yield the variables of the project and of the options, without values that are used in secrets."""
    from aci_reconcile.app.manifests import read_variables

    rows = {each.name: _make_project_row(each, loaded.project.environment) for each in loaded.settings}
    found = {name: row for name, row in rows.items() if name.startswith("variables.")}
    for origin, sources in _list_variable_options(asked):
        for name, value in read_variables(sources, session.cwd).items():
            kind = "flag" if origin.startswith("--") else "variable"
            found[f"variables.{name}"] = Row(f"variables.{name}", value, kind, origin)
    secrets = [secret for each in loaded.resources for secret in secrets_of(each.body).values()]
    for row in found.values():
        hidden = isinstance(row.value, str) and any(secret.holds(row.value) for secret in secrets)
        if hidden:
            yield replace(row, value=REDACTED)
        elif isinstance(row.value, str):
            yield replace(row, value=veil_variable(row.name.removeprefix("variables."), row.value))
        else:
            yield row


def _list_variable_options(asked: ConfigOptions) -> Iterator[tuple[str, Sources]]:
    """Yield what sets variables, with its origin; a later one wins."""
    option, (ambient, typed) = _find_option(asked, "var_file"), _split(asked.line, "var_file", asked.sources.var_file)
    yield str(option.envvar), Sources(variable_files=ambient)
    yield option.long, Sources(variable_files=typed)
    option, (before, after) = _find_option(asked, "var"), _split(asked.line, "var", asked.sources.var)
    yield str(option.envvar), Sources(variables=before)
    yield option.long, Sources(variables=after)


def _split(line: CommandLine, name: str, values: tuple[T, ...]) -> tuple[tuple[T, ...], tuple[T, ...]]:
    """Return the values that come from the environment, and those on the command line."""
    first = line.ambient.get(name, 0) if line.has(name) else len(values)
    return values[:first], values[first:]


def _show(rows: list[Row], session: Session) -> None:
    from aci_reconcile.render.escape import sanitize

    console = session.console
    if console.json:
        console.result(
            json.dumps({"format_version": FORMAT_VERSION, "settings": list(map(_row_to_json, rows))}, indent=2)
        )
        return
    names, values = [sanitize(row.name) for row in rows], [sanitize(_render_value(row.value)) for row in rows]
    wide, deep = max(map(len, names)), min(max(map(len, values)), 40)
    for name, value, row in zip(names, values, rows, strict=True):
        origin = console.style.paint(console.style.dim, sanitize(row.origin))
        console.result(f"{name:<{wide}}  {value:<{deep}}  {origin}".rstrip())


def _row_to_json(row: Row) -> Mapping[str, object]:
    value = _to_plain(row.value)
    return {"name": row.name, "value": value, "origin": {"kind": row.kind, "text": row.origin}}


def _to_plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_to_plain(each) for each in cast("tuple[object, ...]", value)]
    return str(value) if isinstance(value, Path) else value


def _render_value(value: object) -> str:
    if value in (None, "", ()):
        return "-"
    plain = _to_plain(value)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


CONFIG = Command(
    "config",
    show_config,
    ConfigOptions,
    help="Show the effective configuration and where each value comes from. Secrets are redacted.",
    examples=("aci-reconcile config show", "aci-reconcile config show -e prod --format json"),
)
