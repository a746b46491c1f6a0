"""Facts about deployments of templates."""

from __future__ import annotations

from aci_reconcile.emulator.evidence.fact import Fact

_DATE = "2026-11-29"

DEPLOYMENTS = (
    Fact(
        "template-text",
        "A template may have comments, keys without quotes and line breaks in its texts.",
        "recording",
        "azure-cli's tests, test_group_deployment_lite; ARM documentation, comments in templates",
        _DATE,
    ),
    Fact(
        "template-limits",
        "A template has up to 256 parameters, 512 variables, 64 outputs and 800 resources, and 4 MB with its loops "
        "and values; the words of the refusal are a guess.",
        "document",
        "ARM documentation, template limits",
        _DATE,
    ),
    Fact(
        "invalid-template",
        "InvalidTemplate, 400, with additionalInfo of the type TemplateViolation. Azure counts lines and columns; the "
        "emulator does not.",
        "thread",
        "microsoft/MCW-Cloud-native-applications#181, microsoft/fabric-toolbox#398",
        _DATE,
    ),
    Fact(
        "template-expressions",
        "What is wrong with an expression is said with the resource that it stands in.",
        "thread",
        "F5Networks/f5-azure-arm-templates#238, Azure/bicep#1697, Azure/azure-quickstart-templates#8065",
        _DATE,
    ),
    Fact(
        "template-parameters",
        "A value without a parameter, a parameter without a value, and a value outside of its limits are refused.",
        "thread",
        "microsoft/fabric-toolbox#398, microsoft/vscode-azurearmtools#1350",
        _DATE,
    ),
    Fact(
        "template-dependencies",
        "dependsOn takes an id, a type with a name, a name or a loop of the template; others and circles are refused.",
        "thread",
        "microsoft/vscode-azurearmtools#493, MicrosoftDocs/azure-docs#112757, Azure/azure-cli#6677",
        _DATE,
    ),
    Fact(
        "template-segments",
        "A name has as many segments as its type has below the provider.",
        "thread",
        "microsoft/iomt-fhir#121",
        _DATE,
    ),
    Fact(
        "template-defaults",
        "newGuid and utcNow stand in defaults of parameters only.",
        "document",
        "ARM documentation, string and date functions; the words as in Azure/bicep#1697",
        _DATE,
    ),
    Fact(
        "template-references",
        "reference by a name of the template waits for that resource, by an id it does not; without an API version the "
        "resource must be in the template.",
        "document",
        "ARM documentation, resource functions",
        _DATE,
    ),
    Fact(
        "template-hashes",
        "uniqueString and guid give the same value for the same texts.",
        "example",
        "Azure/terraform-provider-azapi, unique_string with a tested value; Bicep documentation, string functions",
        _DATE,
    ),
    Fact(
        "template-environment",
        "What environment() returns.",
        "document",
        "ARM documentation, deployment functions",
        _DATE,
    ),
    Fact(
        "template-authorization",
        "A resource that the client may not write is refused before the deployment: InvalidTemplateDeployment. The "
        "status 403 is a guess.",
        "document",
        "ARM documentation, troubleshoot authorization errors",
        _DATE,
    ),
    Fact(
        "deployment-created",
        "A PUT of a deployment answers 201 and Accepted with Azure-AsyncOperation, whose status a poll says.",
        "recording",
        "azure-cli's tests (2020), test_group_deployment, test_group_deployment_lite",
        _DATE,
    ),
    Fact(
        "deployment-shown",
        "A deployment shows parameters with their types, the hash of the template, providers and dependencies, and at "
        "the end outputs and outputResources. Secrets have no value.",
        "recording",
        "azure-cli's tests (2020), test_group_deployment; ARM documentation, secure parameters",
        _DATE,
    ),
    Fact(
        "deployment-validated",
        "A validation answers 200 with the deployment and validatedResources.",
        "recording",
        "azure-cli's tests (2020), test_group_deployment",
        _DATE,
    ),
    Fact(
        "deployment-operations",
        "A deployment has an operation for each resource and one for its outputs.",
        "recording",
        "azure-cli's tests (2020), test_group_deployment",
        _DATE,
    ),
    Fact(
        "deployment-failed",
        "A deployment in which a resource fails is Failed with DeploymentFailed and the errors of its resources; the "
        "other resources stay.",
        "thread",
        "F5Networks/f5-azure-arm-templates#238, Azure/azure-quickstart-templates#4247",
        _DATE,
    ),
    Fact(
        "deployment-outputs",
        "Outputs have a type, a condition and loops.",
        "document",
        "ARM documentation, outputs",
        _DATE,
    ),
    Fact("deployment-not-found", "DeploymentNotFound.", "thread", "Azure/azure-cli#28834", _DATE),
    Fact(
        "deployment-active",
        "DeploymentActive: a deployment that has not ended holds its name.",
        "thread",
        "microsoft/mwt-ds#29, microsoft/azure-pipelines-tasks#5320",
        _DATE,
    ),
    Fact(
        "deployment-canceled",
        "A deployment that has ended cannot be cancelled; the code is a guess.",
        "document",
        "REST reference, Deployments - Cancel",
        _DATE,
    ),
    Fact(
        "deployment-name",
        "A deployment's name has up to 64 letters, digits, `-`, `_`, `.`, `(` and `)`; the code is a guess.",
        "document",
        "ARM documentation, naming rules; REST reference",
        _DATE,
    ),
    Fact(
        "deployment-location",
        "A deployment at the scope of a subscription needs a location; the code is a guess.",
        "document",
        "ARM documentation, subscription deployments",
        _DATE,
    ),
    Fact(
        "deployment-complete",
        "The mode Complete deletes what is in the resource group and not in the template.",
        "document",
        "ARM documentation, deployment modes",
        _DATE,
    ),
    Fact(
        "what-if",
        "whatIf answers 202; its Location then has the changes: Create, Modify with a delta, NoChange, Ignore, Delete.",
        "example",
        "azure-rest-api-specs, PostDeploymentWhatIfOnResourceGroup; ARM documentation, what-if",
        _DATE,
    ),
)
