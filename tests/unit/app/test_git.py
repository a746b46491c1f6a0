"""What git is given of the environment: where things are, and no secret."""

from __future__ import annotations

import os
from pathlib import Path

from aci_reconcile.app.git import Git

SECRETS = {
    "GIT_TOKEN": "t",
    "GIT_PASSWORD": "p",
    "GIT_ASKPASS": "/bin/echo",
    "DB_PASSWORD": "x",
    "AZURE_CLIENT_SECRET": "y",
    "GIT_CONFIG_COUNT": "3",
    "GIT_CONFIG_KEY_0": "http.https://example.com/.extraheader",
    "GIT_CONFIG_VALUE_0": "AUTHORIZATION: basic c2VjcmV0",
    "GIT_CONFIG_KEY_1": "safe.directory",
    "GIT_CONFIG_VALUE_1": "/srv/shop",
    "GIT_CONFIG_KEY_2": "Safe.Directory",
    "GIT_CONFIG_VALUE_2": "/other",
}


def test_git_gets_what_it_needs_and_nothing_else() -> None:
    """Folders that may be worked in are kept of the settings in the environment, credentials are not."""
    known = {"PATH": os.environ["PATH"], "HOME": "/srv/ada", "GIT_DIR": "/srv/shop/.git"}
    found = Git.of(Path("/srv/shop"), known | SECRETS, "--changed-since")

    assert {
        **known,
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "/srv/shop",
        "GIT_CONFIG_KEY_1": "safe.directory",
        "GIT_CONFIG_VALUE_1": "/other",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    } == found.environ
