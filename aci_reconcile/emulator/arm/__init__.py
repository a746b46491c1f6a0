"""Azure Resource Manager's own part: subscriptions, resource groups, rights, limits and tags."""
