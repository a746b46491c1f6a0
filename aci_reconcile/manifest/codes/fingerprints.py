"""Codes about the key that secrets are fingerprinted with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

FINGERPRINTS: Final[Mapping[str, Code]] = {
    "ACI290": Code(
        "This names no fingerprint key",
        "`fingerprintKey` and `formerFingerprintKey` are one reference, to an environment variable or to a secret of a "
        "Key Vault. A key in the repository is none, be it in a file or a default: whoever has it guesses at the "
        "secrets of every group. Neither is a variable that `publicEnv` lists.",
        "fingerprintKey: Kq3vX9pLw2Zt8RnB5yHc7D",
    ),
    "ACI291": Code(
        "A reference to a fingerprint key that nobody has reviewed",
        "Whoever chooses the key of the fingerprints may know it, and a saved plan holds fingerprints. In the run of a "
        "pull request the key is the one that the project file of the base branch names; where that names none, or "
        "cannot be read, there is none, and secrets that were fingerprinted with one are not compared.",
        "fingerprintKey: ${env:GITHUB_SHA}    # in a pull request",
        WARNING,
    ),
    "ACI292": Code(
        "A fingerprint key that can be guessed",
        "Whoever reads the tag of a group can try guesses at the key and at the secrets together. `aci-reconcile key` "
        "makes one that nobody guesses: 32 random bytes.",
        "fingerprintKey: ${env:TEAM_KEY}    # which holds: correct horse battery staple",
    ),
    "ACI293": Code(
        "The fingerprint key can't be had",
        "The environment variable is not set or empty, or the vault did not answer. A plan can be made: secrets that "
        "were fingerprinted with the key are not compared. An apply that would have to fingerprint some refuses to "
        "start.",
        "fingerprintKey: ${env:TEAM_KEY}",
        WARNING,
    ),
}
