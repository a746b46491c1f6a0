"""Codes about the key that secrets are fingerprinted with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

FINGERPRINTS: Final[Mapping[str, Code]] = {
    "ACI290": Code(
        "Not a valid fingerprint key reference",
        "`fingerprintKey` and `formerFingerprintKey` are one reference to an environment variable or to a Key Vault "
        "secret. The key may not be in the repository, neither in a file nor as a default, and `publicEnv` may not "
        "list the variable: whoever has the key can guess at the secrets of every group.",
        "fingerprintKey: Kq3vX9pLw2Zt8RnB5yHc7D",
    ),
    "ACI291": Code(
        "The fingerprint key reference has not been reviewed",
        "Whoever chooses the key may know it, and a saved plan contains fingerprints. A pull request therefore uses "
        "the key that the project file of the base branch names. If that file names none, or can't be read, there is "
        "no key, and secrets that were fingerprinted with one are not compared.",
        "fingerprintKey: ${env:GITHUB_SHA}    # in a pull request",
        WARNING,
    ),
    "ACI292": Code(
        "The fingerprint key can be guessed",
        "Whoever reads the tags of a group can try guesses at the key and at the secrets together. Make a key with "
        "`aci-reconcile key`: 32 random bytes.",
        "fingerprintKey: ${env:TEAM_KEY}    # which holds: correct horse battery staple",
    ),
    "ACI293": Code(
        "The fingerprint key is not available",
        "The environment variable is not set or is empty, or the vault did not answer. You can still plan: secrets "
        "that were fingerprinted with the key are not compared. An apply that must write fingerprints refuses to "
        "start. Set the variable, or check the vault.",
        "fingerprintKey: ${env:TEAM_KEY}",
        WARNING,
    ),
}
