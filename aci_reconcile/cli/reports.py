"""The reports of a run: its result on stdout, and in the files that ``--report`` names."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from aci_reconcile.app.files import check_target, write_whole
from aci_reconcile.app.origin import find_commit
from aci_reconcile.cli.console import PIPED
from aci_reconcile.cli.options import PLAIN as PLAIN_FORMATS
from aci_reconcile.core.errors import AciReconcileError, InvalidManifestsError, UsageError
from aci_reconcile.render.escape import dump, sanitize
from aci_reconcile.render.formats.result import RunEnd, RunOrigin, add_result
from aci_reconcile.render.json.diagnostics import render_diagnostics_json
from aci_reconcile.render.text.diagnostics import render_diagnostics_text
from aci_reconcile.render.text.style import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.session import Session
    from aci_reconcile.cli.shard_options import ShardOptions
    from aci_reconcile.core.errors import ExitCode
    from aci_reconcile.core.shards import ShardNumber
    from aci_reconcile.render.formats.checkout import Checkout
    from aci_reconcile.render.page.page import Link, Page

_LARGEST_EVENT = 16 * 1024 * 1024

Render: TypeAlias = "Callable[[Console], str]"
"""Renders the result for a console: in its format, its colours and its width."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ends, for ``merge``: its page, and its exit code."""

    page: Callable[[], Page]
    code: ExitCode
    failed: bool = False
    """Whether an error ended it, before it could say how its groups are or after."""
    checked: Callable[[], Mapping[str, Any] | None] | None = None
    """Of ``drift``: what was seen."""


class Reports:
    """The reports of one run. It holds what is known so far, for the report of a run that fails."""

    def __init__(self, kind: str, session: Session, files: tuple[tuple[str, Path], ...], environment: str) -> None:
        self._kind = kind
        self._console = session.console
        self._files = files
        self._published: tuple[Render, Ending | None] | None = None
        self._clock = session.clock
        self._origin: RunOrigin | None = None
        self._ends = session.ends
        self.checkout = find_checkout(session.cwd)
        self._environ = session.environ
        self._environment = environment
        self.pages = True
        """Whether stdout takes pages; in a command whose formats are others, only files do."""
        self.known: Callable[[], Page] | None = None
        self.begun: Render | None = None

    def name_run(self, commit: str, shard: ShardNumber | None) -> None:
        """Note which run it is: from here on ``merge`` can take its result, also if it fails."""
        self._origin = RunOrigin(self._kind, shard, commit)

    def publish(self, render: Render, *, streamed: bool = False, ending: Ending | None = None) -> None:
        """Write the result to stdout and to every file.

        Args:
            render: renders it.
            streamed: stdout has it, unless it takes a whole page.
            ending: how the run ends, where ``merge`` takes its result.

        Raises:
            UsageError: a file cannot be written; the others are.
        """
        self._published = render, ending
        self._keep(ending)
        if not streamed or (self.pages and self._console.format not in PLAIN_FORMATS):
            self._console.result(render(self._console))
        problems = [problem for form, file in self._files if (problem := self._write(form, file, render, ending))]
        if problems:
            raise UsageError("\n  ".join(problems))

    def fail(self, error: AciReconcileError) -> None:
        """Report an error in place of the result. Text and JSON on stdout are the caller's."""
        if self._published is not None:
            self._correct(*self._published, error)
            return
        ending = Ending(lambda: self._make_failure_page(error), error.exit_code, failed=True)
        try:
            self.publish(lambda console: self._render_failure(error, console), streamed=True, ending=ending)
        except UsageError as problem:
            self._console.error(problem.message)

    def close(self) -> None:
        """Let go of what was reported: what renders it holds these reports, and with them all groups of the run."""
        self._published = self.known = self.begun = None

    def page(self, page: Page, console: Console) -> str:
        """Return a page in the format of the console. If no project is known, its subject is the environment."""
        complete = replace(page, subject=page.subject or self._environment, links=_find_links(self._environ))
        return render_page(complete, console.format, self.checkout)

    def _correct(self, render: Render, ending: Ending | None, error: AciReconcileError) -> None:
        """Write again how the run ends: after its report, something else failed."""
        if ending is None or self._origin is None:
            return
        from aci_reconcile.render.page.validation import add_failure

        now = Ending(lambda: add_failure(ending.page(), error), error.exit_code, failed=True)
        self._keep(now)
        for form, file in self._files:
            if form == "json":
                self._write(form, file, render, now)

    def _keep(self, ending: Ending | None) -> None:
        """Keep how the run ends for a command that makes several."""
        if self._ends is not None and self._origin is not None and ending is not None:
            self._ends.append((self._origin, self._make_end(ending)))

    def _make_end(self, ending: Ending) -> RunEnd:
        checked = ending.checked() if ending.checked is not None else None
        return RunEnd(ending.code, ending.page(), ending.failed, self._clock.now(), checked)

    def _make_failure_page(self, error: AciReconcileError) -> Page:
        from aci_reconcile.render.page.validation import make_failure_page

        return make_failure_page(self._kind, error, self.known() if self.known else None)

    def _render_failure(self, error: AciReconcileError, console: Console) -> str:
        from aci_reconcile.render.json.apply import emit_error

        if console.format not in PLAIN_FORMATS:
            return self.page(self._make_failure_page(error), console)
        if isinstance(error, InvalidManifestsError):
            return (
                render_diagnostics_json(error.diagnostics)
                if console.json
                else render_diagnostics_text(error.diagnostics, PLAIN)
            )
        begun = self.begun(console) if self.begun else ""
        if console.json:
            text = dump({"type": "error", "error": emit_error(error)}, indent=None)
        else:
            lines = (f"Error: {error.message}", error.hint)
            text = "\n  ".join(sanitize(line, keep="\n") for line in lines if line)
        return "\n".join(part for part in (begun, text) if part)

    def _write(self, form: str, file: Path, render: Render, ending: Ending | None) -> str:
        """Write one file; return what went wrong, or an empty text."""
        console = replace(self._console, style=PLAIN, width=PIPED, format=form, json=form == "json")
        text = render(console)
        if form == "json" and ending is not None and self._origin is not None:
            text = add_result(text, self._origin, self._make_end(ending))
        try:
            # A report quotes what Azure says, and a runner may be shared: only its owner may read it.
            write_whole(file, f"{text}\n", private=True)
        except OSError as error:
            return f"--report {form}={file}: {error.strerror or 'cannot be written'}"
        return ""


