"""The policy of the project file: what an apply may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.manifest.project.codes import ACI190, ACI191
from aci_reconcile.manifest.project.freeze import Window, WindowError, find_zone, make_cron_window, make_dated_window
from aci_reconcile.manifest.project.plan_rules import Rule, read_schema
from aci_reconcile.manifest.syntax.codes import ACI127

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.core.model import Json
    from aci_reconcile.manifest.source.diagnostics import Diagnostics
    from aci_reconcile.manifest.source.files import Files
    from aci_reconcile.manifest.syntax.items import Places

Replacement: TypeAlias = Literal["hold", "allow"]
_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """The policy of the project file; flags override it."""

    prune: bool = False
    max_deletes: int = 1
    replace: Replacement = "hold"
    max_restarts: int | None = None
    """Maximum number of groups that may restart in one apply; None for any number."""
    max_share: float = _SHARE
    freeze: tuple[Window, ...] = ()
    rules: tuple[Rule, ...] = ()
    observe: bool = False
    """Whether the environment is only planned and checked (``mode: observe``)."""


@dataclass(frozen=True, slots=True)
class PolicyReader:
    """Reads `policy` of a project file for one environment; mistakes are noted with their places."""

    places: Places
    files: Files
    diagnostics: Diagnostics

    def read(self, project: Mapping[str, Json]) -> PolicySettings:
        """Return the settings of `policy` and `mode`."""
        body = as_object(project.get("policy"))
        restarts = self._read_count(body, "maxRestarts")
        deletes = self._read_count(body, "maxDeletes")
        # An invalid value is an error, so nothing is planned with what stands in for it here.
        return PolicySettings(
            prune=body.get("prune") is True,
            max_deletes=1 if deletes is None else deletes,
            replace="allow" if body.get("replace") == "allow" else "hold",
            max_restarts=restarts,
            max_share=self._read_share(body),
            freeze=tuple(self._read_windows(body)),
            rules=tuple(self._read_rules(body)),
            observe=project.get("mode") == "observe",
        )

    def _read_count(self, body: Mapping[str, Json], name: str) -> int | None:
        most = body.get(name)
        if most is None or (isinstance(most, int) and most >= 0):
            return most
        message = "expected a number of groups, 0 or more"
        self.diagnostics.add(ACI127, self.places.find(("policy", name)), message, path=f"policy.{name}")
        return None

    def _read_share(self, body: Mapping[str, Json]) -> float:
        share = body.get("maxShare", _SHARE)
        if isinstance(share, (int, float)) and 0 <= share <= 1:
            return float(share)
        message = "expected a share from 0 to 1"
        self.diagnostics.add(ACI127, self.places.find(("policy", "maxShare")), message, path="policy.maxShare")
        return _SHARE

    def _read_windows(self, body: Mapping[str, Json]) -> Iterator[Window]:
        """Yield the freeze windows; an invalid one is reported at the setting that is wrong."""
        for index, each in enumerate(as_list(body.get("freeze"))):
            entry = {name: as_text(value) for name, value in as_object(each).items()}
            try:
                yield _read_window(entry)
            except WindowError as error:
                at = ("policy", "freeze", index, *((error.key,) if error.key in entry else ()))
                path = f"policy.freeze[{index}]" + (f".{error.key}" if error.key in entry else "")
                self.diagnostics.add(ACI190, self.places.find(at), str(error), hint=error.hint, path=path)

    def _read_rules(self, body: Mapping[str, Json]) -> Iterator[Rule]:
        """Yield the rules with their schemas, which are read from files of the repository."""
        for index, each in enumerate(as_list(body.get("rules"))):
            entry = as_object(each)
            name, message = as_text(entry.get("schema")), as_text(entry.get("message"))
            at, where = f"policy.rules[{index}].schema", self.places.find(("policy", "rules", index, "schema"))
            text = self.files.read_reference(name, where, at, self.diagnostics) if name else None
            if text is None:
                continue
            try:
                schema = read_schema(text)
            except ValueError as error:
                self.diagnostics.add(ACI191, where, f"{name}: {error}", path=at)
                continue
            yield Rule(name, message, schema, warning=entry.get("severity") == "warning")


def _read_window(entry: Mapping[str, str]) -> Window:
    """Return the window that an entry describes.

    Raises:
        WindowError: it describes no window, or two.
    """
    keys = {name for name in ("from", "to", "cron", "duration") if name in entry}
    zone = find_zone(entry.get("timezone", "UTC"))
    reason = entry.get("reason", "")
    if keys == {"from", "to"}:
        return make_dated_window(reason, zone, entry["from"], entry["to"])
    if keys == {"cron", "duration"}:
        return make_cron_window(reason, zone, entry["cron"], entry["duration"])
    wanted = "a window needs either two dates, or a cron expression and a duration"
    raise WindowError(wanted, hint="give `from` and `to`, or `cron` and `duration`")
