"""What Azure's error codes mean for us: one table, by code first and by status where the code is unknown.

In this service 409 means "wait" as often as "conflict" (users' reports), so the status alone decides nothing where a
code is known. Codes are matched without regard to case. To learn a new code is to add a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aci_reconcile.core.errors import (
    AuthenticationError,
    AzureError,
    ForbiddenError,
    ImmutableFieldError,
    InvalidRequestError,
    NoAnswerError,
    NotFoundError,
    QuotaError,
    RetryableError,
    ThrottledError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


class Meaning(NamedTuple):
    """The exception to raise, and what the user can do."""

    error: type[AzureError]
    hint: str = ""


_REGISTER = "az provider register --namespace Microsoft.ContainerInstance --wait"
_SIGN_IN = "sign in again, or check the variables described in docs/authentication.md"
_WAIT = "this is temporary; run again in a minute"
_READ_FIRST = "the request may or may not have been carried out; run again, which reads before it writes"

BY_CODE: dict[str, Meaning] = {
    "InvalidContainerGroupUpdate": Meaning(
        ImmutableFieldError, "the group must be deleted and created again; allow that with --allow-replace"
    ),
    "ContainerGroupTransitioning": Meaning(RetryableError, _WAIT),
    "ServiceUnavailable": Meaning(
        RetryableError, "the region has no capacity for this right now; wait, request less, or choose another region"
    ),
    "RegistryErrorResponse": Meaning(
        RetryableError,
        "the image registry answered with an error, often because of its rate limit; wait, or give credentials",
    ),
    "ServiceAssociationLinkNotReady": Meaning(RetryableError, "Azure is still preparing the subnet; run again"),
    "NetworkProfileNotFound": Meaning(RetryableError, "Azure does not know the network yet; run again in a minute"),
    "ResourceGroupBeingDeleted": Meaning(RetryableError, "wait until the resource group is gone"),
    "ResourceGroupDeletionBlocked": Meaning(
        InvalidRequestError, "the resource group still exists; first delete or unlock what the message names"
    ),
    "AnotherOperationInProgress": Meaning(RetryableError, _WAIT),
    "OperationPreempted": Meaning(RetryableError, _WAIT),
    "ServerTimeout": Meaning(NoAnswerError, _READ_FIRST),
    "GatewayTimeout": Meaning(NoAnswerError, _READ_FIRST),
    "ResourceRequestsThrottled": Meaning(ThrottledError, "send fewer requests: --concurrency"),
    "SubscriptionRequestsThrottled": Meaning(ThrottledError, "send fewer requests: --concurrency"),
    "TooManyRequests": Meaning(ThrottledError, "send fewer requests: --concurrency"),
    "ContainerGroupQuotaReached": Meaning(QuotaError, "delete what you do not need, or request a higher quota"),
    "QuotaExceeded": Meaning(QuotaError, "delete what you do not need, or request a higher quota"),
    "AuthorizationFailed": Meaning(
        ForbiddenError, "grant the identity a role on the resource group, such as Contributor"
    ),
    "LinkedAuthorizationFailed": Meaning(
        ForbiddenError, "the identity has no permission on a resource that the group uses"
    ),
    "RequestDisallowedByPolicy": Meaning(ForbiddenError, "an Azure policy forbids this; the message names the policy"),
    "RequestDisallowedByAzure": Meaning(ForbiddenError, "Azure forbids this in the subscription or region"),
    "ScopeLocked": Meaning(ForbiddenError, "the resource or its resource group is locked; remove the lock first"),
    "ReadOnlyDisabledSubscription": Meaning(ForbiddenError, "the subscription is disabled"),
    "DisallowedOperation": Meaning(ForbiddenError),
    "ExpiredAuthenticationToken": Meaning(AuthenticationError, _SIGN_IN),
    "InvalidAuthenticationToken": Meaning(AuthenticationError, _SIGN_IN),
    "InvalidAuthenticationTokenTenant": Meaning(
        AuthenticationError, "the identity and the subscription belong to different tenants"
    ),
    "InvalidAuthenticationInfo": Meaning(AuthenticationError, _SIGN_IN),
    "AuthenticationFailed": Meaning(AuthenticationError, _SIGN_IN),
    "ContainerGroupNotFound": Meaning(NotFoundError),
    "ResourceNotFound": Meaning(NotFoundError),
    "ResourceGroupNotFound": Meaning(NotFoundError, "create the resource group first"),
    "SubscriptionNotFound": Meaning(
        NotFoundError, "check the subscription id, the cloud (--cloud), and that the identity has access"
    ),
    "MissingSubscriptionRegistration": Meaning(InvalidRequestError, _REGISTER),
    "NoRegisteredProviderFound": Meaning(
        InvalidRequestError, f"check location and apiVersion; if the provider is not registered: {_REGISTER}"
    ),
    "LocationNotAvailableForResourceType": Meaning(InvalidRequestError, "choose another location"),
    "InvalidResourceLocation": Meaning(
        InvalidRequestError, "the group exists in another location; delete it first, or choose another name"
    ),
    "DnsNameLabelAlreadyTaken": Meaning(
        InvalidRequestError, "choose another dnsNameLabel, or set autoGeneratedDomainNameLabelScope"
    ),
    "InaccessibleImage": Meaning(InvalidRequestError, "check the image's name and tag, and imageRegistryCredentials"),
    "InvalidApiVersionParameter": Meaning(InvalidRequestError, "check apiVersion"),
}

BY_STATUS: dict[int, Meaning] = {
    401: Meaning(AuthenticationError, _SIGN_IN),
    403: Meaning(ForbiddenError, "grant the identity a role on the resource group, such as Contributor"),
    404: Meaning(NotFoundError),
    408: Meaning(NoAnswerError, _READ_FIRST),
    409: Meaning(RetryableError),
    412: Meaning(RetryableError),
    423: Meaning(RetryableError),
    429: Meaning(ThrottledError, "send fewer requests: --concurrency"),
    500: Meaning(NoAnswerError, _READ_FIRST),
    502: Meaning(NoAnswerError, _READ_FIRST),
    503: Meaning(RetryableError, "the service is busy or down; run again later"),
    504: Meaning(NoAnswerError, _READ_FIRST),
}

_BY_LOWER_CODE = {code.lower(): meaning for code, meaning in BY_CODE.items()}
_CLIENT_ERROR, _SERVER_ERROR = 400, 500


def meaning(status: int, codes: Iterable[str]) -> Meaning:
    """Return what an answer means: the first code that the table knows, else the status.

    A 429 is throttling whatever its code, so that the seconds Azure asks for are obeyed.
    """
    if status == 429:  # noqa: PLR2004  the one status that no code overrules
        return BY_STATUS[status]
    for code in codes:
        if code.lower() in _BY_LOWER_CODE:
            return _BY_LOWER_CODE[code.lower()]
    if status in BY_STATUS:
        return BY_STATUS[status]
    if _CLIENT_ERROR <= status < _SERVER_ERROR:
        return Meaning(InvalidRequestError)
    return Meaning(NoAnswerError, _READ_FIRST)
