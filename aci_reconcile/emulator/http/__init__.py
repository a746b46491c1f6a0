"""Sockets, TLS and HTTP around the emulator."""
