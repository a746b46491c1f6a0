"""What everything else is made of: groups, fields, secrets, tags, and how two bodies are compared. Pure."""
