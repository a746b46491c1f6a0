"""The use cases that commands and the Python API share: from a project to a plan, without a command line."""
