"""A declarative reconciler for Azure Container Instances."""
