"""Which refusals of a creation no waiting cures. Only asked once a group was deleted: then waiting costs a service."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import ForbiddenError, InvalidRequestError, NotFoundError
from aci_reconcile.planning.dns_labels import find_dns_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.errors import AciReconcileError
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.context import Context

_FINAL: Final = (InvalidRequestError, ForbiddenError, NotFoundError)
"""Azure refuses the body, the identity, or what the body names: the same request has the same answer."""

_TRIES: Final[Mapping[str, int]] = {"inaccessibleimage": 3, "multipleerrorsoccurred": 3}
"""How often to ask: a registry can hiccup (users' reports), and several errors at once are mostly of images."""

_PASSING: Final = frozenset({"invalidresourcelocation"})
"""ARM may still know the group that was just deleted, in its former location."""

_LABEL: Final = "dnsnamelabelalreadytaken"


@dataclass(frozen=True, slots=True)
class Refusals:
    """The refusals that one creation has met."""

    change: Change
    wanted: Resource
    ctx: Context
    _met: Counter[str] = field(default_factory=Counter[str])

    def is_final(self, error: AciReconcileError) -> bool:
        """Note a refusal; whether asking again is in vain."""
        code = str(getattr(error, "code", "")).lower()
        self._met[code] += 1
        if code in _TRIES:
            return self._met[code] >= _TRIES[code]
        if code == _LABEL:
            return not self._label_comes_free()
        return isinstance(error, _FINAL) and code not in _PASSING

    def _label_comes_free(self) -> bool:
        """Whether the DNS label is the deleted group's own, or one that this run frees: then it takes Azure a while."""
        label = find_dns_label(self.wanted)
        return label is not None and (label == find_dns_label(self.change.before) or label in self.ctx.freed_labels)
