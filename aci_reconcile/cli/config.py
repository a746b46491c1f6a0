"""``config show``: the configuration that counts, and where each value comes from."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from click.core import ParameterSource

from aci_reconcile.app.origin import with_id
from aci_reconcile.app.requests import Sources
from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.given import sources_of, target_of
from aci_reconcile.cli.session import started
from aci_reconcile.core.errors import ExitCode, UsageError
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.redaction import veil_variable
from aci_reconcile.core.secret import REDACTED
from aci_reconcile.manifest.project.fingerprint_keys import KEY_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.session import Session
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.manifest.project.effective_settings import Setting

FORMAT_VERSION = "1.0"

_KEYS = {"subscription": "subscription", "resource_group": "resourceGroup"}
"""Options that say what a key of the project file says, too."""

_ORIGIN = "derived from the repository"

_APART = frozenset({"var", "var_file", "paths", *_KEYS})


@dataclass(frozen=True, slots=True)
class Row:
    """A setting: its key or its option, its value, and who says so.

    ``kind`` is ``flag``, ``variable`` (of the environment), ``environment`` (of the project), ``project`` or
    ``default``; ``origin`` says which one.
    """

    name: str
    value: object
    kind: str = "default"
    origin: str = "default"


def _config(ctx: click.Context) -> ExitCode:
    from aci_reconcile.app.manifests import make_request
    from aci_reconcile.manifest import load

    session, given = started(ctx)
    sources = sources_of(given)
    loaded = load(make_request(sources, session, resolve=False))
    if loaded.errors:
        session.console.warn("the project or its manifests have errors; `aci-reconcile validate` shows them")
    rows = {row.name: row for row in _rows(ctx, given, loaded, session)}
    _show(list(rows.values()), session)
    return ExitCode.OK


def _rows(ctx: click.Context, given: Given, loaded: Loaded, session: Session) -> Iterator[Row]:
    """Yield the settings; a later one of the same name wins."""
    file = loaded.project.file
    yield Row("project file", str(file) if file else "", "default", "found in this folder or above" if file else "")
    environment = loaded.project.environment
    settings = [_of_project(each, environment) for each in loaded.settings]
    yield from (each for each in settings if not each.name.startswith("variables."))
    for name, key in _KEYS.items():
        if given.text(name):
            yield _of_option(_option(ctx, name), given.text(name), ctx, given, key)
    if not loaded.project.subscription:
        yield _fallback(given, session)
    if file and not loaded.project.id:
        project = with_id(loaded.project, session.environ)
        yield Row("id", project.id or tuple(sorted(project.known_ids)), "default", _ORIGIN)
    yield from _variables(ctx, given, loaded, session)
    for param in ctx.command.params:
        if isinstance(param, Option) and param.name not in _APART:
            yield _of_option(param, given.values.get(param.name or ""), ctx, given)
    for name in KEY_VARIABLES:
        if session.environ.get(name):
            yield Row(name, REDACTED, "variable", name)


def _of_project(setting: Setting, environment: str) -> Row:
    if setting.where is None:
        return Row(setting.name, setting.value)
    if setting.environment:
        return Row(setting.name, setting.value, "environment", f"environment {environment}, {setting.where}")
    return Row(setting.name, setting.value, "project", str(setting.where))


def _option(ctx: click.Context, name: str) -> Option:
    return next(each for each in ctx.command.params if isinstance(each, Option) and each.name == name)


def _of_option(option: Option, value: object, ctx: click.Context, given: Given, name: str = "") -> Row:
    row = Row(name or option.long, f"{value:g}s" if isinstance(value, float) else value)
    if option.name in given.typed:
        return replace(row, kind="flag", origin=option.long)
    if option.name and ctx.get_parameter_source(option.name) is ParameterSource.ENVIRONMENT:
        return replace(row, kind="variable", origin=str(option.envvar))
    return row


def _fallback(given: Given, session: Session) -> Row:
    """Return the subscription that counts where neither options nor the project name one."""
    from aci_reconcile.app.manifests import find_subscription

    try:
        value = find_subscription(target_of(given), session.environ)
    except UsageError:
        return Row("subscription", "", "default", "not set")
    return Row("subscription", value, "default", "the credentials, or the local server")


def _variables(ctx: click.Context, given: Given, loaded: Loaded, session: Session) -> Iterator[Row]:
    """Yield the variables of the project and of the command line; those that stand in a secret are not shown."""
    from aci_reconcile.app.variables import read_variables

    rows = {each.name: _of_project(each, loaded.project.environment) for each in loaded.settings}
    found = {name: row for name, row in rows.items() if name.startswith("variables.")}
    for option, origin, values in _given_variables(ctx, given):
        said = Sources(variable_files=values) if option == "var_file" else Sources(variables=values)
        for name, value in read_variables(said, session.cwd).items():
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


def _given_variables(ctx: click.Context, given: Given) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """Yield what gives values of variables, each with who says it; a later one wins."""
    for name in ("var_file", "var"):
        option = _option(ctx, name)
        values = given.files(name) if name == "var_file" else given.pairs(name)
        first = given.ambient.get(name, 0) if name in given.typed else len(values)
        yield name, str(option.envvar), values[:first]
        yield name, option.long, values[first:]


def _show(rows: list[Row], session: Session) -> None:
    from aci_reconcile.render.escape import sanitize

    console = session.console
    if console.json:
        console.result(json.dumps({"format_version": FORMAT_VERSION, "settings": list(map(_document, rows))}, indent=2))
        return
    names, values = [sanitize(row.name) for row in rows], [sanitize(_text(row.value)) for row in rows]
    wide, deep = max(map(len, names)), min(max(map(len, values)), 40)
    for name, value, row in zip(names, values, rows, strict=True):
        origin = console.style.paint(console.style.dim, sanitize(row.origin))
        console.result(f"{name:<{wide}}  {value:<{deep}}  {origin}".rstrip())


def _document(row: Row) -> Mapping[str, object]:
    value = _plain(row.value)
    return {"name": row.name, "value": value, "origin": {"kind": row.kind, "text": row.origin}}


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(each) for each in cast("tuple[object, ...]", value)]
    return str(value) if isinstance(value, Path) else value


def _text(value: object) -> str:
    if value in (None, "", ()):
        return "-"
    plain = _plain(value)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


CONFIG = Command(
    "config",
    _config,
    [
        click.Argument(["action"], type=click.Choice(["show"]), metavar="show"),
        *options.common(),
        *options.refresh(),
        *options.waiting(),
    ],
    help="Show the effective configuration and where each value comes from. Secrets are redacted.",
    examples=("aci-reconcile config show", "aci-reconcile config show -e prod --format json"),
)
