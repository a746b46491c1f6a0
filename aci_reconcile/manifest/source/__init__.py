"""Files as nodes: YAML and JSON with positions, and the diagnostics about them."""
