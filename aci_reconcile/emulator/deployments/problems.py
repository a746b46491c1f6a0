"""What is wrong with a template or a deployment, in Azure's words as users report them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.emulator.model import Json

SYNTAX = "Please see https://aka.ms/arm-syntax for usage details."
_PLACE = "at line '1' and column '1'"
"""Azure counts lines of the request; the emulator does not."""


def violation(message: str, path: str = "") -> ArmError:
    """Return the error for a template or a parameter that is not valid."""
    info: Json = {"lineNumber": 0, "linePosition": 0, "path": path}
    return ArmError(
        400,
        "InvalidTemplate",
        f"Deployment template validation failed: '{message}'.",
        more={"additionalInfo": [{"type": "TemplateViolation", "info": info}]},
        fact="invalid-template",
    )


@rests_on("template-expressions")
def failed_expression(identity: str, message: str) -> ArmError:
    """Return the error for a resource whose expressions cannot be evaluated."""
    text = f"Unable to process template language expressions for resource '{identity}' {_PLACE}. '{message}'"
    info: Json = {"lineNumber": 1, "linePosition": 1, "path": ""}
    more: Json = {"additionalInfo": [{"type": "TemplateViolation", "info": info}]}
    return ArmError(400, "InvalidTemplate", text, more=more, fact="invalid-template")


@rests_on("template-expressions")
def failed_resource(name: str, message: str, path: str) -> ArmError:
    """Return the error for a resource whose name, type, loop or condition is not valid."""
    text = f"The template resource '{name}' {_PLACE} is not valid: {message}."
    return violation(f"{text} Please see https://aka.ms/arm-template-expressions for usage details.", path)


@rests_on("template-parameters")
def missing_parameter(name: str) -> ArmError:
    """Return the error for a parameter that has neither a value nor a default."""
    text = f"The value for the template parameter '{name}' {_PLACE} is not provided. "
    return violation(
        f"{text}Please see https://aka.ms/arm-create-parameter-file for usage details.",
        f"properties.template.parameters.{name}",
    )


@rests_on("template-parameters")
def unknown_parameters(names: Iterable[str], known: Iterable[str]) -> ArmError:
    """Return the error for values of parameters that the template does not declare."""
    return violation(
        f"The template parameters '{', '.join(names)}' in the parameters file are not valid; they are not present in "
        "the original template and can therefore not be provided at deployment time. The only supported parameters "
        f"for this template are '{', '.join(known)}'. Please see https://aka.ms/arm-pass-parameter-values for usage "
        "details."
    )


@rests_on("template-parameters")
def refused_parameter(name: str, why: str) -> ArmError:
    """Return the error for a value that its parameter does not allow."""
    text = f"The provided value for the template parameter '{name}' {_PLACE} is not valid. {why}"
    return violation(
        f"{text} Please see https://aka.ms/arm-template/#parameters for usage details.",
        f"properties.template.parameters.{name}",
    )


@rests_on("template-dependencies")
def unknown_dependency(target: str) -> ArmError:
    """Return the error for a dependency that the template does not declare."""
    if "/" in target:
        text = f"The resource '{target}' is not defined in the template. Please see https://aka.ms/arm-template"
        return violation(f"{text} for usage details.")
    text = f"The template reference '{target}' is not valid: could not find template resource or resource copy with "
    return violation(f"{text}this name. Please see https://aka.ms/arm-function-reference for usage details.")


@rests_on("template-dependencies")
def circular_dependency(identity: str) -> ArmError:
    """Return the error for resources that wait for each other."""
    text = f"Circular dependency detected on resource: '{identity}'."
    return violation(f"{text} Please see https://aka.ms/arm-syntax-resources for usage details.")


@rests_on("template-limits")
def over_limit(what: str, most: int, found: int) -> ArmError:
    """Return the error for a template that is too large."""
    return violation(f"The number of template {what} limit exceeded. Limit: {most} and actual: {found}. {SYNTAX}")


@rests_on("deployment-failed")
def failed_deployment(identity: str, details: list[Json]) -> Json:
    """Return the error of a deployment in which a resource has failed."""
    message = (
        "At least one resource deployment operation failed. Please list deployment operations for details. "
        "Please see https://aka.ms/arm-deployment-operations for usage details."
    )
    return {"code": "DeploymentFailed", "target": identity, "message": message, "details": details}


def deployment_not_found(name: str) -> ArmError:
    """Return the error for a missing deployment."""
    return ArmError(404, "DeploymentNotFound", f"Deployment '{name}' could not be found.", fact="deployment-not-found")


def deployment_active(name: str, begun: str, expires: str) -> ArmError:
    """Return the error for a deployment whose name another one holds that has not ended."""
    message = (
        f"Unable to edit or replace deployment '{name}': previous deployment from '{begun}' is still active "
        f"(expiration time is '{expires}'). Please see https://aka.ms/arm-deploy for usage details."
    )
    return ArmError(409, "DeploymentActive", message, fact="deployment-active")


def invalid_name(name: str) -> ArmError:
    """Return the error for a deployment's name."""
    message = (
        f"The deployment name '{name[:80]}' is not valid: it has up to 64 letters, digits, '-', '_', '.', '(' and ')'."
    )
    return ArmError(400, "InvalidDeploymentName", message, fact="deployment-name")


def invalid_content(message: str) -> ArmError:
    """Return the error for a request that is no deployment."""
    text = f"The request content was invalid and could not be deserialized: '{message}'"
    return ArmError(400, "InvalidRequestContent", text, fact="deserialiser")


def location_required() -> ArmError:
    """Return the error for a deployment of a subscription without a location."""
    message = "The 'location' property must be specified for the deployment. Please see https://aka.ms/arm-deployment-"
    message += "subscription for usage details."
    return ArmError(400, "LocationRequired", message, fact="deployment-location")
