"""The commands, one in each file: parse, call the use case, render, return the exit code."""
