"""What the provider refuses in the body of a container group."""
