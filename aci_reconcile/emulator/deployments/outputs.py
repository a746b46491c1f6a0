"""The outputs of a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator.deployments.functions import require_flag
from aci_reconcile.emulator.deployments.parameters import TYPES, is_secret
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import as_object, is_object
from aci_reconcile.expressions.values import ExpressionError, check_size

if TYPE_CHECKING:
    from aci_reconcile.emulator.deployments.evaluation import Evaluator
    from aci_reconcile.emulator.model import Json


@rests_on("deployment-outputs")
def evaluate_outputs(outputs: Json, evaluator: Evaluator) -> Json:
    """Return the outputs as a deployment shows them: secrets without a value. Raises ExpressionError."""
    found: Json = {}
    for name, declared in outputs.items():
        output = as_object(declared)
        if not require_flag(evaluator.resolve(output.get("condition", True)), "condition"):
            continue
        kind = TYPES.get(str(output.get("type", "")).lower())
        if kind is None:
            raise ExpressionError(f"The type '{output.get('type')}' of the template output '{name}' is not valid")
        shown: Json = {"type": kind}
        if not is_secret(output):
            shown["value"] = check_size(_evaluate(name, output, evaluator))
        found[name] = shown
    return found


def _evaluate(name: str, output: Json, evaluator: Evaluator) -> Any:
    loop = output.get("copy")
    if is_object(loop):
        turns = range(evaluator.count_turns(loop.get("count")))
        return [evaluator.at_turn(name, turn).resolve(loop.get("input")) for turn in turns]
    if "value" not in output:
        raise ExpressionError(f"The template output '{name}' has no value")
    return evaluator.resolve(output["value"])
