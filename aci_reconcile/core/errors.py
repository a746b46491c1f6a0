"""Diagnostics for the author, exceptions for what stops us.

The tree, with the exit code each branch ends in (see docs/cli.md)::

    AciReconcileError                     1
    ├── UsageError                        1  options that contradict each other or the project
    ├── InvalidManifestsError             1  carries every Diagnostic, not the first one
    ├── SecretUnavailableError            1  a reference could not be resolved before a write
    ├── AzureError                        1  Azure said no, with its code, message and request id
    │   ├── AuthenticationError              no credential, or one that Azure does not take
    │   ├── ForbiddenError                   authenticated, not allowed
    │   ├── NotFoundError                    the resource or its resource group does not exist
    │   ├── InvalidRequestError              Azure refuses the body; repeating it is useless
    │   ├── ImmutableFieldError              InvalidContainerGroupUpdate: delete and create instead
    │   ├── QuotaError                       no room in the subscription; waiting does not help
    │   ├── RetryableError                   waiting helps: transitioning, capacity, registry, subnet
    │   │   └── ThrottledError               429, with the seconds that Azure asks for
    │   └── NoAnswerError                    the request may or may not have been carried out
    ├── ForgeError                        1  the forge did not take an issue or a comment, or a webhook a notification
    ├── HeldBackError                     3  a safety rule holds the plan
    ├── StalePlanError                    4  a saved plan no longer fits
    └── NotConvergedError                 5  written, and yet not as it should be

An ``AzureError`` chains the SDK's exception as its cause; its text is Azure's own and may contain anything,
so whoever shows it escapes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import ClassVar, NamedTuple


class ExitCode(IntEnum):
    """What the process says to its caller; documented in docs/cli.md."""

    OK = 0
    ERROR = 1
    DIFFERENCES = 2
    HELD_BACK = 3
    STALE_PLAN = 4
    NOT_CONVERGED = 5
    DEFECT = 70
    INTERRUPTED = 130
    TERMINATED = 143


class Severity(StrEnum):
    """How bad a diagnostic is: only an error stops the run."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class Where(NamedTuple):
    """A place in a file: path as the author would type it, line and column counted from 1 (0: the whole file).

    A tuple, because every key and value of every manifest has one, and a frozen dataclass takes twice as long to make.
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One complaint about what the author wrote: where, what, and what to do about it."""

    where: Where
    code: str
    message: str
    hint: str = ""
    path: str = ""
    severity: Severity = Severity.ERROR


class AciReconcileError(Exception):
    """The root: everything this package raises on purpose."""

    exit_code: ClassVar[ExitCode] = ExitCode.ERROR

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(AciReconcileError):
    """The options, or the options and the project file, make no sense together."""


class InvalidManifestsError(AciReconcileError):
    """The manifests have errors; nothing is planned from them."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        errors = sum(each.severity is Severity.ERROR for each in diagnostics)
        super().__init__(f"{errors} error{'s' * (errors != 1)} in the manifests")
        self.diagnostics = diagnostics


class SecretUnavailableError(AciReconcileError):
    """A secret that a write needs could not be had."""


class AzureError(AciReconcileError):
    """Azure answered with an error, or did not answer."""

    def __init__(self, message: str, *, code: str = "", status: int = 0, request_id: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.status = status
        self.request_id = request_id


class AuthenticationError(AzureError):
    """No credential could be had, or Azure does not take it."""


class ForbiddenError(AzureError):
    """The identity may not do this."""


class NotFoundError(AzureError):
    """The resource, or the resource group it lives in, does not exist."""


class InvalidRequestError(AzureError):
    """Azure refuses the request as it stands."""


class ImmutableFieldError(AzureError):
    """Azure refuses to change this in place (``InvalidContainerGroupUpdate``)."""


class QuotaError(AzureError):
    """A quota of the subscription is exhausted."""


class RetryableError(AzureError):
    """The same request may succeed later."""


class ThrottledError(RetryableError):
    """Too many requests; ``retry_after`` is what Azure asks for, in seconds (0: it did not say)."""

    def __init__(
        self, message: str, *, code: str = "", status: int = 429, request_id: str = "", retry_after: float = 0
    ) -> None:
        super().__init__(message, code=code, status=status, request_id=request_id)
        self.retry_after = retry_after


class NoAnswerError(AzureError):
    """No answer came: read before repeating a write."""


class ForgeError(AciReconcileError):
    """A forge such as GitHub, or the receiver of a notification, did not take what it was sent."""


class HeldBackError(AciReconcileError):
    """A blocker of the plan stands."""

    exit_code = ExitCode.HELD_BACK


class StalePlanError(AciReconcileError):
    """What was approved is not what would be done now."""

    exit_code = ExitCode.STALE_PLAN


class NotConvergedError(AciReconcileError):
    """A group was written and is not as it should be: a field did not take, or a container does not run."""

    exit_code = ExitCode.NOT_CONVERGED
