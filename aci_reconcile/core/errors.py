"""Diagnostics for authors of manifests, and the exceptions of the package.

The tree of exceptions, with the exit code of each branch (docs/cli.md)::

    AciReconcileError                     1
    ├── UsageError                        1  options that contradict each other or the project
    ├── InvalidManifestsError             1  contains every diagnostic, not only the first
    ├── SecretUnavailableError            1  a write needs a secret that is missing
    ├── AzureError                        1  Azure refused, with its code, message and request id
    │   ├── AuthenticationError              no credential, or one that Azure does not accept
    │   ├── ForbiddenError                   authenticated, but not allowed
    │   ├── NotFoundError                    the resource or its resource group does not exist
    │   ├── InvalidRequestError              Azure refuses the body; repeating it is useless
    │   ├── ImmutableFieldError              InvalidContainerGroupUpdate: delete and create instead
    │   ├── QuotaError                       no room in the subscription; waiting does not help
    │   ├── RetryableError                   waiting helps: transitioning, capacity, registry, subnet
    │   │   └── ThrottledError               429, with the seconds that Azure asks for
    │   └── NoAnswerError                    the request may or may not have been carried out
    ├── NoExitCodeError                 125  the exit code of a program in a container is not known
    ├── GitHostError                      1  a Git host refused an issue or a comment, or a receiver a notification
    ├── LockError                         1  the lock is none, or cannot be found
    ├── BlockedError                      3  a safety rule blocks the plan
    │   └── LockedError                   3  another run holds the lock
    ├── StalePlanError                    4  a saved plan no longer matches
    ├── UnfinishedError                   6  there was no time left to begin it
    │   └── LockLostError                 6  the run no longer holds its lock
    └── NotConvergedError                 5  written, but not as it should be

An ``AzureError`` has the SDK's exception as its cause. Its text comes from Azure and may contain anything, so every
renderer escapes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import ClassVar, NamedTuple


class ExitCode(IntEnum):
    """The exit codes of the process; documented in docs/cli.md."""

    OK = 0
    ERROR = 1
    DIFFERENCES = 2
    BLOCKED = 3
    STALE_PLAN = 4
    NOT_CONVERGED = 5
    UNFINISHED = 6
    DEFECT = 70
    NO_RESULT = 125
    """Of commands that exit with a container's code: there is none, and stderr says why."""
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


class Severity(StrEnum):
    """The severity of a diagnostic. Only an error stops the run."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class Where(NamedTuple):
    """A place in a file: the path as the author would type it, line and column from 1 (0: the entire file).

    A tuple, because every key and value of every manifest has one, and creating a frozen dataclass takes twice as long.
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
    """One mistake in a file: where it is, what it is, and how to fix it."""

    where: Where
    code: str
    message: str
    hint: str = ""
    path: str = ""
    severity: Severity = Severity.ERROR


class AciReconcileError(Exception):
    """The root of all exceptions that this package raises on purpose."""

    exit_code: ClassVar[ExitCode] = ExitCode.ERROR

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(AciReconcileError):
    """The options contradict each other, or the project file."""


class InvalidManifestsError(AciReconcileError):
    """The manifests have errors, so there is no plan."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        errors = sum(each.severity is Severity.ERROR for each in diagnostics)
        super().__init__(f"{errors} error{'s' * (errors != 1)} in the manifests")
        self.diagnostics = diagnostics


class SecretUnavailableError(AciReconcileError):
    """A write needs a secret that is missing."""


class AzureError(AciReconcileError):
    """Azure answered with an error, or did not answer."""

    def __init__(self, message: str, *, code: str = "", status: int = 0, request_id: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.status = status
        self.request_id = request_id


class AuthenticationError(AzureError):
    """There is no credential, or Azure does not accept it."""


class ForbiddenError(AzureError):
    """The identity is not allowed to do this."""


class NotFoundError(AzureError):
    """The resource, or its resource group, does not exist."""


class InvalidRequestError(AzureError):
    """Azure refuses the request, and would refuse it again."""


class ImmutableFieldError(AzureError):
    """Azure refuses to change this in place (``InvalidContainerGroupUpdate``)."""


class QuotaError(AzureError):
    """A quota of the subscription is exhausted."""


class RetryableError(AzureError):
    """The same request may succeed later."""


class ThrottledError(RetryableError):
    """Too many requests; ``retry_after`` is the wait in seconds that Azure asks for, 0 if it names none.

    ``most`` and ``interval`` are the limit that the refusal names: so many requests in so many seconds; 0 if none.
    """

    def __init__(
        self, message: str, *, code: str = "", status: int = 429, request_id: str = "", retry_after: float = 0
    ) -> None:
        super().__init__(message, code=code, status=status, request_id=request_id)
        self.retry_after = retry_after
        self.most = 0
        self.interval = 0.0


class NoAnswerError(AzureError):
    """There was no usable answer. A write may have been carried out, so read before you repeat it."""


class NoExitCodeError(AciReconcileError):
    """A program in a container ran, or should have, and its exit code is not known."""

    exit_code = ExitCode.NO_RESULT


class GitHostError(AciReconcileError):
    """A Git host such as GitHub, or the receiver of a notification, refused a request or did not answer."""


class BlockedError(AciReconcileError):
    """The plan has a blocker that no flag released."""

    exit_code = ExitCode.BLOCKED


class LockError(AciReconcileError):
    """What should be a lock is none: no blob of the cloud, no container, or somebody else's blob."""


class LockedError(BlockedError):
    """Another run holds the lock."""


class UnfinishedError(AciReconcileError):
    """The time box ended, or the lock was lost, before this was begun."""

    exit_code = ExitCode.UNFINISHED


class LockLostError(UnfinishedError):
    """The run no longer holds its lock, so it may not begin to write."""


class StalePlanError(AciReconcileError):
    """The approved plan differs from what would be done now."""

    exit_code = ExitCode.STALE_PLAN


class NotConvergedError(AciReconcileError):
    """A group was written but is not as declared: Azure did not accept a field, or a container does not run."""

    exit_code = ExitCode.NOT_CONVERGED


HeldBackError = BlockedError
"""The former name of ``BlockedError``, for programs that catch it."""
