"""Serializes request bodies; the only code that reveals a ``Secret``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aci_reconcile.core.errors import SecretUnavailableError
from aci_reconcile.core.references import Deferred
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body, Json
    from aci_reconcile.core.redaction import Redactor

_ECHOED = frozenset({"id", "name", "type"})


def serialise(body: Body, redactor: Redactor) -> bytes:
    """Return the body as JSON with secrets revealed, without ``id``, ``name`` and ``type``, which are in the path.

    Raises:
        SecretUnavailableError: a secret has no value; nothing was sent.
        ValueError: a number is NaN or infinite, which manifests forbid; or a value of another group is unknown.
    """
    opened: list[Secret] = []
    wanted = {key: value for key, value in body.items() if key.lower() not in _ECHOED}
    plain = _open(wanted, "", opened)
    redactor.remember(opened)
    return json.dumps(plain, allow_nan=False, separators=(",", ":")).encode()


def _open(value: Json, path: str, opened: list[Secret]) -> Any:
    if isinstance(value, Secret):
        return _reveal(value, path, opened)
    if isinstance(value, Deferred):
        raise ValueError(f"{path}: {value} is not known yet, so nothing was sent")  # noqa: TRY004  it comes too early, it is no other type
    if isinstance(value, Mapping):
        return {key: _open(item, f"{path}.{key}" if path else key, opened) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_open(item, f"{path}[{index}]", opened) for index, item in enumerate(value)]
    return value


def _reveal(secret: Secret, path: str, opened: list[Secret]) -> str:
    if not secret.available:
        source = secret.source or "its value"
        raise SecretUnavailableError(
            f"{path}: {source} is not available: {secret.missing}",
            hint="a write must send every secret again, because Azure never returns them, so nothing was sent",
        )
    opened.append(secret)
    return secret.reveal()
