"""The description of the cloud, which azure-cli's `cloud register` and other clients read before anything else.

Its keys are those that `azure.cli.core.cloud` maps; every endpoint that exists here points here.
"""

from __future__ import annotations

from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, Request, Response, answer

PATH = "/metadata/endpoints"
# Of these versions azure-cli and Terraform know that the answer is a list of clouds.
_LISTS = frozenset({"2019-05-01", "2019-10-01", "2020-06-01"})
_FIRST = "2015-01-01"
_NAME = "AzureEmulator"


@rests_on("cloud-metadata")
def handle(request: Request) -> Response | None:
    """Answer a request for the description of the cloud; return None for any other path."""
    if request.split().path.lower().rstrip("/") != PATH:
        return None
    if request.method.upper() != "GET":
        return answer(405, {"error": {"code": "MethodNotAllowed", "message": "Only GET is taken here."}})
    version = request.query().get("api-version", "")
    if not version:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        return answer(400, {"error": {"code": "MissingApiVersionParameter", "message": message}})
    if version == _FIRST:
        return answer(200, _describe_oldest(request.origin()))
    cloud = _describe_cloud(request.origin())
    return answer(200, [cloud] if version in _LISTS else cloud)


def _describe_cloud(origin: str) -> Json:
    host = origin.partition("://")[2]
    return {
        "portal": f"{origin}/portal",
        "authentication": {
            "loginEndpoint": origin,
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "graphAudience": "https://graph.windows.net/",
        "graph": f"{origin}/graph",
        "microsoftGraphResourceId": f"{origin}/",
        "name": _NAME,
        "suffixes": {
            "acrLoginServer": "azurecr.io",
            "keyVaultDns": f"vault.{host}",
            "storage": f"core.{host}",
            "sqlServerHostname": f"database.{host}",
        },
        "batch": "https://batch.core.windows.net/",
        "resourceManager": f"{origin}/",
        "gallery": f"{origin}/gallery",
        "sqlManagement": f"{origin}/sql",
        "vmImageAliasDoc": f"{origin}/aliases",
        "media": "https://rest.media.azure.net",
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "logAnalyticsResourceId": "https://api.loganalytics.io",
    }


def _describe_oldest(origin: str) -> Json:
    return {
        "galleryEndpoint": f"{origin}/gallery",
        "graphEndpoint": f"{origin}/graph",
        "portalEndpoint": f"{origin}/portal",
        "authentication": {"loginEndpoint": origin, "audiences": ["https://management.core.windows.net/"]},
    }
