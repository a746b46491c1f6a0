"""Turns what other tools deploy into manifests: ARM templates, Compose files, Terraform, exports of ``az``. Pure.

Nothing is dropped in silence. Readers take values out of a source through ``cursor.Cursor``, and whatever nobody took
is reported with its place.
"""
