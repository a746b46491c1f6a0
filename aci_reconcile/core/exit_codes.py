"""What exit codes mean, one row each, with what to do about it and where that is documented.

A container's exit code is all that Azure tells of a process that ended. Those of Linux follow the shell: 128 and the
number of the signal that ended it. Those of Windows are 32 bits wide, often an NTSTATUS (``0xC...``), and are shown as
signed numbers, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ExitMeaning:
    """One exit code."""

    code: int
    meaning: str
    """A few words, for a line that has more to say."""
    advice: str
    """What to look at, in a sentence without a full stop."""
    evidence: str

    @property
    def name(self) -> str:
        """How the code is best written: in hexadecimal if it is one of Windows."""
        return f"0x{self.code:08X}" if self.code >= _WINDOWS else str(self.code)


_WORD: Final = 1 << 32
_WINDOWS: Final = 0x40000000
"""From here on, codes are those of Windows: NTSTATUS values of information, warnings and errors, or exceptions."""

_SIGNAL: Final = "signal(7); GNU Bash manual: Exit Status: 128 and the number of the signal"
_NTSTATUS: Final = "MS-ERREF, 2.3.1: NTSTATUS values"
_FABRIC: Final = "Microsoft's documentation: service-fabric-diagnostics-code-package-errors"
_PLATFORM: Final = f"SupportArticles: container-group-restart-killing-event-interruption; {_FABRIC}"
_DOCKER: Final = "Docker's documentation: docker run, exit status"
_OWN: Final = "the application says why in its log"
_NATIVE: Final = "look for a defect in native code, or a library that does not fit the image"

EXIT_CODES: Final = (
    ExitMeaning(
        1, "an error of the application", _OWN, "SupportArticles: container-group-restart-killing-event-interruption"
    ),
    ExitMeaning(
        2,
        "an error of the application, or wrong use of a shell",
        "check the command and its arguments; the log says more",
        "GNU Bash manual: Exit Status; recorded 21 times with the detail Error (azure-cli, 2021)",
    ),
    ExitMeaning(126, "its command cannot be executed", "check its file mode, and that it is a program", _DOCKER),
    ExitMeaning(
        127, "its command was not found", "check the spelling of command, and that the image has that program", _DOCKER
    ),
    ExitMeaning(
        128,
        "it could not be started",
        "check command and volumes; an event says what the runtime refused",
        "containerd/containerd#9080: what could not be started ends with 128",
    ),
    ExitMeaning(129, "hung up by SIGHUP", _OWN, _SIGNAL),
    ExitMeaning(130, "interrupted by SIGINT", _OWN, _SIGNAL),
    ExitMeaning(131, "ended by SIGQUIT", _OWN, _SIGNAL),
    ExitMeaning(
        132,
        "SIGILL, an illegal instruction",
        "check that the image is built for linux/amd64 and for any such CPU",
        _SIGNAL,
    ),
    ExitMeaning(
        134, "SIGABRT, it aborted itself", f"{_OWN}; a failed assertion or too little memory is usual", _SIGNAL
    ),
    ExitMeaning(135, "SIGBUS, a bad memory access", _NATIVE, _SIGNAL),
    ExitMeaning(136, "SIGFPE, an arithmetic error", _NATIVE, _SIGNAL),
    ExitMeaning(
        137,
        "killed by SIGKILL, often for its memory",
        "give it more memory, or look for a leak; a failed liveness probe and a slow stop kill, too",
        f"{_SIGNAL}; moby/moby#21083; kubernetes/kubernetes#19825",
    ),
    ExitMeaning(
        139,
        "SIGSEGV, a segmentation fault",
        f"{_NATIVE}; in a confidential group, check its ccePolicy",
        f"{_SIGNAL}; SupportArticles: common-confidential-container-errors",
    ),
    ExitMeaning(141, "SIGPIPE, a broken pipe", _OWN, _SIGNAL),
    ExitMeaning(
        143,
        "asked to end by SIGTERM",
        "somebody or Azure stopped it: see its events; if it ends by itself, the log says why",
        _SIGNAL,
    ),
    ExitMeaning(
        255,
        "an error of the application, or nobody saw it end",
        f"{_OWN}; if that is empty, Azure may have moved the group",
        "GNU Bash manual: Exit Status; kubernetes/kubernetes#61051",
    ),
    ExitMeaning(
        7147, "Azure stopped it for maintenance", "nothing needs to be done: Azure starts it again elsewhere", _PLATFORM
    ),
    ExitMeaning(
        7148, "Azure ended it for maintenance", "nothing needs to be done: Azure starts it again elsewhere", _PLATFORM
    ),
    ExitMeaning(0x40010004, "Windows ended it", "see its events for what stopped it", _NTSTATUS),
    ExitMeaning(0x80000003, "breakpoint reached", _NATIVE, _NTSTATUS),
    ExitMeaning(0xC0000005, "access violation", _NATIVE, _NTSTATUS),
    ExitMeaning(0xC0000017, "not enough memory", "give it more memory", _NTSTATUS),
    ExitMeaning(0xC000001D, "illegal instruction", _NATIVE, _NTSTATUS),
    ExitMeaning(0xC000007B, "program and library do not fit", "do not mix 32 and 64 bits in the image", _NTSTATUS),
    ExitMeaning(0xC00000FD, "stack overflow", _OWN, _NTSTATUS),
    ExitMeaning(0xC0000135, "a DLL was not found", "add it to the image, or use a larger base image", _NTSTATUS),
    ExitMeaning(0xC0000139, "a function was not found in a DLL", "use a base image of the right version", _NTSTATUS),
    ExitMeaning(
        0xC000013A,
        "asked to end by Ctrl+C",
        "somebody or Azure stopped it: see its events",
        f"{_NTSTATUS}; MicrosoftDocs/azure-docs#77504; microsoft/dotnet-framework-docker#431",
    ),
    ExitMeaning(0xC0000142, "a DLL could not be initialised", "give it more memory, or start fewer processes", _FABRIC),
    ExitMeaning(0xC0000374, "heap corruption", _NATIVE, _NTSTATUS),
    ExitMeaning(0xC0000409, "it aborted itself", _OWN, f"{_NTSTATUS}; moby/moby#40328"),
    ExitMeaning(0xE0434352, "unhandled exception of .NET", _OWN, _FABRIC),
)
"""One row for each code that is known to mean something."""

_BY_CODE: Final = {each.code: each for each in EXIT_CODES}
_SIGNALS: Final = range(129, 193)


def explain_exit(code: int) -> ExitMeaning | None:
    """Return what an exit code means; None if it is good, or the application's own."""
    code = code % _WORD if code < 0 else code
    if code in _BY_CODE:
        return _BY_CODE[code]
    if code in _SIGNALS:
        return ExitMeaning(code, f"ended by signal {code - 128}", _OWN, _SIGNAL)
    if code >= _WINDOWS:
        return ExitMeaning(code, "an error of Windows", "look the code up among the NTSTATUS values", _NTSTATUS)
    return None


def describe_exit(code: int) -> str:
    """Return an exit code with its meaning, if it has one: ``exit code 137 (killed by SIGKILL, ...)``."""
    found = explain_exit(code)
    return f"exit code {found.name} ({found.meaning})" if found else f"exit code {code}"
