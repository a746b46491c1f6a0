"""The reports of a run: its result in the format that is wanted on stdout, and in files of other formats besides."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.app.files import check_target, write_whole
from aci_reconcile.cli.console import PIPED
from aci_reconcile.cli.options import PLAIN as PLAIN_FORMATS
from aci_reconcile.core.errors import AciReconcileError, InvalidManifestsError, UsageError
from aci_reconcile.render.escape import dump, sanitize
from aci_reconcile.render.json.diagnostics import render_diagnostics_json
from aci_reconcile.render.text.diagnostics import render_diagnostics_text
from aci_reconcile.render.text.style import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.session import Session
    from aci_reconcile.render.formats.checkout import Checkout
    from aci_reconcile.render.page.page import Link, Page

_OTHERS = ("out", "plan", "history", "metrics", "accept")
"""The options that name a file of another use."""
_MOST_OF_AN_EVENT = 16 * 1024 * 1024

Render: TypeAlias = "Callable[[Console], str]"
"""Says the result as a console wants it: in its format, its colours and its width."""


class Reports:
    """The reports of one run. It remembers what is known so far, so that a run that fails can tell of it, too."""

    def __init__(self, kind: str, given: Given, session: Session) -> None:
        self._kind = kind
        self._console = session.console
        self._files = tuple(_files(given))
        self._told = False
        self.checkout = checkout_of(session.cwd)
        self._environ = session.environ
        self._environment = given.text("environment")
        self.known: Callable[[], Page] | None = None
        self.begun: Render | None = None

    def tell(self, render: Render, *, streamed: bool = False) -> None:
        """Say the result: on stdout, and in every file. ``streamed``: stdout has it, unless it takes a whole page.

        Raises:
            UsageError: a file can't be written; the others are.
        """
        self._told = True
        if not streamed or self._console.format not in PLAIN_FORMATS:
            self._console.result(render(self._console))
        problems = [problem for form, file in self._files if (problem := self._write(form, file, render))]
        if problems:
            raise UsageError("\n  ".join(problems))

    def fail(self, error: AciReconcileError) -> None:
        """Say that there is no result, wherever one was to be; text and JSON on stdout are the caller's."""
        if self._told:
            return
        try:
            self.tell(lambda console: self._failed(error, console), streamed=True)
        except UsageError as problem:
            self._console.error(problem.message)

    def page(self, page: Page, console: Console) -> str:
        """Return a page in the console's format; where nothing is known of the project, with the environment's name."""
        told = replace(page, subject=page.subject or self._environment, links=_links(self._environ))
        return paged(told, console.format, self.checkout)

    def _failed(self, error: AciReconcileError, console: Console) -> str:
        from aci_reconcile.render.json.apply import emit_error
        from aci_reconcile.render.page.validation import make_failure_page

        if console.format not in PLAIN_FORMATS:
            return self.page(make_failure_page(self._kind, error, self.known() if self.known else None), console)
        if isinstance(error, InvalidManifestsError):
            return (
                render_diagnostics_json(error.diagnostics)
                if console.json
                else render_diagnostics_text(error.diagnostics, PLAIN)
            )
        begun = self.begun(console) if self.begun else ""
        if console.json:
            told = dump({"type": "error", "error": emit_error(error)}, indent=None)
        else:
            lines = (f"Error: {error.message}", error.hint)
            told = "\n  ".join(sanitize(line, keep="\n") for line in lines if line)
        return "\n".join(text for text in (begun, told) if text)

    def _write(self, form: str, file: Path, render: Render) -> str:
        """Write one file; return what went wrong, if anything did."""
        told = replace(self._console, style=PLAIN, width=PIPED, format=form, json=form == "json")
        try:
            write_whole(file, f"{render(told)}\n", private=True)
        except OSError as error:
            return f"--report {form}={file}: {error.strerror or 'cannot be written'}"
        return ""


@contextmanager
def reporting(kind: str, given: Given, session: Session) -> Generator[Reports]:
    """Report on a command, also where it fails.

    Raises:
        UsageError: a report can't be written where it is to be.
    """
    reports = Reports(kind, given, session)
    try:
        yield reports
    except AciReconcileError as error:
        reports.fail(error)
        raise


def paged(page: Page, form: str, checkout: Checkout) -> str:
    """Return a page in one of the formats of pages."""
    if form == "markdown":
        from aci_reconcile.render.formats.markdown import render_markdown

        run = next((each.url for each in page.links if each.name == "run"), "")
        return render_markdown(page, link=f"See [the run]({run}) for the rest." if run else "")
    if form == "html":
        from aci_reconcile.render.formats.html import render_html
        from aci_reconcile.version import VERSION

        return render_html(page, tool_version=VERSION)
    if form == "junit":
        from aci_reconcile.render.formats.junit import render_junit

        return render_junit(page)
    from aci_reconcile.render.formats.github import render_github

    return render_github(page, checkout)


def _links(environ: Mapping[str, str]) -> tuple[Link, ...]:
    """Return the pages of the run and of the commit, where the job of a pipeline says which."""
    from aci_reconcile.git_hosts import find_origin
    from aci_reconcile.render.page.page import Link

    found = find_origin(environ, _event(environ.get("GITHUB_EVENT_PATH", "")))
    links = Link("commit", found.commit[:12], found.commit_page), Link("run", "the job", found.run)
    return tuple(each for each in links if each.url)


def _event(name: str) -> str:
    """Return the event that began a workflow on GitHub; empty where it cannot be read."""
    try:
        with Path(name).open("rb") as stream:
            return stream.read(_MOST_OF_AN_EVENT).decode("utf-8", "replace")
    except OSError:
        return ""


def checkout_of(cwd: Path) -> Checkout:
    """Return the repository that the current folder is in; the folder itself where it is in none."""
    from aci_reconcile.render.formats.checkout import Checkout

    top = next((each for each in (cwd, *cwd.parents) if (each / ".git").exists()), cwd)
    return Checkout(top.as_posix(), cwd.as_posix())


def _files(given: Given) -> Generator[tuple[str, Path]]:
    """Yield the files that are to be written, before anything is done.

    Raises:
        UsageError: one of them can't be.
    """
    taken = {each.resolve() for name in _OTHERS if isinstance(each := given.values.get(name), Path)}
    for form, name in given.pairs("report"):
        file = Path(name)
        if file.resolve() in taken:
            raise UsageError(f"--report {form}={name}: another option uses this file", hint="use another file")
        if not file.parent.is_dir():
            raise UsageError(f"--report {form}={name}: there is no folder {file.parent}", hint="create it first")
        check_target(f"--report {form}={name}", file)
        from aci_reconcile.app.own_files import check_own

        check_own(f"--report {form}={name}", file, form)
        taken.add(file.resolve())
        yield form, file
