"""Changes single values in the text of a file; every other character stays."""
