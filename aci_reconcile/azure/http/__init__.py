"""Requests and answers: the SDK's pipeline, its transports, and what is read from an answer."""
