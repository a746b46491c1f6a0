"""Converting what other tools deploy into manifests. Nothing is asked of Azure, and nothing is written there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.import_groups import ImportRequest, load_surroundings
from aci_reconcile.app.manifests import read_variables
from aci_reconcile.app.new_project import find_home, make_default_name, make_project
from aci_reconcile.core.errors import AciReconcileError, Severity, UsageError, Where
from aci_reconcile.core.model import Resource, ResourceId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from aci_reconcile.app.new_project import NewProject
    from aci_reconcile.app.requests import Sources
    from aci_reconcile.app.run import Run
    from aci_reconcile.convert.conversion import Conversion, ConvertedGroup, Variable
    from aci_reconcile.convert.sources import SourceText
    from aci_reconcile.convert.writing import Written
    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.manifest import Loaded

MOST: Final = 256 * 1024 * 1024
"""Bytes of a source. A Terraform state may be large; everything else has limits of its own."""
_MOST_NAMED: Final = 1024 * 1024
"""Bytes of a file that a source names, such as an ``env_file``."""
_LONGEST: Final = 60
"""Seconds that `docker compose config` may take."""
STDIN: Final = "-"
_NO_VALUE: Final = frozenset({"ACI178", "ACI150"})
"""A variable that a person must set: said already in the list of what to fill."""


@dataclass(frozen=True, slots=True)
class ConvertRequest:
    """What to convert, and where to write it."""

    files: tuple[Path, ...]
    sources: Sources
    wanted: str = "auto"
    out: Path | None = None
    """The folder of the manifests; None to write no files."""
    force: bool = False
    """Whether manifests that exist may be overwritten."""
    localhost: bool = False
    group_per_service: bool = False
    compose_config: bool = False
    """Whether `docker compose config` reads the files."""
    read_input: Callable[[], str] = lambda: ""
    """Reads standard input, which the name ``-`` stands for."""

    def with_home(self, cwd: Path) -> ConvertRequest:
        """Return the request with the project that the folder belongs to, if the current folder belongs to none."""
        if self.out is None or self.sources.project is not None:
            return self
        return replace(self, sources=replace(self.sources, project=find_home(cwd, self.out).known))


@dataclass(frozen=True, slots=True)
class Converted:
    """What a conversion wrote."""

    conversion: Conversion
    written: Written
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """The path of each manifest, by the group's name or address; empty if no files were written."""
    project: NewProject | None = None
    """The project that was created; None if there is one, or if no files were written."""
    missing: tuple[Variable, ...] = ()
    """Variables that the existing project file does not declare."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """Errors of the project with its new manifests."""

    @property
    def complete(self) -> bool:
        """Whether the manifests say all that the sources say."""
        return not self.conversion.lost


def convert_sources(request: ConvertRequest, run: Run) -> Converted:
    """Convert files, and write manifests and, if there is none, a project file.

    Raises:
        UsageError: a file exists, or the options contradict each other.
        AciReconcileError: a source cannot be read, is of no known kind, or a file cannot be written.
    """
    from aci_reconcile.convert.arm.evaluation import Place
    from aci_reconcile.convert.compose.project import ComposeOptions
    from aci_reconcile.convert.sources import Options, convert
    from aci_reconcile.convert.writing import write_manifests
    from aci_reconcile.manifest.export.manifests import SharedSettings

    loaded = load_surroundings(ImportRequest(request.sources), run)
    project = loaded.project
    group = request.sources.resource_group or project.resource_group
    options = Options(
        wanted=request.wanted,
        place=Place(project.subscription, group, project.location),
        values=read_variables(request.sources, run.cwd),
        compose=ComposeOptions(
            request.localhost, request.group_per_service, _name_folder(request, run.cwd), _make_reader(run.cwd)
        ),
    )
    texts = [_read_composed(request, run)] if request.compose_config else _read_all(request, run.cwd)
    conversion = convert(texts, options)
    shared = SharedSettings(project.resource_group, project.location, loaded.default_paths)
    if request.out is None or not conversion.groups:
        return Converted(conversion, write_manifests(conversion, shared))
    new = _make_project(conversion, loaded, request, run.cwd, request.out)
    written = write_manifests(conversion, SharedSettings(new.resource_group, new.location) if new else shared)
    if new:
        new = replace(new, variables={each.name: each.declare() for each in written.variables})
    known = _list_declared(loaded)
    missing = () if new else tuple(each for each in written.variables if each.name not in known)
    files = _write_files(written, new, request, run.cwd, request.out)
    return _check(Converted(conversion, written, files, new, missing), request, run)


def _name_folder(request: ConvertRequest, cwd: Path) -> str:
    """Return the name of the folder that the first source is in, as Compose names a project."""
    first = request.files[0] if request.files else cwd
    folder = cwd if str(first) == STDIN else (cwd / first).resolve().parent
    return make_default_name(folder)


def _read_all(request: ConvertRequest, cwd: Path) -> list[SourceText]:
    """Return the texts of all sources. Raises AciReconcileError."""
    if sum(str(each) == STDIN for each in request.files) > 1:
        raise UsageError("standard input can be read once only")
    return [_read(each, request, cwd) for each in request.files]


def _read_composed(request: ConvertRequest, run: Run) -> SourceText:
    """Return what ``docker compose config`` makes of the files.

    Raises:
        UsageError: there is no such program, or it does not accept the files.
    """
    import shutil
    import subprocess

    from aci_reconcile.convert.sources import SourceText

    program = shutil.which("docker", path=run.environ.get("PATH"))
    if program is None:
        raise UsageError("--compose-config: there is no `docker` on this machine", hint="leave the option out")
    files = [word for each in request.files for word in ("--file", str(each))]
    command = [program, "compose", *files, "config"]
    ran = subprocess.run(  # noqa: S603  the words are options of docker, and files that the caller named
        command, cwd=run.cwd, env=dict(run.environ), capture_output=True, check=False, timeout=_LONGEST
    )
    if ran.returncode:
        lines = ran.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(f"docker compose config: {lines[-1] if lines else 'failed'}", hint="mend the files first")
    return SourceText("docker-compose-config.yaml", ran.stdout.decode(errors="replace"))


def _read(file: Path, request: ConvertRequest, cwd: Path) -> SourceText:
    """Return the text of a source. Raises AciReconcileError."""
    from aci_reconcile.convert.sources import SourceText

    if str(file) == STDIN:
        return SourceText(STDIN, request.read_input())
    try:
        with (cwd / file).open("rb") as stream:
            data = stream.read(MOST + 1)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or 'cannot be read'}") from error
    if len(data) > MOST:
        raise UsageError(f"{file}: larger than {MOST // 1024**2} MiB")
    return SourceText(file.as_posix(), _decode(data, str(file)))


def _decode(data: bytes, name: str) -> str:
    """Return UTF-8 text; PowerShell's ``>`` writes UTF-16, with a mark. Raises AciReconcileError."""
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        hint = "a plan of Terraform is an archive: convert the output of `terraform show -json FILE`"
        raise AciReconcileError(f"{name}: not a text", hint=hint if data[:2] == b"PK" else "") from error


