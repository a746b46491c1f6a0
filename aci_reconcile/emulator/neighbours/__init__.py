"""Resources of other providers that container groups lean on: networks, identities, workspaces."""
