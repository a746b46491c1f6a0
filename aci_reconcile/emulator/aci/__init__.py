"""Azure Container Instances: the provider's operations on container groups."""
