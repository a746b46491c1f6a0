"""Reports as JSON documents. ``schemas/`` has the schemas of a plan and of a notification."""
