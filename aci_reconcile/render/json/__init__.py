"""Reports as JSON documents, each described by a schema in ``schemas/``."""
