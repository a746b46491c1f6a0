"""Live groups as manifests, for ``import``."""
