"""Compose files, mapped as Docker's retired integration for ACI did (docker-archive/compose-cli, its feature list)."""
