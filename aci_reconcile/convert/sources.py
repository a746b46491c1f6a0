"""Reads texts of any kind, and converts them together: templates with their parameter files, overlays of Compose."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.convert.arm.evaluation import Place
from aci_reconcile.convert.arm.files import read_parameters
from aci_reconcile.convert.arm.parameters import Given
from aci_reconcile.convert.arm.template import convert_template
from aci_reconcile.convert.az import convert_export
from aci_reconcile.convert.compose.project import ComposeOptions, convert_project
from aci_reconcile.convert.conversion import Draft
from aci_reconcile.convert.detection import SUFFIXES, SourceKind, describe_other, detect, is_terraform_text
from aci_reconcile.convert.terraform.output import read_output
from aci_reconcile.convert.terraform.resources import convert_output
from aci_reconcile.core.errors import AciReconcileError, Diagnostic, Severity, Where
from aci_reconcile.manifest.source import json_reader, yaml_reader
from aci_reconcile.manifest.source.diagnostics import Diagnostics
from aci_reconcile.manifest.source.nodes import MapNode, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aci_reconcile.convert.conversion import Conversion
    from aci_reconcile.manifest.source.nodes import Source

MOST: Final = 8 * 1024 * 1024
"""Characters of a source that is no output of Terraform; ARM takes templates of 4 MB (docs: ARM template limits)."""


class SourceError(AciReconcileError):
    """A source cannot be read, or is of no kind that can be converted."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        lines = [f"{each.where}: {each.message}" for each in diagnostics]
        super().__init__("\n  ".join(lines), hint=diagnostics[0].hint if diagnostics else "")
        self.diagnostics = diagnostics


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller decides."""

    wanted: str = "auto"
    place: Place = field(default_factory=Place)
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    """Values for parameters and variables."""
    compose: ComposeOptions = field(default_factory=ComposeOptions)


@dataclass(frozen=True, slots=True)
class SourceText:
    """A file, read."""

    name: str
    text: str


def convert(texts: Sequence[SourceText], options: Options) -> Conversion:
    """Convert sources of one or several kinds.

    Raises:
        SourceError: one cannot be read, or is of no kind that can be converted.
    """
    draft = Draft()
    documents = [document for each in texts for document in _read(each, options, draft)]
    given = {name.lower(): Given(value, "--var") for name, value in options.values.items()}
    for kind, node in documents:
        if kind is SourceKind.PARAMETERS and isinstance(node, MapNode):
            given = {**read_parameters(node, draft.findings), **given}
    overlays = [node for kind, node in documents if kind is SourceKind.COMPOSE and isinstance(node, MapNode)]
    for kind, node in documents:
        if kind is SourceKind.ARM and isinstance(node, MapNode):
            convert_template(node, draft, options.place, given)
        elif kind is SourceKind.AZ:
            convert_export(node, draft)
    if overlays:
        convert_project(overlays, draft, options.compose, options.values)
    if documents and all(kind is SourceKind.PARAMETERS for kind, _ in documents):
        raise SourceError((_complain(texts[0].name, "this is a parameter file only", "give its template, too"),))
    return draft.finish()


def _read(source: SourceText, options: Options, draft: Draft) -> list[tuple[SourceKind, Source]]:
    """Return the documents of a file with their kinds; an output of Terraform is converted at once.

    Raises:
        SourceError: it cannot be read.
    """
    found = next((each for end, each in SUFFIXES.items() if source.name.lower().endswith(end)), None)
    if found:
        raise SourceError((_complain(source.name, found[0], found[1].replace("FILE", source.name)),))
    diagnostics = Diagnostics()
    looks_json = source.name.lower().endswith((".json", ".jsonc")) or source.text.lstrip()[:1] in {"{", "["}
    if is_terraform_text(source.text) and options.wanted in {"auto", SourceKind.TERRAFORM}:
        _convert_terraform(source, draft)
        return []
    if len(source.text) > MOST:
        message = f"larger than {MOST // 1024**2} MiB, which only an output of `terraform show -json` may be"
        raise SourceError((_complain(source.name, message, ""),))
    if looks_json:
        documents = tuple(json_reader.read_documents(source.text, source.name, diagnostics, multiline=True))
    else:
        documents = tuple(yaml_reader.read_documents(source.text, source.name, diagnostics))
    errors = tuple(each for each in diagnostics.collect() if each.severity is Severity.ERROR)
    if errors:
        raise SourceError(errors)
    documents = tuple(each for each in documents if not (isinstance(each, ScalarNode) and each.null))
    if not documents:
        raise SourceError((_complain(source.name, "the file is empty", "give a file with something in it"),))
    return [(_decide(each, options), each) for each in documents]


def _convert_terraform(source: SourceText, draft: Draft) -> None:
    try:
        output = read_output(source.text, source.name)
    except ValueError as error:
        message = f"this is not the whole output of `terraform show -json`: {error}"
        raise SourceError((_complain(source.name, message, "run the command again"),)) from error
    convert_output(output, source.name, draft)


def _decide(node: Source, options: Options) -> SourceKind:
    """Return the kind of a document. Raises SourceError."""
    found = detect(node)
    wanted = None if options.wanted == "auto" else SourceKind(options.wanted)
    if found is SourceKind.PARAMETERS and wanted in {None, SourceKind.ARM}:
        return found
    if found is None or (wanted is not None and wanted is not found):
        what, hint = describe_other(node) if found is None else (f"this looks like {found}, not {wanted}", "")
        raise SourceError((Diagnostic(node.where, "", what, hint),))
    return found


def _complain(file: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(Where(file), "", message, hint)
