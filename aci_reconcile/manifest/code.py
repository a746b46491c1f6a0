"""A diagnostic code: its number, what ``explain`` says about it, and the evidence that it rests on.

The rules were never tried on live Azure. An error needs an observed refusal, a schema or standard, or a manifest that
contradicts itself. What is only documented, or likely, is at most a warning.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from aci_reconcile.core.errors import Severity


class Basis(StrEnum):
    """The kind of evidence."""

    RECORDING = "recording"
    """Recorded traffic of the service."""
    EXAMPLE = "example"
    """An example that Microsoft has published."""
    THREAD = "thread"
    """A public thread that quotes an answer of Azure, or in which Microsoft answers."""
    ERRORS = "error code"
    """A code in Azure's own lists of errors."""
    SCHEMA = "schema"
    """The published REST schema."""
    STANDARD = "standard"
    """A common format or protocol."""
    SENSE = "sense"
    """The manifest contradicts itself, or names something that does not exist."""
    OURS = "this tool"
    """A rule of this tool, whatever Azure accepts."""
    DOCUMENT = "document"
    """A page of Azure's documentation."""
    LIKELY = "likely"
    """No observation was found; it follows from known facts."""

    @property
    def proves(self) -> bool:
        """Whether it justifies an error; otherwise the diagnostic is at most a warning."""
        return self not in {Basis.DOCUMENT, Basis.LIKELY}


class Evidence(NamedTuple):
    """One piece of evidence, and where to find it."""

    basis: Basis
    where: str


WARNING: Final = Severity.WARNING
NOTICE: Final = Severity.NOTICE

QUOTAS: Final = Evidence(Basis.DOCUMENT, "Quotas and limits for Azure Container Instances")
CONTAINER_GROUPS_PAGE: Final = Evidence(Basis.DOCUMENT, "Container groups in Azure Container Instances")
SCHEMA_2025: Final = Evidence(Basis.SCHEMA, "Microsoft.ContainerInstance 2025-09-01")
IDENTIFIED_BY_NAME: Final = Evidence(Basis.OURS, "entries of this list are identified by this name")
SECRETS_PAGE: Final = Evidence(Basis.OURS, "docs/secrets.md")


class Code(NamedTuple):
    """A diagnostic code, explained by ``aci-reconcile explain CODE``. Published numbers keep their meaning for good.

    A named tuple, because every run builds all of them, and a frozen dataclass takes five times as long.
    """

    number: str
    """``ACI`` and three digits; people search for it."""
    title: str
    explanation: str
    """What is wrong, why, and what to do, in sentences."""
    example: str = ""
    """What an author may have written, as YAML; empty where the code is about a file as a whole."""
    severity: Severity = Severity.ERROR
    evidence: tuple[Evidence, ...] = (Evidence(Basis.OURS, "docs/manifests.md"),)
    """Strongest first."""
