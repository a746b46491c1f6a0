"""The language of manifests: short form, values and references become a body in ARM's shape."""