def _make_reader(cwd: Path) -> Callable[[str, Where], str | None]:
    """Return what reads the files that a source names, relative to the source."""

    def read(name: str, where: Where) -> str | None:
        base = cwd if where.file == STDIN else (cwd / where.file).parent
        try:
            with (base / name).open("rb") as stream:
                data = stream.read(_MOST_NAMED + 1)
            return data.decode("utf-8-sig") if len(data) <= _MOST_NAMED else None
        except (OSError, ValueError):
            return None

    return read


def _make_project(
    conversion: Conversion, loaded: Loaded, request: ConvertRequest, cwd: Path, out: Path
) -> NewProject | None:
    """Return the project to be created; None if there is one.

    Raises:
        UsageError: the groups belong to several subscriptions.
    """
    if loaded.project.file is not None:
        return None
    named = {each.subscription.lower(): each.subscription for each in conversion.groups if each.subscription}
    if len(named) > 1:
        raise UsageError(
            f"the groups belong to {len(named)} subscriptions", hint="a project has one: convert them one by one"
        )
    home = find_home(cwd, out)
    project = replace(loaded.project, subscription=loaded.project.subscription or next(iter(named.values()), ""))
    fallback = request.sources.resource_group
    resources = [_make_resource(each, fallback) for each in conversion.groups]
    name = make_default_name(home.folder) or "converted"
    # The sources may lie where manifests are looked for, and an export of `az` reads like one.
    sources = {each.as_posix() for each in request.files}
    others = [each for each in loaded.resources if each.where is None or each.where.file not in sources]
    new = make_project(name, resources, project, home, alone=not others)
    # A region that is a variable stays in each manifest: its environments may differ.
    return replace(new, location="") if "${" in new.location else new


def _make_resource(group: ConvertedGroup, fallback: str) -> Resource:
    return Resource(ResourceId(group.subscription, group.resource_group or fallback, group.name), group.body)


def _list_declared(loaded: Loaded) -> frozenset[str]:
    """Return the names of the variables that the project file declares."""
    head = "variables."
    return frozenset(each.name.removeprefix(head) for each in loaded.settings if each.name.startswith(head))


def _write_files(
    written: Written, new: NewProject | None, request: ConvertRequest, cwd: Path, out: Path
) -> dict[str, str]:
    """Write the files and return their paths. Nothing is written if one exists, unless it may be overwritten."""
    from aci_reconcile.app.files import check_target, choose_names, write_new, write_whole

    ids = [_make_resource(each.group, "").id for each in written.manifests]
    names = choose_names(ids)
    files = {cwd / out / names[id_]: each.text for id_, each in zip(ids, written.manifests, strict=True)}
    project = {new.file: new.render()} if new else {}
    there = {file: text for file, text in files.items() if request.force and file.exists()}
    for file in there:
        check_target("--force", file)
    write_new({file: text for file, text in (files | project).items() if file not in there})
    for file, text in there.items():
        try:
            write_whole(file, text)
        except OSError as error:
            raise AciReconcileError(f"{file} cannot be written: {error.strerror or error}") from error
    return {each.group.address: str(out / names[id_]) for id_, each in zip(ids, written.manifests, strict=True)}


def _check(converted: Converted, request: ConvertRequest, run: Run) -> Converted:
    """Load the project again with what was written, and return the result with its errors."""
    new = converted.project
    sources = replace(request.sources, project=new.file if new else request.sources.project)
    loaded = load_surroundings(ImportRequest(sources), run)
    open_ones = {each.name for each in converted.written.variables if each.default is None}
    names = open_ones | {each.name for each in converted.missing}
    return replace(converted, diagnostics=tuple(_find_errors(loaded.diagnostics, names)))


def _find_errors(diagnostics: Iterable[Diagnostic], open_variables: set[str]) -> Iterable[Diagnostic]:
    """Yield the errors, but for variables that a person has yet to set."""
    for each in diagnostics:
        waits = each.code in _NO_VALUE and any(f"`{name}`" in each.message for name in open_variables)
        if each.severity is Severity.ERROR and not waits:
            yield each
