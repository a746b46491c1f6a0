"""The log of a defect: what a maintainer needs, and nothing that a user would not want to attach."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback


def write_log(defect: BaseException) -> str:
    """Write the traceback to a new file that only its owner can read, and return its path; an empty text if that fails.

    Values of variables are not part of it, a ``Secret`` in a message shows itself as redacted, and what else looks like
    a secret is taken out: the exceptions of other people's code may quote anything.
    """
    from aci_reconcile.core.redaction import veil
    from aci_reconcile.version import VERSION

    lines = [
        f"aci-reconcile {VERSION}, Python {platform.python_version()}, {platform.system()} {platform.machine()}\n",
        f"command: {_command()}\n\n",
        veil("".join(traceback.format_exception(defect))),
    ]
    try:
        handle, path = tempfile.mkstemp(prefix="aci-reconcile-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(lines)
    except OSError:
        return ""
    return path


def _command() -> str:
    """Return the command line without values: they may be confidential."""
    words = (word.partition("=")[0] for word in sys.argv[1:])
    return " ".join(word if word.startswith("-") or word.isalpha() else "…" for word in words)
