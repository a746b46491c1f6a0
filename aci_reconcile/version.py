"""Which version this is. The build reads it from here, and ``--version`` imports nothing else."""

VERSION = "0.1.0"
