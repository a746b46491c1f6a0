"""The api-versions and regions that the emulator knows, and what differs between them."""

from __future__ import annotations

import re

CONTAINER_GROUP_VERSIONS = (
    "2018-02-01-preview",
    "2018-04-01",
    "2018-06-01",
    "2018-09-01",
    "2018-10-01",
    "2019-12-01",
    "2020-11-01",
    "2021-03-01",
    "2021-07-01",
    "2021-09-01",
    "2021-10-01",
    "2022-09-01",
    "2022-10-01-preview",
    "2023-02-01-preview",
    "2023-05-01",
    "2024-05-01-preview",
    "2024-09-01-preview",
    "2024-10-01-preview",
    "2024-11-01-preview",
    "2025-09-01",
    "2026-06-01-preview",
    "2026-07-01",
    "2026-08-01-preview",
)

# Container group profiles came with this version.
PROFILE_VERSIONS = tuple(version for version in CONTAINER_GROUP_VERSIONS if version >= "2024-05-01")

# Before this version a group was put into a network by a profile, afterwards by a subnet.
SUBNETS_SINCE = "2021-07-01"

# The operation URL of a PUT carries this version whatever version the PUT had: recorded in 187 of 187 PUTs.
OPERATION_VERSION = "2018-06-01"

# From these on, an answer holds the keys named: counted over azure-cli's recordings, and Azure PowerShell's of 2024.
SKU_SINCE = "2021-03-01"
TIMEOUT_SINCE = "2023-05-01"
STANDBY_SINCE = "2024-05-01"
SYSTEM_DATA_SINCE = "2025-09-01"

# ARM's own resource types have many versions; the emulator takes any that has the form of one.
_RESOURCE_GROUP_VERSION = re.compile(r"20(1[5-9]|2[0-9])-[01]\d-[0-3]\d(-preview)?")

LOCATION_NAMES = (
    *("Australia Central", "Australia East", "Australia Southeast", "Austria East", "Belgium Central", "Brazil South"),
    *(
        "Brazil Southeast",
        "Canada Central",
        "Canada East",
        "Central India",
        "Central US",
        "Central US EUAP",
        "Chile Central",
    ),
    *(
        "China East 2",
        "China East 3",
        "China North 2",
        "China North 3",
        "East Asia",
        "East US",
        "East US 2",
        "East US 2 EUAP",
    ),
    *("France Central", "France South", "Germany North", "Germany West Central", "Indonesia Central", "Israel Central"),
    *("Italy North", "Japan East", "Japan West", "Jio India Central", "Jio India West", "Korea Central", "Korea South"),
    *("Malaysia West", "Mexico Central", "New Zealand North", "North Central US", "North Europe", "Norway East"),
    *("Norway West", "Poland Central", "Qatar Central", "South Africa North", "South Africa West", "South Central US"),
    *("Southeast Asia", "South India", "Spain Central", "Sweden Central", "Sweden South", "Switzerland North"),
    *("Switzerland West", "UAE Central", "UAE North", "UK South", "UK West", "USGov Arizona", "USGov Texas"),
    *("USGov Virginia", "West Central US", "West Europe", "West India", "West US", "West US 2", "West US 3"),
)


def canonical_location(location: str) -> str:
    """`West Europe` as ARM writes it: `westeurope`."""
    return location.replace(" ", "").lower()


LOCATIONS = tuple(canonical_location(name) for name in LOCATION_NAMES)


def knows_resource_group_version(version: str) -> bool:
    """Whether a version is one that ARM's resource groups could have."""
    return _RESOURCE_GROUP_VERSION.fullmatch(version) is not None
