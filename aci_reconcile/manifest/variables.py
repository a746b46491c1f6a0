"""Variables declared in the project file: type, default, and whether a value is required."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import Kind
from aci_reconcile.core.model import as_object, as_text
from aci_reconcile.manifest import scalars
from aci_reconcile.manifest.findings import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.model import Body, Json
    from aci_reconcile.manifest.findings import Diagnostics
    from aci_reconcile.manifest.places import Places

_KINDS: Final = {"string": Kind.STRING, "number": Kind.NUMBER, "boolean": Kind.BOOLEAN}
_WANTED: Final = {Kind.NUMBER: "a number", Kind.BOOLEAN: "`true` or `false`"}


@dataclass(frozen=True, slots=True)
class VariableReader:
    """Reads the values of variables; mistakes are noted at the declaration."""

    given: Mapping[str, str]
    """Values from the command line, which override defaults."""
    places: Places
    diagnostics: Diagnostics
    chosen: bool = True
    """Whether this is the chosen environment: only it needs values for all required variables."""

    def read(self, declared: Body) -> dict[str, str]:
        """Return the value of each variable that has one."""
        values = dict(self.given)
        for name, told in declared.items():
            value = self._read_variable(name, as_object(told))
            if value is not None:
                values[name] = value
        if self.chosen:
            self._check_given(declared)
        return values

    def _read_variable(self, name: str, told: Mapping[str, Json]) -> str | None:
        kind = _KINDS.get(as_text(told.get("type")), Kind.STRING)
        default = told.get("default")
        value = self._check_type(as_text(default), kind, name, "its default") if default is not None else None
        if name in self.given and not self.chosen:
            return self.given[name]
        if name in self.given:
            return self._check_type(self.given[name], kind, name, "the given value")
        if value is None and told.get("required") is True and self.chosen:
            hint = f"give --var {name}=… or a --var-file"
            self._complain("ACI178", name, f"the variable {quote(name)} needs a value", hint)
        return value

    def _check_type(self, text: str, kind: Kind, name: str, what: str) -> str:
        """Return the text of a value of this kind; a wrong value is noted, but not quoted."""
        if kind is Kind.STRING:
            return text
        reading = scalars.read_scalar(kind, text, plain=True)
        if reading.failed:
            self._complain("ACI179", name, f"the variable must be {_WANTED[kind]}, but {what} is not", "")
        return str(reading.value).lower() if isinstance(reading.value, bool) else text

    def _check_given(self, declared: Body) -> None:
        """Warn of a value for an undeclared variable whose name is close to a declared one."""
        for name in self.given:
            near = self.diagnostics.suggest(name, declared) if name not in declared else ""
            if near:
                where = self.places.find(("variables",))
                self.diagnostics.add("ACI180", where, f"--var {name}: the project declares no such variable", hint=near)

    def _complain(self, code: str, name: str, message: str, hint: str) -> None:
        where = self.places.find(("variables", name, "default"))
        self.diagnostics.add(code, where, message, hint=hint, path=f"variables.{name}")