@contextmanager
def open_reports(
    kind: str,
    session: Session,
    wanted: tuple[tuple[str, str], ...],
    *,
    environment: str = "",
    taken: tuple[Path | None, ...] = (),
    shard: ShardOptions | None = None,
) -> Generator[Reports]:
    """Report on a command, even if it fails.

    Args:
        kind: what is reported on: ``plan``, ``apply``, ``drift`` or ``validate``.
        session: the run.
        wanted: formats and files of ``--report``.
        environment: the environment that is chosen, for errors that come before the project is known.
        taken: files of other options, which must not be written over.
        shard: which of several runs it is, of a command whose results ``merge`` takes.

    Raises:
        UsageError: a report cannot be written where it is wanted.
    """
    reports = Reports(kind, session, tuple(_check_files(wanted, taken)), environment)
    if shard is not None:
        reports.name_run(find_commit(session.cwd), shard.find_number(session.environ))
    try:
        yield reports
    except AciReconcileError as error:
        reports.fail(error)
        raise
    finally:
        reports.close()


def render_page(page: Page, form: str, checkout: Checkout) -> str:
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


def _find_links(environ: Mapping[str, str]) -> tuple[Link, ...]:
    """Return the pages of the run and of the commit, if the job of a pipeline names them."""
    from aci_reconcile.git_hosts import find_origin
    from aci_reconcile.render.page.page import Link

    found = find_origin(environ, _read_event(environ.get("GITHUB_EVENT_PATH", "")))
    links = Link("commit", found.commit[:12], found.commit_page), Link("run", "the job", found.run)
    return tuple(each for each in links if each.url)


def _read_event(name: str) -> str:
    """Return the event that began a workflow on GitHub; empty if it cannot be read."""
    try:
        with Path(name).open("rb") as stream:
            return stream.read(_LARGEST_EVENT).decode("utf-8", "replace")
    except OSError:
        return ""


def find_checkout(cwd: Path) -> Checkout:
    """Return the repository that the current folder is in; the folder itself if it is in none."""
    from aci_reconcile.render.formats.checkout import Checkout

    top = next((each for each in (cwd, *cwd.parents) if (each / ".git").exists()), cwd)
    return Checkout(top.as_posix(), cwd.as_posix())


def _check_files(wanted: tuple[tuple[str, str], ...], in_use: tuple[Path | None, ...]) -> Generator[tuple[str, Path]]:
    """Yield the files to write, before anything else is done.

    Raises:
        UsageError: one of them cannot be written.
    """
    taken = {each.resolve() for each in in_use if each is not None}
    for form, name in wanted:
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
