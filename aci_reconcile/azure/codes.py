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
_SIGN_IN = "sign in again, or check the variables of docs/authentication.md"
_WAIT = "it passes by itself; run again in a minute"
_READ_FIRST = "it may or may not have been carried out; run again, which reads before it writes"

BY_CODE: dict[str, Meaning] = {
    "InvalidContainerGroupUpdate": Meaning(
        ImmutableFieldError, "the group must be deleted and created again; --allow-replace permits that"
    ),
    "ContainerGroupTransitioning": Meaning(RetryableError, _WAIT),
    "ServiceUnavailable": Meaning(
        RetryableError, "the region has no room for this at the moment; wait, or ask for less, or choose another region"
    ),
    "RegistryErrorResponse": Meaning(
        RetryableError, "the image registry answers with an error, often its rate limit; wait, or give credentials"
    ),
    "ServiceAssociationLinkNotReady": Meaning(RetryableError, "the subnet is still being prepared; run again"),
    "NetworkProfileNotFound": Meaning(RetryableError, "Azure does not know the network yet; run again in a minute"),
    "ResourceGroupBeingDeleted": Meaning(RetryableError, "wait until the resource group is gone"),
    "ResourceGroupDeletionBlocked": Meaning(
        InvalidRequestError, "the resource group is still there; what the message names must go, or be unlocked, first"
    ),
    "AnotherOperationInProgress": Meaning(RetryableError, _WAIT),
    "OperationPreempted": Meaning(RetryableError, _WAIT),
    "ServerTimeout": Meaning(NoAnswerError, _READ_FIRST),
    "GatewayTimeout": Meaning(NoAnswerError, _READ_FIRST),
    "ResourceRequestsThrottled": Meaning(ThrottledError, "ask less often: --concurrency"),
    "SubscriptionRequestsThrottled": Meaning(ThrottledError, "ask less often: --concurrency"),
    "TooManyRequests": Meaning(ThrottledError, "ask less often: --concurrency"),
    "ContainerGroupQuotaReached": Meaning(QuotaError, "delete what is not needed, or have the quota raised"),
    "QuotaExceeded": Meaning(QuotaError, "delete what is not needed, or have the quota raised"),
    "AuthorizationFailed": Meaning(
        ForbiddenError, "grant the identity a role on the resource group, such as Contributor"
    ),
    "LinkedAuthorizationFailed": Meaning(
        ForbiddenError, "the identity lacks a permission on a resource the group uses"
    ),
    "RequestDisallowedByPolicy": Meaning(ForbiddenError, "an Azure policy forbids this; its name is in the message"),
    "RequestDisallowedByAzure": Meaning(ForbiddenError, "Azure forbids this in the subscription or region"),
    "ScopeLocked": Meaning(ForbiddenError, "a lock stands on the resource or its group; remove it first"),
    "ReadOnlyDisabledSubscription": Meaning(ForbiddenError, "the subscription is disabled"),
    "DisallowedOperation": Meaning(ForbiddenError),
    "ExpiredAuthenticationToken": Meaning(AuthenticationError, _SIGN_IN),
    "InvalidAuthenticationToken": Meaning(AuthenticationError, _SIGN_IN),
    "InvalidAuthenticationTokenTenant": Meaning(
        AuthenticationError, "the identity belongs to another tenant than the subscription"
    ),
    "InvalidAuthenticationInfo": Meaning(AuthenticationError, _SIGN_IN),
    "AuthenticationFailed": Meaning(AuthenticationError, _SIGN_IN),
    "ContainerGroupNotFound": Meaning(NotFoundError),
    "ResourceNotFound": Meaning(NotFoundError),
    "ResourceGroupNotFound": Meaning(NotFoundError, "create the resource group first"),
    "SubscriptionNotFound": Meaning(
        NotFoundError, "check the subscription's id, the cloud (--cloud), and that the identity may see it"
    ),
    "MissingSubscriptionRegistration": Meaning(InvalidRequestError, _REGISTER),
    "NoRegisteredProviderFound": Meaning(
        InvalidRequestError, f"check location and apiVersion; if the provider is not registered: {_REGISTER}"
    ),
    "LocationNotAvailableForResourceType": Meaning(InvalidRequestError, "choose another location"),
    "InvalidResourceLocation": Meaning(
        InvalidRequestError, "the group exists in another location; it must be deleted first, or be given another name"
    ),
    "DnsNameLabelAlreadyTaken": Meaning(InvalidRequestError, "choose another dnsNameLabel, or a reuse scope for it"),
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
    429: Meaning(ThrottledError, "ask less often: --concurrency"),
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
