"""Formats for pull requests, pipelines and monitoring. Most are made from a page."""
