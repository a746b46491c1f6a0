"""Facts that the emulator does not imitate, so that they have no row there."""

from __future__ import annotations

from aci_reconcile.emulator.evidence import Fact

BEYOND_THE_EMULATOR = (
    Fact(
        "restart-pulls",
        "A restart pulls the image again, so that a tag that has moved takes effect.",
        "document",
        "ACI documentation, stop and start; against it, MicrosoftDocs/azure-docs#71023 and Azure/azure-cli#14625",
        "2026-11-28",
    ),
    Fact(
        "ngroup-operations",
        "PUT, PATCH, DELETE, start and restart of an NGroup take time, and a stop answers 204. A deletion takes its "
        "groups along.",
        "example",
        "azure-rest-api-specs 2025-09-01; ACI documentation, NGroups",
        "2026-11-28",
    ),
    Fact(
        "variables-unordered",
        "The order of a container's environment variables means nothing.",
        "none",
        "in Kubernetes a variable may refer to earlier ones; no document says so of ACI",
        "2026-11-28",
    ),
)
