"""Facts about Azure Resource Graph."""

from __future__ import annotations

from aci_reconcile.emulator.evidence.fact import Fact

_REVIEW = "2026-11-30"

GRAPH = (
    Fact(
        "graph-query",
        "A POST to /providers/Microsoft.ResourceGraph/resources takes a query, subscriptions and options, and answers "
        "totalRecords, count, resultTruncated, $skipToken and data; the newest stable api-version is 2024-04-01.",
        "example",
        "azure-rest-api-specs, resourcegraph 2024-04-01, ResourcesFirstPageQuery",
        _REVIEW,
    ),
    Fact(
        "graph-page",
        "A page has at most 1,000 rows ($top); the next one takes $skipToken, with the same query and subscriptions. "
        "Pages are only stable if the query has the id and is sorted by it.",
        "example",
        "azure-rest-api-specs, ResourcesNextPageQuery; Resource Graph documentation, paging results",
        _REVIEW,
    ),
    Fact(
        "graph-truncated",
        "Where paging is impossible, resultTruncated is true and there is no $skipToken.",
        "document",
        "Resource Graph documentation, paging results",
        _REVIEW,
    ),
    Fact(
        "graph-payload",
        "An answer over 16 MiB is refused: BadRequest with the detail ResponsePayloadTooLarge.",
        "thread",
        "Azure/cosmos-explorer#1877, microsoft/ARI#199",
        _REVIEW,
    ),
    Fact(
        "graph-quota",
        "A user may send 15 queries in 5 seconds; each answer says how many are left and when that number is reset, "
        "in x-ms-user-quota-remaining and x-ms-user-quota-resets-after.",
        "document",
        "Resource Graph documentation, throttled requests",
        _REVIEW,
    ),
    Fact(
        "graph-throttled",
        "Too many queries are refused with 429 and RateLimiting. That there is no Retry-After is a guess.",
        "thread",
        "Azure/azure-cli-extensions#3325, Azure/azqr#516; Azure/azure-sdk-for-python#5412 has an empty body",
        _REVIEW,
    ),
    Fact(
        "graph-scope",
        "A query names at most 1,000 subscriptions; the code of the refusal is a guess.",
        "document",
        "Resource Graph documentation, troubleshooting: too many subscriptions",
        _REVIEW,
    ),
    Fact(
        "graph-silent",
        "Subscriptions that the identity may not read are left out without a word; if that is all of them, the answer "
        "is BadRequest with the detail NoValidSubscriptionsInQueryRequest.",
        "thread",
        "Azure/aztfexport#491, #475; measured by a public project in August 2026, with 2022-10-01",
        _REVIEW,
    ),
    Fact(
        "graph-subscriptions",
        "The table ResourceContainers has a row for each subscription that can be read, empty ones too.",
        "thread",
        "measured by a public project in August 2026, with 2022-10-01; Azure/azure-powershell#26470 asks so",
        _REVIEW,
    ),
    Fact(
        "graph-invalid",
        "A query that is not understood is refused: BadRequest with the details InvalidQuery and ParserFailure.",
        "thread",
        "Azure/aztfexport#485, Azure/azure-powershell#13762",
        _REVIEW,
    ),
    Fact(
        "graph-lag",
        "Answers lag behind writes, briefly, and longer if something is disturbed.",
        "document",
        "Resource Graph documentation, choose a query strategy; Azure/azure-dev#540 quotes 95 % within 30 seconds, and "
        "no upper bound",
        _REVIEW,
    ),
    Fact(
        "graph-has-no-views",
        "Resource Graph has no instance views of container groups.",
        "none",
        "public queries show containers, addresses and the provisioning state only",
        "2026-11-28",
    ),
    Fact(
        "graph-rights",
        "A query takes the right Microsoft.ResourceGraph/resources/read, which Reader has.",
        "document",
        "Azure permissions reference, Microsoft.ResourceGraph",
        _REVIEW,
    ),
)
