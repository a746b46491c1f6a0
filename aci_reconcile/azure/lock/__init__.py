"""A lock that is a lease of a blob: where it is, who holds it, and how it is held."""
