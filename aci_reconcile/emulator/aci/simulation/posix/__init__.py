"""A POSIX shell with a few programs, for simulated containers: no process, no file and no clock of this machine."""
