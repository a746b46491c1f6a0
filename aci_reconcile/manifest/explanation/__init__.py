"""What any path of a manifest or of a project file means: for ``explain``."""
