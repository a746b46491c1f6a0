"""Deployments of ARM templates: read, judged and run as Azure Resource Manager does."""
